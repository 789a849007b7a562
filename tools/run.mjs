// Starts other programs: always with a time limit, always in a process group of their own, so that
// ending one ends all it started.
import { spawn } from 'node:child_process';

/**
 * Runs a program to its end and answers with its output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ seconds: number, cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean, lines?: number }} options
 * `seconds` is the time limit; `show` passes the output on instead of collecting it;
 * `lines` of output go into the error.
 * @returns {Promise<{ stdout: string, stderr: string }>} rejects on another exit code than 0
 */
export function run(command, args, { seconds, cwd, env, show = false, lines = 30 }) {
  return new Promise((resolve, reject) => {
    const output = { stdout: '', stderr: '' };
    let late = false;
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      detached: true,
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    const forget = endWithUs(child);
    const limit = setTimeout(() => {
      late = true;
      signalGroup(child, 'SIGKILL');
    }, seconds * 1000);
    child.stdout?.setEncoding('utf8').on('data', (text) => (output.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (output.stderr += text));
    const finish = (reason) => {
      clearTimeout(limit);
      forget();
      if (reason === undefined) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')}: ${reason}`));
    };
    child.on('error', (error) => finish(error.message));
    child.on('close', (code, signal) => {
      if (late) finish(`not done after ${seconds} s`);
      else if (code !== 0) finish(`${signal ?? `exit code ${code}`}\n${lastLines(output, lines)}`);
      else finish(undefined);
    });
  });
}

const lastLines = ({ stdout, stderr }, lines) =>
  `${stdout}${stderr}`.trimEnd().split('\n').slice(-lines).join('\n');

const groups = new Set();
let watching = false;

/** Ends the child's process group when this process is asked to end, or ends. */
function endWithUs(child) {
  groups.add(child);
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      for (const each of groups) signalGroup(each, 'SIGKILL');
    });
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ]) {
      // Whoever has own handlers tidies up and then calls process.exit, which ends the groups.
      process.on(signal, () => {
        if (process.listenerCount(signal) === 1) process.exit(code);
      });
    }
  }
  return () => groups.delete(child);
}

/** Signals a detached child and everything it started. */
export function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
