import { expect, test } from 'vitest';
import { policy } from '../../common/policy.ts';
import { directoryAge } from './directory-age.ts';

test('confirmations every 15 s reach the disk, and a week without one makes the directory too old', () => {
  let wall = 1_000_000_000_000;
  const marks = { confirmed: 0, latest: 0 };
  let isOutdated: boolean | undefined;
  const age = directoryAge(
    { wall: () => wall, mono: () => wall, at: () => () => undefined },
    {
      latestTime: () => marks.latest,
      raiseLatestTime: (ms) => void (marks.latest = ms),
      directoryConfirmed: () => marks.confirmed,
      raiseDirectoryConfirmed: (ms) => void (marks.confirmed = ms),
    },
    () => policy.parse({ offlineDays: 7 }),
    (outdated) => void (isOutdated = outdated),
    () => undefined,
  );
  for (let i = 0; i < 40; i++) age.confirmed((wall += 15_000));
  expect(isOutdated).toBe(false);
  expect(wall - marks.confirmed).toBeLessThan(60_000);
  expect(wall - marks.latest).toBeLessThan(60_000);
  wall += 7 * 24 * 60 * 60 * 1000 + 60_000;
  age.start();
  expect(isOutdated).toBe(true);
});
