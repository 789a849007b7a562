import type { EventType } from '../../common/event.ts';
import type { IconName } from './icon.tsx';

export const eventIcons: Record<EventType, IconName> = {
  'station.started': 'power',
  'station.stopped': 'power',
  'station.paired': 'link',
  'station.recovered': 'power',
  'session.opened': 'logIn',
  'session.resumed': 'rotate',
  'session.locked': 'lock',
  'session.parked': 'pause',
  'session.ended': 'logOut',
  'session.lost': 'unplug',
  'auth.refused': 'hand',
  'key.reported': 'hand',
  'directory.updated': 'users',
  'directory.refused': 'users',
  'app.opened': 'appWindow',
  'app.blocked': 'appWindow',
  'app.crashed': 'appWindow',
  'app.printed': 'appWindow',
  'clock.jumped': 'clock',
  'journal.recovered': 'notebook',
  'ledger.witnessed': 'notebook',
  'ledger.refused': 'disputed',
  'ledger.restored': 'notebook',
};
