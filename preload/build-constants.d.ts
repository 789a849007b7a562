/** Set by the build: the names of the contract's questions. Its schemas stay in main, where they are checked. */
declare const __ASKS__: readonly string[];
