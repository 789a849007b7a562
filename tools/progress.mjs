// Long steps of the set-up: quiet when they go well, alive on the screen, never without an end.
// Dependency-free: runs on Node 20.
import { say } from './log.mjs';
import { run } from './run.mjs';

/** Runs a program with a time limit, and says every ten seconds that it still runs. */
export function runVisibly(name, command, args, options) {
  return visibly(name, () => run(command, args, options));
}

/** Says what begins, and every ten seconds that it is still on. */
export async function visibly(name, work, tell = say) {
  tell(`${name} …`);
  const alive = setInterval(() => tell(`${name}: still at it`), 10_000);
  try {
    return await work();
  } finally {
    clearInterval(alive);
  }
}
