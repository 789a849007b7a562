import { expect, it } from 'vitest';
import { policy } from '../../common/policy.ts';
import { type Access, PATIENCE, waiting } from './authentication.ts';
import { type Locked, type StationEvent, initialState } from './station-state.ts';
import { nextDeadline, transition } from './station.ts';

const rules = policy.parse({ graceSeconds: 60 });
const proof = {
  boundSeq: 1,
  nonce: 'n',
  credential: 'k',
  authenticatorData: 'a',
  clientDataJSON: 'c',
  signature: 's',
};
const nurse = { member: 'nurse', credential: 'key' };
const access: Access = {
  ...nurse,
  isUserVerified: false,
  proof,
  newSession: 'new',
  correlation: 'c',
};

/** A nurse's session, left at 1 s after the PIN, and her key that has proved itself at `mono`. */
function tapAt(start: number) {
  const at = (mono: number) => ({ wall: mono, mono });
  let mono = start;
  let state: Locked = {
    ...(initialState(rules) as Locked),
    stop: undefined,
    attempt: 1,
    held: [
      {
        id: 'session',
        ...nurse,
        openedAt: at(0),
        held: 'locked',
        since: at(1_000),
        pin: { epoch: 'epoch', seq: 3, at: 0 },
      },
    ],
    entry: { kind: 'reading', attempt: 1, deadline: start + PATIENCE.reading },
  };
  const feed = (event: StationEvent) => {
    const result = transition(state, event, at(mono));
    if ('rejected' in result) throw new Error(result.rejected);
    if (result.state.kind !== 'locked') throw new Error('open');
    ({ state } = result);
    return result.effects;
  };
  const tap = { ...nurse, epoch: 'epoch' };
  feed({ type: 'key-ready', attempt: 1, owner: 'nurse', retries: 8, minLength: 6, tap });
  return {
    feed,
    pass: (ms: number) => (mono += ms),
    entry: () => state.entry,
    deadline: () => nextDeadline(state),
  };
}

it('no step of a tap waits longer than the grace', () => {
  const station = tapAt(54_999);
  expect(station.entry()).toMatchObject({ kind: 'checking' });
  expect(station.deadline()).toBe(60_000);
  station.feed({ type: 'key-touch', attempt: 1 });
  expect(station.deadline()).toBe(60_000);
  expect(tapAt(55_000).entry()).toMatchObject({ kind: 'pin' });
  const early = tapAt(2_000);
  expect(early.deadline()).toBe(2_000 + PATIENCE.checking);
  early.feed({ type: 'key-touch', attempt: 1 });
  expect(early.deadline()).toBe(2_000 + PATIENCE.touch);
});

it.each<[what: string, happens: (station: ReturnType<typeof tapAt>) => void]>([
  ['the time', (station) => station.pass(10_000)],
  [
    'the session',
    ({ feed }) =>
      feed({
        type: 'directory',
        policy: rules,
        administrators: new Set(),
        revoked: [{ member: 'nurse', cause: 'key-revoked' }],
      }),
  ],
  [
    'the policy',
    ({ feed }) =>
      feed({
        type: 'directory',
        policy: policy.parse({ graceSeconds: 50 }),
        administrators: new Set(),
        revoked: [],
      }),
  ],
])('a tap that is verified after %s is over opens nothing', (_what, happens) => {
  const station = tapAt(50_000);
  station.feed({ type: 'asserted', attempt: 1 });
  happens(station);
  const effects = station.feed({ type: 'verified', attempt: 1, access });
  expect(station.entry()).toEqual(waiting('not-verified'));
  expect(effects.some((effect) => effect.type === 'record' && effect.attempt !== undefined)).toBe(
    false,
  );
});

it('a PIN that a tap does not have cannot be wrong: the attempt is over', () => {
  const station = tapAt(2_000);
  station.feed({ type: 'key-refused', attempt: 1, code: 'pin-mismatch', retries: 7 });
  expect(station.entry()).toEqual(waiting('pin-mismatch'));
});
