// Long steps of the set-up: quiet when they go well, alive on the screen, never without an end.
// Dependency-free: runs on Node 20.
import { say } from './log.mjs';
import { run } from './run.mjs';

/** Runs a program with a time limit, and says every ten seconds that it still runs. */
export async function runVisibly(name, command, args, options) {
  say(`${name} …`);
  const alive = setInterval(() => say(`${name} still runs`), 10_000);
  try {
    return await run(command, args, options);
  } finally {
    clearInterval(alive);
  }
}
