import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BEAT_MS, watchAgent } from './agent-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('ends nobody who has not begun, or who goes on', () => {
  const end = vi.fn<(beat: number) => void>();
  const beat = watchAgent(end);
  vi.advanceTimersByTime(60_000);
  for (let n = 0; n < 200; n++) {
    beat(n);
    vi.advanceTimersByTime(9 * BEAT_MS);
  }
  expect(end).not.toHaveBeenCalled();
});

it('ends an agent that falls silent, once, after five seconds', () => {
  const end = vi.fn<(beat: string) => void>();
  const beat = watchAgent(end);
  beat('first');
  beat('last');
  vi.advanceTimersByTime(5_000);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(end.mock.calls).toEqual([['last']]);
});
