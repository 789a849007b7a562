import { describe, expect, it } from 'vitest';
import type { Effect, StationState, Transition } from '../../main/domain/station-state.ts';
import { transition } from '../../main/domain/station.ts';
import { fuzzStation } from './station-machine.ts';
import { reached } from './station-witness.ts';

const RUNS = Number(process.env['WARDLOCK_SEQUENCES'] ?? 100_000);

describe('the station machine', () => {
  it(`keeps its invariants over ${RUNS} random sequences`, { timeout: 600_000 }, () => {
    fuzzStation(transition, { runs: RUNS });
    // A campaign that never gets there proves nothing.
    for (const [where, times] of Object.entries(reached)) {
      expect({ where, enough: times > RUNS / 100 }).toEqual({ where, enough: true });
    }
  });

  /** The machine, with its answers changed. */
  const changed =
    (change: (state: StationState, effects: readonly Effect[]) => Transition) =>
    (...given: Parameters<typeof transition>): Transition => {
      const result = transition(...given);
      return 'rejected' in result ? result : change(result.state, result.effects);
    };
  const without = (type: Effect['type']) =>
    changed((state, effects) => ({
      state,
      effects: effects.filter((effect) => effect.type !== type),
    }));

  it.each([
    [
      'opens without a record',
      (...[state, event, now]: Parameters<typeof transition>): Transition => {
        const result = transition(state, event, now);
        if ('rejected' in result || event.type !== 'verified') return result;
        const { attempt } = event;
        return transition(
          result.state,
          { type: 'recorded', attempt, place: { epoch: 'epoch', seq: 1 } },
          now,
        );
      },
    ],
    [
      'writes before it covers',
      changed((state, effects) => ({ state, effects: effects.toReversed() })),
    ],
    [
      'locks while somebody is there',
      (...[state, event, now]: Parameters<typeof transition>): Transition =>
        transition(state, event.type === 'idle' ? { ...event, ms: event.ms + 10_000 } : event, now),
    ],
    ['keeps what has ended', without('destroy')],
    ['forgets an event', without('record')],
    ['never lets go of a key', without('key-cancel')],
    ['never ends for an administrator', without('end')],
    [
      'ends without a record',
      (...[state, event, now]: Parameters<typeof transition>): Transition =>
        transition(
          state,
          event.type === 'not-recorded' && state.kind === 'open'
            ? { ...event, type: 'recorded', place: { epoch: 'epoch', seq: 1 } }
            : event,
          now,
        ),
    ],
    [
      'ends for anybody',
      (...[state, event, now]: Parameters<typeof transition>): Transition =>
        transition(
          event.type === 'close' && state.kind === 'open'
            ? { ...state, administrators: new Set([state.session.member]) }
            : state,
          event,
          now,
        ),
    ],
    [
      'locks whoever is there when somebody taps in elsewhere',
      (...[state, event, now]: Parameters<typeof transition>): Transition =>
        transition(
          state,
          event.type === 'lock' ? { type: 'lock', cause: event.cause } : event,
          now,
        ),
    ],
    [
      'keeps whom a new policy has no room for',
      (...[state, event, now]: Parameters<typeof transition>): Transition => {
        if (event.type !== 'directory') return transition(state, event, now);
        const roomy = { ...event, policy: { ...event.policy, parkedSessions: 9 } };
        const result = transition(state, roomy, now);
        if ('rejected' in result) return result;
        return { ...result, state: { ...result.state, policy: event.policy } };
      },
    ],
    [
      'takes a tap from anybody',
      (...[state, event, now]: Parameters<typeof transition>): Transition =>
        transition(
          state,
          event.type === 'verified'
            ? { ...event, access: { ...event.access, isUserVerified: true } }
            : event,
          now,
        ),
    ],
    [
      'gives a grace without end',
      (...[state, event, now]: Parameters<typeof transition>): Transition => {
        const policy = { ...state.policy, graceSeconds: 600 };
        return transition({ ...state, policy }, event, now);
      },
    ],
    [
      'draws the grace out with each tap',
      (...[state, event, now]: Parameters<typeof transition>): Transition => {
        const result = transition(state, event, now);
        if ('rejected' in result || event.type !== 'recorded' || result.state.kind !== 'open')
          return result;
        const pin = { ...event.place, at: now.mono };
        return { ...result, state: { ...result.state, session: { ...result.state.session, pin } } };
      },
    ],
    [
      'gives a grace after whatever happened',
      (...[state, event, now]: Parameters<typeof transition>): Transition => {
        const result = transition(state, event, now);
        if ('rejected' in result || event.type !== 'lock') return result;
        const pins = new Map(state.held.map(({ id, pin }) => [id, pin]));
        if (state.kind === 'open') pins.set(state.session.id, state.session.pin);
        const held = result.state.held.map((one) => ({ ...one, pin: pins.get(one.id) }));
        return { ...result, state: { ...result.state, held } };
      },
    ],
  ])('notices one that %s', (_what, machine) => {
    expect(() => fuzzStation(machine, { runs: 40_000 })).toThrow();
  });
});
