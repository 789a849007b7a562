import { expect, test, vi } from 'vitest';
import { err } from '../../common/result.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { Transport } from '../ports/transport.ts';
import { createDirectorySync } from './directory-sync.ts';
import type { Standing } from './link-tracker.ts';
import { createUploader } from './uploader.ts';

const refused = (code: string) => ({
  kind: 'refused' as const,
  status: 403,
  error: { code, message: code },
});
const quiet = { random: () => 0.99, report: () => undefined };
const entry = { seq: 1, hash: 'h', canonical: new Uint8Array() };

test('what waits in the journal is sent as soon as the server takes the station', async () => {
  const { clock } = manualClock();
  const standings = new Set<(standing: Standing) => void>();
  const tell = (standing: Standing) => standings.forEach((listener) => listener(standing));
  const upload = vi.fn<Transport['upload']>(async () => err(refused('station-pending')));
  const uploader = createUploader({
    ...quiet,
    clock,
    journal: {
      unsent: () => [entry],
      waiting: () => 1,
      place: () => ({ station: 's', epoch: 'e', head: 'h', seq: 1 }),
      acknowledge: () => undefined,
      owed: () => ({ current: { epoch: 'e', after: 0, last: 0 }, past: [] }),
      rewind: () => undefined,
    },
    transport: { upload },
    link: { listen: () => undefined, onStanding: (listener) => void standings.add(listener) },
  });
  uploader.kick();
  await vi.waitFor(() => expect(uploader.state().kind).toBe('waiting'));
  tell('pending');
  expect(upload).toHaveBeenCalledTimes(1);
  tell('active');
  expect(upload).toHaveBeenCalledTimes(2);
  await vi.waitFor(() => expect(uploader.state().kind).toBe('waiting'));
  // Other failures wait as long as before, however often the directory is asked for.
  tell('active');
  expect(upload).toHaveBeenCalledTimes(2);
  uploader.close();
});

test.each([
  ['waits for approval', refused('station-pending'), 5_500],
  ['cannot reach the server', { kind: 'unreachable' as const, message: 'no route' }, 60_000],
])('a station that %s asks again within its time', async (_what, error, longestMs) => {
  const { clock } = manualClock();
  const waits: number[] = [];
  let due = (): void => undefined;
  const directory = vi.fn<Transport['directory']>(async () => err(error));
  const sync = createDirectorySync({
    ...quiet,
    store: { current: () => undefined, stored: () => 0, accept: async () => err('bad-signature') },
    transport: { directory },
    clock: {
      ...clock,
      at(at, callback) {
        waits.push(at - clock.mono());
        due = callback;
        return () => undefined;
      },
    },
    updated: () => undefined,
    refused: () => undefined,
    confirmed: () => undefined,
  });
  sync.start();
  for (let asked = 1; asked <= 12; asked++) {
    await vi.waitFor(() => expect(waits).toHaveLength(asked));
    due();
  }
  expect(Math.max(...waits)).toBeLessThanOrEqual(longestMs);
  expect(Math.max(...waits)).toBeGreaterThan(longestMs * 0.9);
  sync.close();
});
