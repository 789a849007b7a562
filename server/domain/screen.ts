import type { AccessEvent, EventType } from '../../common/event.ts';

/** What a station's own events say is on its screen. */
export interface Screen {
  readonly state: 'none' | 'open' | 'locked' | 'parked';
  readonly session?: string | undefined;
  readonly member?: string | undefined;
}

/** Nothing heard from a station for this long: it is shown as silent. */
export const SILENT_AFTER_MS = 60_000;

type SessionEvent = Pick<AccessEvent, 'type' | 'session' | 'member'>;

const screenTypes: ReadonlySet<EventType> = new Set(['session.opened', 'session.resumed']);

/** Types that put a person's work on the screen: the accesses. */
export const isAccess = (type: EventType): boolean => screenTypes.has(type);

/** Folds one event of the station's current epoch. Only the session on screen moves the screen. */
export function afterEvent(screen: Screen, event: SessionEvent): Screen {
  if (isAccess(event.type)) {
    return { state: 'open', session: event.session, member: event.member };
  }
  if (event.type === 'station.started') return { state: 'locked' };
  if (event.session === undefined || event.session !== screen.session) return screen;
  switch (event.type) {
    case 'session.locked':
      return { ...screen, state: 'locked' };
    case 'session.parked':
      return { ...screen, state: 'parked' };
    case 'session.ended':
    case 'session.lost':
      return { state: 'locked' };
    default:
      return screen;
  }
}

/** The state word of the overview. */
export function stationState(
  screen: Screen,
  heardAt: number | undefined,
  now: number,
): 'open' | 'locked' | 'parked' | 'silent' | 'new' {
  if (screen.state === 'none') return 'new';
  if (heardAt === undefined || now - heardAt > SILENT_AFTER_MS) return 'silent';
  return screen.state;
}
