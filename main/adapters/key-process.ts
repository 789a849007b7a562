import { utilityProcess } from 'electron';
import type { KeyReader } from '../ports/key-reader.ts';
import { superviseKeys } from './key-supervisor.ts';

/** Runs native/key-process in an Electron utility process. `env` is all of its environment. */
export const keyProcess = (
  entry: string,
  env: Record<string, string>,
  report: (code: string, cause?: unknown) => void,
): KeyReader =>
  superviseKeys(() => {
    const child = utilityProcess.fork(entry, [], {
      serviceName: 'wardlock-keys',
      stdio: ['ignore', 'ignore', 'pipe'],
      env,
    });
    child.stderr?.on('data', (text: Buffer) =>
      report('key-process:says', text.toString('utf8').trim()),
    );
    return child;
  }, report);
