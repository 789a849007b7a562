// Plain progress lines with the seconds since the command began. Dependency-free: runs on Node 20.
process.env.WARDLOCK_BEGAN ??= String(Date.now());
const began = Number(process.env.WARDLOCK_BEGAN);

/** Says on standard error what is being done. */
export function say(text) {
  const seconds = ((Date.now() - began) / 1000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${text}\n`);
}

/** An expected failure: the message says what to do. Exit code 2 means "could not run". */
export class Stop extends Error {
  constructor(message, exitCode = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Ends the program with a sentence for what was expected, and with the stack for what was not. */
export function fail(error) {
  process.stderr.write(`\n${error instanceof Stop ? error.message : error.stack}\n`);
  process.exit(error instanceof Stop ? error.exitCode : 1);
}
