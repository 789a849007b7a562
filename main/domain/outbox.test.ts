import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, nextLink } from './link.ts';
import { type OutboxEvent, type OutboxState, idleOutbox, outbox } from './outbox.ts';

const chance = { jitter: 0.5, now: 1000 };
const sending: OutboxState = { kind: 'sending', failures: 0 };
const waiting: OutboxState = { kind: 'waiting', until: 5000, failures: 3 };

test('a kick sends when there is something, and only from idle', () => {
  expect(outbox(idleOutbox, { type: 'kick', waiting: 1 })).toEqual({
    state: sending,
    effects: [{ type: 'send' }],
  });
  expect(outbox(idleOutbox, { type: 'kick', waiting: 0 }).effects).toEqual([]);
  expect(outbox(sending, { type: 'kick', waiting: 5 })).toEqual({ state: sending, effects: [] });
  expect(outbox(waiting, { type: 'kick', waiting: 5 })).toEqual({ state: waiting, effects: [] });
});

test('an answer acknowledges what was sent, never more, and goes on while something is left', () => {
  const answer = (committed: number, left: number): OutboxEvent => ({
    type: 'answered',
    first: 11,
    last: 20,
    committed,
    waiting: left,
    ...chance,
  });
  expect(outbox(sending, answer(20, 10))).toEqual({
    state: idleOutbox,
    effects: [{ type: 'acknowledge', seq: 20 }],
  });
  expect(outbox(sending, answer(99, 12))).toEqual({
    state: sending,
    effects: [{ type: 'acknowledge', seq: 20 }, { type: 'send' }],
  });
  expect(outbox(sending, answer(15, 10))).toEqual({
    state: sending,
    effects: [{ type: 'acknowledge', seq: 15 }, { type: 'send' }],
  });
  // Nothing new: wait instead of asking for ever.
  expect(outbox(sending, answer(10, 10)).state.kind).toBe('waiting');
});

test('a failure waits, longer each time, until it is due or the server is back', () => {
  const failed = outbox({ kind: 'sending', failures: 2 }, { type: 'failed', jitter: 1, now: 1000 });
  expect(failed).toEqual({
    state: { kind: 'waiting', until: 9000, failures: 3 },
    effects: [{ type: 'wake', at: 9000 }],
  });
  expect(outbox(waiting, { type: 'due', now: 4999 })).toEqual({
    state: waiting,
    effects: [{ type: 'wake', at: 5000 }],
  });
  expect(outbox(waiting, { type: 'due', now: 5000 })).toEqual({
    state: { kind: 'sending', failures: 3 },
    effects: [{ type: 'send' }],
  });
  expect(outbox(waiting, { type: 'reachable' }).effects).toEqual([{ type: 'send' }]);
});

test('a wait that the server asked for is not cut short, and not ended by all at once', () => {
  const step = outbox(sending, { type: 'failed', jitter: 0, now: 1000, retryAfterMs: 60_000 });
  expect(step).toEqual({
    state: { kind: 'waiting', until: 62_000, failures: 1, asked: true },
    effects: [{ type: 'wake', at: 62_000 }],
  });
  expect(outbox(step.state, { type: 'reachable' })).toEqual({ state: step.state, effects: [] });
  expect(outbox(step.state, { type: 'due', now: 61_999 }).state).toEqual(step.state);
  expect(outbox(step.state, { type: 'due', now: 62_000 }).effects).toEqual([{ type: 'send' }]);
});

test('a dispute halts for good and is told once', () => {
  const halted = outbox(sending, { type: 'disputed', code: 'chain-fork' });
  expect(halted).toEqual({
    state: { kind: 'halted', code: 'chain-fork' },
    effects: [{ type: 'fault', code: 'chain-fork' }],
  });
  for (const event of [
    { type: 'kick', waiting: 9 },
    { type: 'reachable' },
    { type: 'due', now: 1e9 },
  ] as const) {
    expect(outbox(halted.state, event)).toEqual({ state: halted.state, effects: [] });
  }
});

test('backoff doubles from 1 s to 60 s, between half and all of it', () => {
  expect([1, 2, 3, 5, 6, 7, 1000].map((failures) => backoffMs(failures, 0))).toEqual([
    1000, 2000, 4000, 16_000, 30_000, 30_000, 30_000,
  ]);
  expect(backoffMs(1, 1)).toBe(2000);
  expect(backoffMs(50, 1)).toBe(60_000);
});

test('the link keeps since when it is offline', () => {
  const offline = nextLink({ kind: 'connecting' }, false, 5);
  expect(offline).toEqual({ kind: 'offline', since: 5 });
  expect(nextLink(offline, false, 9)).toBe(offline);
  const connected = nextLink(offline, true, 10);
  expect(connected).toEqual({ kind: 'connected' });
  expect(nextLink(connected, true, 11)).toBe(connected);
});

/** A journal and a server as simple as can be, driven by a random course of events. */
test('whatever comes, one request is in flight at most, and every event arrives once and in order', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ do: fc.constant('answer' as const), take: fc.integer({ min: 0, max: 4 }) }),
    fc.record({
      do: fc.constantFrom(
        'lose-request' as const,
        'lose-answer' as const,
        'time' as const,
        'reachable' as const,
      ),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let state = idleOutbox;
      let now = 0;
      let [written, acknowledged, committed] = [0, 0, 0];
      let flight: { first: number; last: number } | undefined;
      const dispatch = (event: OutboxEvent): void => {
        const result = outbox(state, event);
        state = result.state;
        for (const effect of result.effects) {
          if (effect.type === 'acknowledge') {
            expect(effect.seq).toBeGreaterThan(acknowledged);
            expect(effect.seq).toBeLessThanOrEqual(committed);
            acknowledged = effect.seq;
          }
          if (effect.type === 'send') {
            expect(flight, 'a second request').toBeUndefined();
            expect(written).toBeGreaterThan(acknowledged);
            flight = { first: acknowledged + 1, last: Math.min(written, acknowledged + 3) };
          }
        }
      };
      /** The server takes the first `count` of what is new to it. */
      const serve = (request: { first: number; last: number }, count: number): void => {
        expect(request.first, 'a gap').toBeLessThanOrEqual(committed + 1);
        committed = Math.max(committed, Math.min(request.last, request.first - 1 + count));
      };
      const finish = (event: (request: { first: number; last: number }) => OutboxEvent): void => {
        if (flight === undefined) return;
        const request = flight;
        flight = undefined;
        dispatch(event(request));
      };
      const answer = (take: number) =>
        finish((request) => {
          serve(request, take);
          return {
            type: 'answered',
            ...request,
            committed,
            waiting: written - acknowledged,
            jitter: 0,
            now,
          };
        });
      for (const item of steps) {
        if (item.do === 'append') {
          written += item.count;
          dispatch({ type: 'kick', waiting: written - acknowledged });
        } else if (item.do === 'answer') answer(item.take);
        else if (item.do === 'lose-request') finish(() => ({ type: 'failed', jitter: 0, now }));
        else if (item.do === 'lose-answer') {
          finish((request) => {
            serve(request, 9);
            return { type: 'failed', jitter: 0, now };
          });
        } else if (item.do === 'time') dispatch({ type: 'due', now: (now += 60_000) });
        else dispatch({ type: 'reachable' });
      }
      // Left alone with a healthy server, it drains.
      const isDrained = () => acknowledged >= written;
      for (let i = 0; i < 1000 && !isDrained(); i++) {
        if (flight === undefined) dispatch({ type: 'due', now: (now += 60_000) });
        else answer(9);
      }
      expect(acknowledged).toBe(written);
      expect(state).toBe(idleOutbox);
    }),
    { numRuns: 1000 },
  );
});

test('a rewound journal is sent again, out of every state; what is on its way is waited for', () => {
  const rewound = { type: 'rewound', waiting: 4 } as const;
  const halted: OutboxState = { kind: 'halted', code: 'chain-gap' };
  for (const state of [idleOutbox, waiting, halted]) {
    expect(outbox(state, rewound)).toEqual({ state: sending, effects: [{ type: 'send' }] });
  }
  expect(outbox(sending, rewound)).toEqual({ state: sending, effects: [] });
  expect(outbox(halted, { ...rewound, waiting: 0 })).toEqual({ state: idleOutbox, effects: [] });
});
