import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inspectOnce } from './key-inspector.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function child() {
  const on: Record<string, (value: unknown) => void> = {};
  let killed = 0;
  const outcome = inspectOnce({
    postMessage: () => undefined,
    on: (event: string, listener: (value: never) => void) => {
      on[event] = listener as (value: unknown) => void;
    },
    kill: () => killed++,
  });
  return { on, outcome, killed: () => killed };
}

it('passes on what the process found, and ends it', async () => {
  const { on, outcome, killed } = child();
  const inspection = { kind: 'inspection', listed: true, keys: [] };
  on['message']?.(inspection);
  expect(await outcome).toEqual({ ok: true, value: inspection });
  expect(killed()).toBe(1);
});

it.each<[string, (on: Record<string, (value: unknown) => void>) => void]>([
  ['crashed', (on) => on['exit']?.(139)],
  ['hung', () => vi.advanceTimersByTime(30_000)],
  ['bad-message', (on) => on['message']?.({ kind: 'inspection', keys: [{}] })],
])('says when there is nothing to pass on: %s', async (why, act) => {
  const { on, outcome } = child();
  act(on);
  expect(await outcome).toEqual({ ok: false, error: why });
});
