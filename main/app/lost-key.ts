import type { DirectorySnapshot } from '../../common/directory.ts';
import type { EventDraft } from '../../common/event.ts';
import type { LostKey, LostKeyAnswer } from '../../preload/contract.ts';
import type { Session } from '../domain/session.ts';
import type { Clock } from '../ports/clock.ts';

/** Anybody can stand at a curtain: so many reports in so long, and the rest is for the telephone. */
const LIMIT = { reports: 5, withinMs: 10 * 60_000 } as const;

/** Whose key is reported, as far as the directory can tell: its event names ids, never what was typed. */
export interface Claim {
  readonly claimed: string | undefined;
  /** How many members go by what was said. */
  readonly match: 'one' | 'none' | 'several';
}

/** Without case, accents, hyphens and apostrophes: a name is typed on a ward's keyboard, in a hurry. */
const folded = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Looks a claim up. Both names must match whole: a part of one would make a directory search of it. */
export function claimantOf(
  said: LostKey,
  held: readonly Pick<Session, 'id' | 'member'>[],
  directory: Pick<DirectorySnapshot, 'members'> | undefined,
): Claim {
  const found =
    said.kind === 'parked'
      ? held.filter(({ id }) => id === said.session).map(({ member }) => member)
      : (directory?.members ?? [])
          .filter(
            ({ givenName, familyName }) =>
              folded(givenName) === folded(said.givenName) &&
              folded(familyName) === folded(said.familyName),
          )
          .map(({ id }) => id);
  const [claimed] = found;
  if (claimed === undefined) return { claimed, match: 'none' };
  return found.length === 1 ? { claimed, match: 'one' } : { claimed: undefined, match: 'several' };
}

/**
 * Takes reports of lost keys. `write` answers whether the event is durable. The answer does not depend on
 * the match: see ADR 12.
 */
export function lostKeyReports(
  clock: Pick<Clock, 'mono'>,
  write: (draft: EventDraft) => boolean,
): (claim: Claim) => LostKeyAnswer {
  let taken: readonly number[] = [];
  return ({ claimed, match }) => {
    const now = clock.mono();
    taken = taken.filter((at) => now - at < LIMIT.withinMs);
    if (taken.length >= LIMIT.reports) return 'too-many';
    const written = write({
      type: 'key.reported',
      outcome: 'success',
      ...(claimed === undefined ? {} : { claimed }),
      detail: { match },
    });
    if (!written) return 'not-recorded';
    taken = [...taken, now];
    return 'reported';
  };
}
