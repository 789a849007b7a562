import { type Result, err, ok } from '../../common/result.ts';
import { type KeyInspection, keyInspection } from '../../native/key-inspection.ts';
import type { KeyChild } from './key-supervisor.ts';

/** A process that has not looked at the keys after this long never will. */
const LOOK_MS = 30_000;

/** Lets a key process look at the keys once; it is ended afterwards. */
export function inspectOnce(
  child: KeyChild,
): Promise<Result<KeyInspection, 'crashed' | 'hung' | 'bad-message'>> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(err('hung')), LOOK_MS);
    const end = (result: Result<KeyInspection, 'crashed' | 'hung' | 'bad-message'>) => {
      clearTimeout(timer);
      resolve(result);
      child.kill();
    };
    child.on('message', (message: unknown) => {
      const inspection = keyInspection.safeParse(message);
      end(inspection.success ? ok(inspection.data) : err('bad-message'));
    });
    child.on('exit', () => end(err('crashed')));
  });
}
