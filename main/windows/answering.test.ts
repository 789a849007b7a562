import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answering } from './answering.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function page() {
  const answers: (() => void)[] = [];
  const told: boolean[] = [];
  const is = { due: true };
  const watch = answering(
    {
      isDue: () => is.due,
      ask: () => new Promise<void>((resolve) => void answers.push(resolve)),
      patienceMs: 10_000,
    },
    (isHung) => void told.push(isHung),
  );
  return { answers, told, is, watch };
}

test('a page that answers is asked again, and nothing is told of it', async () => {
  const { answers, told, watch } = page();
  for (let asked = 1; asked <= 10; asked++) {
    await vi.advanceTimersByTimeAsync(4_000);
    expect(answers).toHaveLength(asked);
    answers.at(-1)?.();
  }
  expect(told).toEqual([]);
  expect(watch.isHung).toBe(false);
});

test('one that owes its answer too long hangs, is told once, and told again when it answers', async () => {
  const { answers, told, watch } = page();
  await vi.advanceTimersByTimeAsync(13_999);
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toEqual([true]);
  expect(watch.isHung).toBe(true);
  expect(answers).toHaveLength(1);

  answers[0]?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual([true, false]);
  expect(watch.isHung).toBe(false);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(answers).toHaveLength(2);
});

test('one that is not due is not asked; an answer it owes by then is waited for', async () => {
  const { answers, told, is } = page();
  is.due = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toEqual([]);
  is.due = true;
  await vi.advanceTimersByTimeAsync(4_000);
  is.due = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(told).toEqual([true]);
});

test('a page that is there no more owes nothing; the next one is asked', async () => {
  const { answers, told, watch } = page();
  await vi.advanceTimersByTimeAsync(4_000);
  watch.settle();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(answers).toHaveLength(2);
  watch.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(answers).toHaveLength(2);
  expect(told).toEqual([]);
});
