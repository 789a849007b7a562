#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { type Result, err, ok } from '../common/result.ts';
import { readCommand } from './commands/arguments.ts';
import { programs } from './commands/registry.ts';
import { StoreRefusal } from './store/failure.ts';

/** Exit codes: 0 well, 1 failed while running, 2 could not start with these arguments. */
async function main(): Promise<number | undefined> {
  // better-sqlite3 ends older Nodes without a word.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 22 || (major === 22 && minor < 14)) {
    return fail(`Node is ${process.versions.node}; allowed is 22.14 or newer.`);
  }
  // Keys, database and what comes beside it are the owner's alone.
  process.umask(0o077);
  const command = readCommand(process.argv.slice(2), programs, {
    env: process.env,
    cwd: process.cwd(),
    readFile: readIfThere,
  });
  if (!command.ok) return fail(command.error);
  if (command.value.kind === 'help') return say(command.value.text);
  const { program, values, where } = command.value;
  const outcome = await program.run(values, where);
  if (!outcome.ok) return fail(outcome.error);
  return outcome.value === undefined ? undefined : say(outcome.value);
}

function readIfThere(file: string): Result<string | undefined, string> {
  try {
    return ok(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? ok(undefined) : err(String(code ?? error));
  }
}

function say(text: string): undefined {
  process.stdout.write(`${text}\n`);
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
    if (error instanceof StoreRefusal) {
      process.exitCode = fail(error.message);
      return;
    }
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);
