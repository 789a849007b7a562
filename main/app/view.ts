import type { DirectorySnapshot, Member } from '../../common/directory.ts';
import type { Policy } from '../../common/policy.ts';
import type { Language, StationView, Told } from '../../preload/contract.ts';
import type { Entry } from '../domain/authentication.ts';
import type { Link } from '../domain/link.ts';
import { heldUntil } from '../domain/session.ts';
import type { StationState } from '../domain/station-state.ts';
import type { SessionApps } from '../ports/surfaces.ts';

/** All that the pages show, besides the state itself. */
export interface Scene {
  readonly revision: number;
  readonly place: string;
  readonly language: Language;
  readonly theme: 'day' | 'night';
  readonly simulated: boolean;
  readonly unsealed: boolean;
  readonly ledgerRefused: boolean;
  readonly logDisputed: boolean;
  readonly helpPhone: string | undefined;
  readonly link: Link;
  /** Events that the server does not have yet. */
  readonly waiting: number;
  readonly directory: DirectorySnapshot | undefined;
  /** Milliseconds since the last input. */
  readonly idleMs: number;
  /** Of the session on screen. */
  readonly apps: SessionApps | undefined;
  readonly told: Told | undefined;
}

const iso = (ms: number): string => new Date(ms).toISOString();

export const fullName = (member: Member): string =>
  [member.title, member.givenName, member.familyName]
    .filter((part) => part !== undefined)
    .join(' ');

/** On the curtain: first name and initial. */
const shortName = (member: Member): string =>
  [member.title, member.givenName, `${member.familyName.slice(0, 1)}.`]
    .filter((part) => part !== undefined)
    .join(' ');

/** The snapshot that the station's pages draw. Pure. */
export function stationView(state: StationState, scene: Scene): StationView {
  const memberOf = (id: string) => scene.directory?.members.find((member) => member.id === id);
  return {
    revision: scene.revision,
    place: scene.place,
    language: scene.language,
    theme: scene.theme,
    simulated: scene.simulated,
    unsealed: scene.unsealed,
    ledgerRefused: scene.ledgerRefused,
    logDisputed: scene.logDisputed,
    ...(scene.helpPhone === undefined ? {} : { helpPhone: scene.helpPhone }),
    link: shownLink(scene),
    parked: parked(state, memberOf),
    screen: screen(state, scene, memberOf),
  };
}

export function shownLink({
  link: status,
  waiting,
  directory,
}: Pick<Scene, 'link' | 'waiting' | 'directory'>): StationView['link'] {
  if (status.kind !== 'offline') return status;
  return {
    kind: 'offline',
    since: iso(status.since),
    waiting,
    ...(directory === undefined ? {} : { directoryAt: directory.issuedAt }),
  };
}

function parked(
  state: StationState,
  memberOf: (id: string) => Member | undefined,
): StationView['parked'] {
  const { policy } = state;
  return state.held.map((session) => {
    const member = memberOf(session.member);
    // A locked one is parked once somebody else comes: until then nobody knows how long it is kept.
    const kept = heldUntil(session, policy).mono - session.since.mono + session.since.wall;
    const until = session.held === 'parked' ? { until: iso(kept) } : {};
    return {
      id: session.id,
      ...(policy.showParkedNames && member ? { name: shortName(member) } : {}),
      ...(policy.showParkedTimes ? { since: iso(session.since.wall), ...until } : {}),
    };
  });
}

function screen(
  state: StationState,
  scene: Scene,
  memberOf: (id: string) => Member | undefined,
): StationView['screen'] {
  if (state.kind === 'locked') {
    return {
      kind: 'curtain',
      step:
        state.stop === undefined
          ? step(
              state.entry,
              state.keys > 0,
              'owner' in state.entry
                ? shownName(state.entry.owner, state.policy, memberOf)
                : undefined,
            )
          : { kind: 'stopped', stop: state.stop },
    };
  }
  const member = memberOf(state.session.member);
  const { idleLockSeconds } = state.policy;
  return {
    kind: 'session',
    session: state.session.id,
    member: {
      givenName: member?.givenName ?? '',
      fullName: member ? fullName(member) : '',
      role: member?.role ?? '',
    },
    mayClose: state.administrators.has(state.session.member),
    apps: (scene.apps?.apps ?? []).map(({ id, name, icon }) => ({ id, name, icon })),
    ...(scene.apps?.active === undefined ? {} : { activeApp: scene.apps.active }),
    hasPopup: scene.apps?.hasPopup ?? false,
    ...said(scene),
    secondsToLock: Math.max(0, idleLockSeconds - Math.floor(scene.idleMs / 1000)),
    lockSeconds: idleLockSeconds,
    over: over(state, memberOf),
  };
}

/** What has happened, or for as long as it holds that the app in front is down. */
function said({ told, apps }: Scene): { readonly told?: Told } {
  if (told !== undefined) return { told };
  return apps?.isDown ? { told: 'stopped' } : {};
}

function over(
  { over: what, session, policy }: Extract<StationState, { kind: 'open' }>,
  memberOf: (id: string) => Member | undefined,
): Extract<StationView['screen'], { kind: 'session' }>['over'] {
  switch (what.kind) {
    case 'nothing':
    case 'closing':
      return { kind: 'nothing' };
    case 'idle':
      return { kind: 'idle', warningSeconds: policy.idleWarningSeconds };
    case 'key': {
      if (what.owner === session.member) return { kind: 'key', owner: { kind: 'own' } };
      const name = shownName(what.owner, policy, memberOf);
      return {
        kind: 'key',
        ...(name === undefined ? {} : { owner: { kind: 'other', name } }),
        ...(policy.parkedSessions === 0 ? { endsSession: true } : {}),
      };
    }
  }
}

/** Whoever is not at work here is named only as the parked are. */
function shownName(
  owner: string | undefined,
  policy: Policy,
  memberOf: (id: string) => Member | undefined,
): string | undefined {
  if (owner === undefined || !policy.showParkedNames) return undefined;
  const member = memberOf(owner);
  return member && shortName(member);
}

function step(
  entry: Entry,
  keyPresent: boolean,
  owner: string | undefined,
): Extract<StationView['screen'], { kind: 'curtain' }>['step'] {
  switch (entry.kind) {
    case 'waiting':
      return {
        kind: 'waiting',
        keyPresent,
        ...(entry.notice === undefined ? {} : { notice: entry.notice }),
      };
    case 'reading':
      return { kind: 'reading', attempt: entry.attempt };
    case 'pin':
      return {
        kind: 'pin',
        attempt: entry.attempt,
        minLength: entry.minLength,
        retries: entry.retries,
        mismatches: entry.mismatches,
        tooShort: entry.tooShort,
        ...(owner === undefined ? {} : { owner }),
      };
    case 'verifying':
    case 'recording':
      return { kind: 'opening' };
    case 'checking':
    case 'touch':
      if (entry.grace === undefined) return { kind: entry.kind };
      return { kind: 'tap', ...(owner === undefined ? {} : { owner }) };
    case 'choosing':
      return { kind: 'choosing' };
  }
}
