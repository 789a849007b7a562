import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeyChild, superviseKeys } from './key-supervisor.ts';

/** A child that does what the test says; each fork makes another. */
function children() {
  const made: { sent: unknown[]; killed: boolean; say(message: unknown): void; exit(): void }[] =
    [];
  const fork = (): KeyChild => {
    let onMessage = (_message: unknown): void => undefined;
    let onExit = (_code: number): void => undefined;
    const child = {
      sent: [] as unknown[],
      killed: false,
      say: (message: unknown) => onMessage(message),
      exit: () => onExit(1),
    };
    made.push(child);
    return {
      postMessage: (message) => child.sent.push(message),
      on(event: 'message' | 'exit', listener: (value: never) => void) {
        if (event === 'message') onMessage = listener as typeof onMessage;
        else onExit = listener as typeof onExit;
      },
      kill() {
        child.killed = true;
        onExit(9);
      },
    };
  };
  return { made, fork };
}

describe('the watch over the key process', () => {
  let told: string[];
  let reports: string[];
  let made: ReturnType<typeof children>['made'];
  let reader: ReturnType<typeof superviseKeys>;
  beforeEach(() => {
    vi.useFakeTimers();
    const all = children();
    ({ made } = all);
    told = [];
    reports = [];
    reader = superviseKeys(all.fork, (code) => reports.push(code));
    reader.listen(({ kind }) => told.push(kind));
  });
  afterEach(() => {
    reader.close();
    vi.useRealTimers();
  });
  const pong = (index = 0) => made[index]?.say({ kind: 'pong' });

  it('asks at intervals, and tells nobody of it', () => {
    for (let n = 1; n <= 20; n++) {
      vi.advanceTimersByTime(5_000);
      expect(made[0]?.sent).toHaveLength(n);
      vi.advanceTimersByTime(9_999);
      pong();
    }
    expect(made).toHaveLength(1);
    expect({ told, reports }).toEqual({ told: [], reports: [] });
  });

  it('kills one that hangs, calls that a crash, and starts another', () => {
    vi.advanceTimersByTime(14_999);
    expect(made[0]?.killed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(made[0]?.killed).toBe(true);
    expect({ told, reports }).toEqual({
      told: ['crashed'],
      reports: ['key-process:hung', 'key-process:exit'],
    });
    vi.advanceTimersByTime(200);
    expect(made).toHaveLength(2);
    vi.advanceTimersByTime(5_000);
    expect(made[1]?.sent).toEqual([{ kind: 'ping' }]);
  });

  it('is not put off by a process that talks, but never answers', () => {
    for (let ms = 0; ms < 15_000; ms += 1_000) {
      made[0]?.say({ kind: 'keys', keys: [] });
      reader.send({ kind: 'cancel', attempt: 1 });
      vi.advanceTimersByTime(1_000);
    }
    expect(reports).toContain('key-process:hung');
  });

  it('asks no more of one that has died, or is not wanted any more', () => {
    made[0]?.exit();
    vi.advanceTimersByTime(5_200);
    expect(made.map(({ sent }) => sent.length)).toEqual([0, 1]);
    pong(1);
    reader.close();
    vi.advanceTimersByTime(100_000);
    expect(made.map(({ sent }) => sent.length)).toEqual([0, 1]);
  });
});
