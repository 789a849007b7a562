/** Set by the build: true in the development bundle only, which can reach a simulated key. */
declare const __SIMULATED_KEYS__: boolean;
