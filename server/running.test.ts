import { expect, test } from 'vitest';
import { createRunning } from './running.ts';

test('what runs is counted and waited for, however it ends', async () => {
  const running = createRunning();
  const ends: ((well: boolean) => void)[] = [];
  const work = running.watch(
    (name: string) =>
      new Promise<string>((resolve, reject) =>
        ends.push((well) => (well ? resolve(name) : reject(new Error(name)))),
      ),
  );
  const [one, other] = [work('one'), work('other')];
  expect(running.count()).toBe(2);
  let isSettled = false;
  const settled = running.settled().then(() => (isSettled = true));
  ends[0]?.(false);
  await expect(one).rejects.toThrow('one');
  expect(running.count()).toBe(1);
  expect(isSettled).toBe(false);
  ends[1]?.(true);
  expect(await other).toBe('other');
  await settled;
  expect(running.count()).toBe(0);
});
