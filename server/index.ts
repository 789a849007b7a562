import { type Result, unreachable } from '../common/result.ts';
import { type Command, readCommand } from './commands/arguments.ts';
import { pairingCodeCommand } from './commands/pairing-code.ts';
import { seedCommand } from './commands/seed.ts';
import { serve } from './commands/serve.ts';

/** Exit codes: 0 well, 1 failed while running, 2 could not start with these arguments. */
async function main(): Promise<number | undefined> {
  // better-sqlite3 ends older Nodes without a word.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 14)) {
    return fail(`Node is ${process.versions.node}; allowed is 22.14 or newer.`);
  }
  // Keys, database and what comes beside it are the owner's alone.
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2), process.env);
  if (!command.ok) return fail(command.error);
  const outcome = await run(command.value);
  if (!outcome.ok) return fail(outcome.error);
  if (outcome.value !== undefined) process.stdout.write(`${outcome.value}\n`);
  return undefined;
}

async function run(command: Command): Promise<Result<string | undefined, string>> {
  switch (command.name) {
    case 'serve':
      return serve(command);
    case 'seed':
      return seedCommand(command);
    case 'pairing-code':
      return pairingCodeCommand(command);
    default:
      return unreachable(command);
  }
}

function fail(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 2;
}

main().then(
  (code) => {
    if (code !== undefined) process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
