/** Set by the build: true in the development bundle only, which can reach a simulated key. */
declare const __SIMULATED_KEYS__: boolean;
/** Set by the build: codes of the languages that the pages speak, English first. */
declare const __LANGUAGES__: readonly string[];
