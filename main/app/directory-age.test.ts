import { expect, test } from 'vitest';
import { policy } from '../../common/policy.ts';
import { directoryAge } from './directory-age.ts';

const DAY = 24 * 60 * 60 * 1000;

test('a clock that was ahead while nobody answered leaves no directory too old that is confirmed since', () => {
  let wall = 1_000_000_000_000;
  const marks = { confirmed: 0, latest: 0 };
  let isOutdated: boolean | undefined;
  const start = () =>
    directoryAge(
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
  const age = start();
  age.confirmed(wall);
  wall += 20 * DAY;
  age.start();
  expect(isOutdated).toBe(true);
  // The clock is right again, and the server answers by its own.
  wall -= 20 * DAY;
  age.confirmed(wall);
  expect(isOutdated).toBe(false);
  start().start();
  expect(isOutdated).toBe(false);
  // Without an answer the days count from there, and a clock that is set back wins none.
  wall += 28 * DAY;
  age.start();
  expect(isOutdated).toBe(true);
  wall -= 28 * DAY;
  age.start();
  expect(isOutdated).toBe(true);
});

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
