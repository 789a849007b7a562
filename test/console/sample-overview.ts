import type { Overview } from '../../common/wire.ts';

type Listed = Overview['events'][number];

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** A quiet ward at `now`: one member on screen, one parked, nothing wrong. */
export function quietOverview(now: Date): Overview {
  const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1000).toISOString();
  const event = (
    number: number,
    seconds: number,
    type: Listed['type'],
    more: Partial<Listed> = {},
  ): Listed => ({
    id: number,
    at: ago(seconds),
    type,
    station: 'Bay 4',
    outcome: 'success',
    verdict: 'verified',
    ...more,
  });
  const station = (
    n: number,
    group: string,
    name: string,
    state: Overview['stations'][number]['state'],
    member?: string,
  ): Overview['stations'][number] => ({
    id: uuid(n),
    name,
    group,
    state,
    lastSeenAt: ago(2),
    ...(member === undefined ? {} : { member }),
  });
  const hour = now.getHours();
  return {
    now: now.toISOString(),
    practice: 'Harbour Street Practice',
    stations: [
      station(1, 'ICU North', 'Bay 3', 'locked'),
      station(2, 'ICU North', 'Bay 4', 'open', 'Maria Lopez'),
      station(3, 'ICU North', 'Desk', 'parked'),
      station(4, 'Pharmacy', 'Hatch', 'locked'),
      station(5, 'Pharmacy', 'Store', 'new'),
    ],
    events: [
      event(23, 12, 'session.resumed', { member: 'Maria Lopez' }),
      event(22, 31, 'auth.refused', {
        member: 'Maria Lopez',
        outcome: 'failure',
        cause: 'pin-mismatch',
      }),
      event(21, 240, 'session.locked', { member: 'Maria Lopez', cause: 'idle' }),
      event(20, 1900, 'session.opened', { member: 'Maria Lopez' }),
      event(19, 1901, 'session.parked', { member: 'Dr. Chen Wei', cause: 'switch' }),
      event(18, 5000, 'session.opened', { member: 'Dr. Chen Wei' }),
      event(17, 5060, 'station.started'),
      event(16, 90_000, 'session.ended', {
        member: 'Dr. Chen Wei',
        cause: 'sign-out',
        station: 'Desk',
      }),
    ],
    accessesByHour: Array.from({ length: 24 }, (_, h) => (h > hour ? 0 : 3 + ((h * 7) % 11))),
    disputed: 0,
  };
}

/** The same ward with something wrong of every kind. */
export function troubledOverview(now: Date): Overview {
  const quiet = quietOverview(now);
  const [newest, second, third, ...older] = quiet.events;
  if (newest === undefined || second === undefined || third === undefined)
    throw new Error('the quiet ward has events');
  const told = (id: number, type: Listed['type'], cause: string): Listed => ({
    ...{ id, at: third.at, type, cause, station: 'Hatch' },
    ...{ outcome: 'failure', verdict: 'verified' },
  });
  return {
    ...quiet,
    stations: quiet.stations.map((station) =>
      station.name === 'Bay 3' || station.name === 'Hatch'
        ? { ...station, state: 'silent', lastSeenAt: new Date(now.getTime() - 2.7e6).toISOString() }
        : station,
    ),
    events: [
      { ...newest, verdict: 'unproven', reason: 'signature' },
      { ...second, verdict: 'disputed', reason: 'chain-fork' },
      { ...third, reason: 'clock-back' },
      told(112, 'directory.refused', 'older'),
      told(111, 'ledger.refused', 'not-included'),
      told(110, 'journal.recovered', 'missing'),
      ...older,
    ],
    disputed: 1,
  };
}
