import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policy } from '../../common/policy.ts';
import { PATIENCE } from './authentication.ts';
import {
  type Effect,
  type StationEvent,
  type StationState,
  initialState,
} from './station-state.ts';
import { nextDeadline, transition } from './station.ts';

/** A station at the curtain, fed one event after another; refused ones change nothing. */
function curtain() {
  let state: StationState = initialState(policy.parse({}));
  let mono = 0;
  let effects: readonly Effect[] = [];
  const feed = (event: StationEvent) => {
    const result = transition(state, event, { wall: 1_000 + mono, mono });
    if ('rejected' in result) return result.rejected;
    ({ state, effects } = result);
    return undefined;
  };
  const entry = () => {
    if (state.kind !== 'locked') throw new Error('the station is open');
    return state.entry;
  };
  feed({ type: 'stop', stop: undefined });
  return {
    feed,
    entry,
    effects: () => effects,
    codes: () =>
      effects.flatMap((effect) =>
        effect.type === 'record' ? effect.drafts.map(({ type, detail }) => ({ type, detail })) : [],
      ),
    at(ms: number) {
      mono += ms;
    },
    deadline: () => nextDeadline(state),
    attempt: () => state.attempt,
  };
}
type Curtain = ReturnType<typeof curtain>;

const toChoosing = (station: Curtain) => {
  station.feed({ type: 'keys', count: 2 });
  station.feed({ type: 'key-choose', attempt: station.attempt() });
};
const toPin = (station: Curtain) => {
  station.feed({ type: 'keys', count: 1 });
  station.feed({ type: 'key-ready', attempt: station.attempt(), retries: 8, minLength: 6 });
};
const wrongPin = (station: Curtain, retries: number) => {
  station.feed({ type: 'pin', length: 6 });
  const { attempt } = station;
  return station.feed({ type: 'key-refused', attempt: attempt(), code: 'pin-mismatch', retries });
};

describe('each wait at the curtain has its end', () => {
  it.each<[keyof typeof PATIENCE, (station: Curtain) => void, string]>([
    ['reading', (station) => station.feed({ type: 'keys', count: 1 }), 'timed-out'],
    ['choosing', toChoosing, 'touch-timeout'],
    ['pin', toPin, 'timed-out'],
    [
      'checking',
      (station) => {
        toPin(station);
        station.feed({ type: 'pin', length: 6 });
      },
      'timed-out',
    ],
    [
      'touch',
      (station) => {
        toPin(station);
        station.feed({ type: 'pin', length: 6 });
        station.feed({ type: 'key-touch', attempt: station.attempt() });
      },
      'touch-timeout',
    ],
    [
      'verifying',
      (station) => {
        toPin(station);
        station.feed({ type: 'pin', length: 6 });
        station.feed({ type: 'asserted', attempt: station.attempt() });
      },
      'timed-out',
    ],
  ])('%s', (kind, go, notice) => {
    const station = curtain();
    go(station);
    expect(station.entry()).toMatchObject({ kind });
    expect(station.deadline()).toBe(PATIENCE[kind]);
    station.at(PATIENCE[kind] - 1);
    station.feed({ type: 'tick' });
    expect(station.entry()).toMatchObject({ kind });
    station.at(1);
    station.feed({ type: 'tick' });
    expect(station.entry()).toEqual({ kind: 'waiting', notice });
    expect(station.effects()).toContainEqual({ type: 'key-cancel', attempt: station.attempt() });
  });
});

describe('the wait for the PIN', () => {
  it('begins anew for a hand that is slow, and no other wait does', () => {
    const station = curtain();
    station.feed({ type: 'keys', count: 1 });
    expect(station.feed({ type: 'stay' })).toBe('not-now');
    station.feed({ type: 'key-ready', attempt: station.attempt(), retries: 8, minLength: 6 });
    station.at(PATIENCE.pin - 1);
    expect(station.feed({ type: 'stay' })).toBe(undefined);
    expect(station.deadline()).toBe(2 * PATIENCE.pin - 1);
    station.feed({ type: 'pin', length: 6 });
    const deadline = station.deadline();
    station.at(1);
    expect(station.feed({ type: 'stay' })).toBe('not-now');
    expect(station.deadline()).toBe(deadline);
  });
});

describe('the choice among keys', () => {
  it('takes no PIN, and none that was typed before it', () => {
    const station = curtain();
    toChoosing(station);
    expect(station.feed({ type: 'pin', length: 6 })).toBe('not-now');
    expect(station.effects().some(({ type }) => type === 'key-pin')).toBe(false);
    station.feed({ type: 'key-ready', attempt: station.attempt(), retries: 8, minLength: 6 });
    expect(station.entry()).toMatchObject({ kind: 'pin', retries: 8 });
  });

  it('is not begun again by a key that asks twice, nor by an attempt that is over', () => {
    const station = curtain();
    toChoosing(station);
    station.at(1_000);
    expect(station.feed({ type: 'key-choose', attempt: station.attempt() })).toBe('stale');
    expect(station.deadline()).toBe(PATIENCE.choosing);
    station.feed({ type: 'cancel' });
    expect(station.feed({ type: 'key-choose', attempt: station.attempt() })).toBe('stale');
    expect(station.feed({ type: 'key-ready', attempt: 1, retries: 8, minLength: 6 })).toBe('stale');
    expect(station.entry()).toEqual({ kind: 'waiting' });
  });
});

describe('a key that is ready', () => {
  it('is not that of an attempt that is over', () => {
    const station = curtain();
    station.feed({ type: 'keys', count: 1 });
    station.feed({ type: 'cancel' });
    station.feed({ type: 'start' });
    const ready = { type: 'key-ready', retries: 8, minLength: 6 } as const;
    expect(station.feed({ ...ready, attempt: station.attempt() - 1 })).toBe('stale');
    expect(station.entry()).toMatchObject({ kind: 'reading' });
    station.feed({ ...ready, attempt: station.attempt() });
    expect(station.entry()).toMatchObject({ kind: 'pin' });
  });
});

describe('before the third wrong PIN', () => {
  it('a key that is taken out as was offered says nothing, and begins anew when it is back', () => {
    const station = curtain();
    toPin(station);
    wrongPin(station, 7);
    wrongPin(station, 6);
    expect(station.entry()).toMatchObject({ kind: 'pin', mismatches: 2, retries: 6 });
    station.feed({ type: 'key-refused', attempt: station.attempt(), code: 'removed' });
    expect(station.entry()).toEqual({ kind: 'waiting' });
    expect(station.codes()).toEqual([]);
    station.feed({ type: 'keys', count: 0 });
    station.feed({ type: 'keys', count: 1 });
    station.feed({ type: 'key-ready', attempt: station.attempt(), retries: 6, minLength: 6 });
    expect(station.entry()).toMatchObject({ kind: 'pin', mismatches: 0, retries: 6 });
  });

  it.each([0, 1])('after %i wrong ones a key that is pulled is told', (wrong) => {
    const station = curtain();
    toPin(station);
    for (let n = 0; n < wrong; n++) wrongPin(station, 7 - n);
    station.feed({ type: 'key-refused', attempt: station.attempt(), code: 'removed' });
    expect(station.entry()).toEqual({ kind: 'waiting', notice: 'removed' });
  });

  it('each wrong one is one event with the tries that are left', () => {
    const station = curtain();
    toPin(station);
    for (const retries of [7, 6]) {
      wrongPin(station, retries);
      const detail = { code: 'pin-mismatch', retries };
      expect(station.codes()).toEqual([{ type: 'auth.refused', detail }]);
    }
    station.feed({ type: 'pin', length: 6 });
    station.feed({ type: 'key-refused', attempt: station.attempt(), code: 'pin-blocked' });
    expect(station.entry()).toEqual({ kind: 'waiting', notice: 'pin-blocked' });
    expect(station.codes()).toEqual([{ type: 'auth.refused', detail: { code: 'pin-blocked' } }]);
  });
});

describe('a touch', () => {
  it('counts in no other step than the one that waits for the key, and of no other attempt', () => {
    const attempt = fc.integer({ min: -2, max: 2 });
    const steps = fc.constantFrom<(station: Curtain) => void>(
      () => undefined,
      (station) => station.feed({ type: 'keys', count: 1 }),
      toChoosing,
      toPin,
      (station) => {
        toPin(station);
        station.feed({ type: 'cancel' });
      },
      (station) => {
        toPin(station);
        wrongPin(station, 7);
      },
    );
    const late = fc.constantFrom<'key-touch' | 'asserted'>('key-touch', 'asserted');
    fc.assert(
      fc.property(steps, attempt, late, (go, offset, type) => {
        const station = curtain();
        go(station);
        const before = station.entry();
        expect(station.feed({ type, attempt: station.attempt() + offset })).toBe('stale');
        expect(station.entry()).toBe(before);
      }),
    );
  });

  it('that comes after the deadline opens nothing', () => {
    const station = curtain();
    toPin(station);
    station.feed({ type: 'pin', length: 6 });
    station.feed({ type: 'key-touch', attempt: station.attempt() });
    station.at(PATIENCE.touch);
    station.feed({ type: 'tick' });
    expect(station.feed({ type: 'asserted', attempt: station.attempt() })).toBe('stale');
    expect(station.entry()).toEqual({ kind: 'waiting', notice: 'touch-timeout' });
  });
});
