import fc from 'fast-check';
import { policy } from '../../common/policy.ts';
import type { Access } from '../../main/domain/authentication.ts';
import type { StationEvent } from '../../main/domain/station-state.ts';

/** Tight, so that short sequences reach the limits. */
export const rules = policy.parse({
  parkedSessions: 1,
  parkedMinutes: 1,
  sessionHours: 0.1,
  graceSeconds: 60,
  lockOnKeyRemoval: true,
});

const members = ['nurse', 'physician', 'officer'];

const access = (
  member: string,
  n: number,
  isUserVerified = true,
  credential = `key-of-${member}`,
): Access => ({
  member,
  credential,
  isUserVerified,
  newSession: `session-${n}`,
  correlation: `correlation-${n}`,
  proof: {
    boundSeq: n,
    nonce: 'n',
    credential,
    authenticatorData: 'a',
    clientDataJSON: 'c',
    signature: 's',
  },
});

/** What happens, given the number of the newest attempt and the place in the sequence. */
export type Happening = (attempt: number, n: number) => StationEvent;

/** One move of the surroundings. */
export type Move =
  | { readonly kind: 'event'; readonly event: Happening; readonly isStale: boolean }
  | { readonly kind: 'wait'; readonly ms: number }
  /** Several events in a row, so that sequences get far. */
  | { readonly kind: 'events'; readonly events: readonly Happening[] };

const recorded: Happening = (attempt, n) => ({
  type: 'recorded',
  attempt,
  place: { epoch: 'epoch', seq: n },
});

/** The whole way from the curtain to a written access. */
const wayIn = (member: string): readonly Happening[] => [
  () => ({ type: 'stop', stop: undefined }),
  () => ({ type: 'lock', cause: 'button' }),
  () => ({ type: 'start' }),
  (attempt) => ({ type: 'key-ready', attempt, retries: 8, minLength: 6 }),
  () => ({ type: 'pin', length: 6 }),
  (attempt) => ({ type: 'asserted', attempt }),
  (attempt, n) => ({ type: 'verified', attempt, access: access(member, n) }),
  recorded,
];

/** A key that says whose it is, and would do without a PIN. */
const tapOf =
  (member: string, epoch = 'epoch', credential = `key-of-${member}`): Happening =>
  (attempt) => ({
    type: 'key-ready',
    attempt,
    owner: member,
    retries: 8,
    minLength: 6,
    tap: { member, credential, epoch },
  });

interface Back {
  readonly member: string;
  readonly cause: 'button' | 'suspend';
  /** The key that proves itself. */
  readonly key: 'key' | 'spare';
  /** Who signs in the end. */
  readonly by: 'the same' | 'somebody else' | 'their spare';
}

/** Out, and back with one touch, if grace lets it. */
const wayBack = ({ member, cause, key, by }: Back): readonly Happening[] => {
  const signer = by === 'somebody else' ? members.find((one) => one !== member) : member;
  const signing = by === 'their spare' ? 'spare' : key;
  const credential = `${signing}-of-${signer}`;
  return [
    () => ({ type: 'lock', cause }),
    () => ({ type: 'start' }),
    tapOf(member, 'epoch', `${key}-of-${member}`),
    (attempt) => ({ type: 'key-touch', attempt }),
    (attempt) => ({ type: 'asserted', attempt }),
    (attempt, n) => ({
      type: 'verified',
      attempt,
      access: access(signer ?? member, n, false, credential),
    }),
    recorded,
  ];
};

const mostly = <T>(usual: T, ...others: T[]) => fc.constantFrom(usual, usual, usual, ...others);

/** In, and then a key comes that says whose it is. */
const wayToSheet = (member: string): readonly Happening[] => [
  () => ({ type: 'keys', count: 0 }),
  ...wayIn(member),
  () => ({ type: 'keys', count: 1 }),
  (attempt) => ({ type: 'key-ready', attempt, owner: member, retries: 8, minLength: 6 }),
];

/** In as an administrator, and then the whole station ends; for a plain member it does not. */
const wayOut = (member: string, isWritten: boolean): readonly Happening[] => [
  ...wayIn(member),
  () => ({
    type: 'directory',
    policy: rules,
    administrators: new Set(['officer', 'physician']),
    revoked: [],
  }),
  () => ({ type: 'close' }),
  isWritten ? recorded : (attempt) => ({ type: 'not-recorded', attempt }),
];

const someMember = fc.constantFrom(...members);

const plainly = (event: StationEvent, weight = 1) => ({
  weight,
  arbitrary: fc.constant<Move>({ kind: 'event', event: () => event, isStale: false }),
});
/** An answer to the newest attempt, or to an older one. */
const answer = (event: Happening, weight = 3) => ({
  weight,
  arbitrary: fc
    .integer({ min: 0, max: 3 })
    .map((age): Move => ({ kind: 'event', event, isStale: age === 0 })),
});
const ofMember = (event: (member: string) => Happening, weight = 2) => ({
  weight,
  arbitrary: someMember.map((member): Move => ({
    kind: 'event',
    event: event(member),
    isStale: false,
  })),
});

export const moves = fc.array(
  fc.oneof(
    answer((attempt) => ({ type: 'key-choose', attempt })),
    answer((attempt) => ({ type: 'key-ready', attempt, retries: 8, minLength: 6 }), 9),
    ofMember((owner) => (attempt) => ({
      type: 'key-ready',
      attempt,
      owner,
      retries: 8,
      minLength: 6,
    })),
    plainly({ type: 'pin', length: 6 }, 6),
    plainly({ type: 'pin', length: 3 }),
    answer((attempt) => ({ type: 'key-touch', attempt })),
    answer((attempt) => ({ type: 'asserted', attempt }), 9),
    ofMember(
      (member) => (attempt, n) => ({ type: 'verified', attempt, access: access(member, n) }),
      9,
    ),
    answer((attempt) => ({ type: 'not-verified', attempt, notice: 'not-verified' })),
    ofMember(
      (member) => (attempt, n) => ({ type: 'verified', attempt, access: access(member, n, false) }),
      4,
    ),
    ofMember((member) => tapOf(member), 6),
    ofMember((member) => tapOf(member, 'another-epoch')),
    answer(recorded, 9),
    answer((attempt) => ({ type: 'not-recorded', attempt })),
    answer((attempt) => ({ type: 'key-refused', attempt, code: 'pin-mismatch', retries: 7 })),
    answer((attempt) => ({ type: 'key-refused', attempt, code: 'removed' })),
    plainly({ type: 'start' }, 6),
    plainly({ type: 'keys', count: 0 }),
    plainly({ type: 'keys', count: 1 }, 3),
    plainly({ type: 'keys', count: 2 }),
    plainly({ type: 'stop', stop: undefined }, 4),
    plainly({ type: 'stop', stop: 'journal' }),
    plainly({ type: 'stop', stop: 'outdated' }),
    plainly({ type: 'cancel' }),
    plainly({ type: 'lock', cause: 'button' }, 2),
    plainly({ type: 'lock', cause: 'suspend' }),
    plainly({ type: 'lock', cause: 'remote' }),
    ofMember((member) => () => ({ type: 'lock', cause: 'elsewhere', member })),
    plainly({ type: 'idle', ms: 5_000 }),
    plainly({ type: 'idle', ms: 110_000 }),
    plainly({ type: 'idle', ms: 120_000 }),
    plainly({ type: 'stay' }),
    plainly({ type: 'switch', correlation: 'chosen' }, 2),
    plainly({ type: 'sign-out', cause: 'sign-out' }),
    plainly({ type: 'sign-out', cause: 'remote' }),
    plainly({ type: 'key-crashed' }),
    plainly({ type: 'tick' }, 2),
    plainly({ type: 'shutdown' }),
    plainly({ type: 'close' }, 3),
    plainly({
      type: 'directory',
      policy: { ...rules, parkedSessions: 0 },
      administrators: new Set(['officer']),
      revoked: [],
    }),
    ofMember((member) => () => ({
      type: 'directory',
      policy: rules,
      administrators: new Set([member]),
      revoked: [],
    })),
    ...(['member-inactive', 'key-revoked'] as const).map((cause) =>
      ofMember((member) => () => ({
        type: 'directory',
        policy: rules,
        administrators: new Set(['officer']),
        revoked: [{ member, cause }],
      })),
    ),
    {
      weight: 2,
      arbitrary: fc.tuple(someMember, fc.boolean()).map(([member, isWritten]): Move => ({
        kind: 'events',
        events: wayOut(member, isWritten),
      })),
    },
    {
      weight: 12,
      arbitrary: someMember.map((member): Move => ({ kind: 'events', events: wayIn(member) })),
    },
    {
      weight: 6,
      arbitrary: fc
        .record<Back>({
          member: someMember,
          cause: mostly<Back['cause']>('button', 'suspend'),
          key: mostly<Back['key']>('key', 'spare'),
          by: mostly<Back['by']>('the same', 'somebody else', 'their spare'),
        })
        .map((back): Move => ({ kind: 'events', events: wayBack(back) })),
    },
    {
      weight: 3,
      arbitrary: someMember.map((member): Move => ({ kind: 'events', events: wayToSheet(member) })),
    },
    {
      weight: 5,
      arbitrary: fc.integer({ min: 0, max: 90_000 }).map((ms): Move => ({ kind: 'wait', ms })),
    },
  ),
  { maxLength: 20, size: 'max' },
);
