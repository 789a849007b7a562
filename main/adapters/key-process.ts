import { utilityProcess } from 'electron';
import type { AgentBeat } from '../../native/key-protocol.ts';
import type { KeyReader } from '../ports/key-reader.ts';
import { type KeyChild, superviseKeys } from './key-supervisor.ts';

type Report = (code: string, cause?: unknown) => void;

/** native/key-process in an Electron utility process. `env` is all of its environment. */
export function forkKeyProcess(
  entry: string,
  args: readonly string[],
  env: Record<string, string>,
  report: Report,
): KeyChild {
  const child = utilityProcess.fork(entry, [...args], {
    serviceName: 'wardlock-keys',
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  child.stderr?.on('data', (text: Buffer) =>
    report('key-process:says', text.toString('utf8').trim()),
  );
  return child;
}

/** Keeps one running for the station. */
export const keyProcess = (
  entry: string,
  env: Record<string, string>,
  report: Report,
  beat: () => AgentBeat | undefined,
): KeyReader => superviseKeys(() => forkKeyProcess(entry, [], env, report), report, beat);
