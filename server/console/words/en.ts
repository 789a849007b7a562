import type { EventType } from '../../../common/event.ts';
import { type CodeWords, causeSaid, recordSaid } from './codes.ts';

/** One sentence about an event; `who` is a member's shown name, or nobody known. */
type Sentence = (who: string | undefined) => string;

const someone = (who: string | undefined): string => who ?? 'Somebody';
const owner = (who: string | undefined): string => (who === undefined ? 'Somebody’s' : `${who}’s`);
const count = (n: number): string => smallNumbers[n] ?? String(n);
const smallNumbers = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

const events: Record<EventType, Sentence> = {
  'station.started': () => 'The station started',
  'station.stopped': () => 'The station stopped',
  'station.paired': () => 'The station was paired',
  'station.recovered': () => 'The station recovered',
  'session.opened': (who) => `${someone(who)} signed in`,
  'session.resumed': (who) => `${someone(who)} resumed`,
  'session.locked': (who) => `${owner(who)} work was locked`,
  'session.parked': (who) => `${owner(who)} work was parked`,
  'session.ended': (who) => `${owner(who)} session ended`,
  'session.lost': (who) => `${owner(who)} session was lost`,
  'auth.refused': (who) =>
    who === undefined ? 'A key was not accepted' : `${owner(who)} key was not accepted`,
  'key.reported': (who) =>
    who === undefined ? 'A key was reported lost' : `A key was reported lost in ${owner(who)} name`,
  'directory.updated': () => 'The staff list was updated',
  'directory.refused': () => 'A staff list was refused',
  'app.opened': (who) => `${someone(who)} opened an app`,
  'app.blocked': () => 'Something an app tried was blocked',
  'app.crashed': () => 'An app stopped working',
  'app.printed': (who) => `${someone(who)} sent a page to the printer`,
  'clock.jumped': () => 'The clock jumped',
  'journal.recovered': () => 'The journal was recovered',
  'ledger.witnessed': () => 'The station confirmed the server’s log',
  'ledger.refused': () => 'The station refused the server’s log',
  'ledger.restored': () => 'The server’s log was restored from a backup',
};

const codes: CodeWords = {
  cause: {
    idle: 'nobody was there',
    button: 'by hand',
    'key-removed': 'the key was pulled',
    suspend: 'the computer went to sleep',
    'os-lock': 'the system locked itself',
    clock: 'the clock jumped',
    remote: 'by order of the server',
    elsewhere: 'signed in at another station',
    switch: 'another member took over',
    display: 'a display changed',
    fault: 'after a fault',
    crash: 'after a crash',
    'sign-out': 'signed out by hand',
    'parked-too-long': 'parked too long',
    'too-old': 'open too long',
    evicted: 'its place was needed',
    'member-inactive': 'no longer on the staff list',
    'key-revoked': 'the key was revoked',
    shutdown: 'the station shut down',
    closed: 'an administrator closed Wardlock',
    'pin-mismatch': 'the PIN did not match',
    'pin-blocked': 'three PINs in a row did not match',
    'pin-locked': 'no tries left',
    'pin-not-set': 'the key has no PIN',
    'pin-too-short': 'the PIN is too short',
    'pin-must-change': 'the PIN must be changed',
    'no-credential': 'not a key of this practice',
    'several-credentials': 'several people on one key',
    'u2f-only': 'the key is too old',
    'not-genuine': 'the key is not what it says',
    'already-enrolled': 'the key is set up already',
    'key-full': 'the key is full',
    'unsupported-algorithm': 'the key cannot sign as needed',
    'touch-timeout': 'it was not touched in time',
    removed: 'the key was pulled',
    'no-permission': 'the system keeps the key',
    busy: 'another program holds the key',
    unreadable: 'the key did not answer well',
    cancelled: 'cancelled',
    'unknown-key': 'nobody on the staff list has this key',
    'not-verified': 'its signature did not hold',
    'not-recorded': 'the access could not be recorded',
    'timed-out': 'it took too long',
    'key-process-crashed': 'the key reader stopped',
  },
  causeOf: {
    'directory.refused': {
      'bad-signature': 'it was not signed by this server’s key',
      'bad-shape': 'it could not be read',
      older: 'it was older than the one in use',
      'wrong-group': 'it was for another group of stations',
      'wrong-rp': 'it was for another practice',
    },
    'ledger.refused': {
      signature: 'it was not signed by this server’s key',
      proof: 'its proof did not hold',
      fork: 'it was changed, or there are two of it',
      'rolled-back': 'its end is gone',
      'other-log': 'it is another log',
      'not-included': 'records of this station are missing in it',
      'no-receipt': 'the server does not prove what it took',
    },
    'journal.recovered': {
      missing: 'the old one is gone',
      file: 'the old one is damaged',
      identity: 'the old one is not this station’s',
      unreadable: 'the old one could not be decrypted',
      chain: 'the old one had gaps or changes',
      dispute: 'an administrator approved a new one',
    },
    'session.resumed': { grace: 'by a touch without PIN, soon after the PIN' },
  },
  record: {
    'proof-missing': 'It came without the key’s signature.',
    'credential-unknown': 'The server does not know the key that signed.',
    'key-mismatch': 'It names another key than the one that signed.',
    'member-mismatch': 'The key that signed is another member’s.',
    malformed: 'The key’s signature cannot be read.',
    'client-data-type': 'The key signed something else than an access.',
    origin: 'The key signed for another address.',
    'rp-id': 'The key signed for another practice.',
    'user-present': 'The key signed without being touched.',
    'user-verified': 'The key signed without a PIN.',
    grace: 'The key signed without a PIN, and no policy or earlier PIN allows that.',
    'backup-eligible': 'It was signed by a passkey that can be copied.',
    signature: 'The signature is not of the member’s key.',
    'bound-place': 'The signature follows no earlier record of this station.',
    challenge: 'The key signed for another place in the station’s log.',
    'nonce-used': 'This signature opened a session before.',
    counter: 'The key’s counter did not rise: there may be a copy of the key.',
    'chain-fork': 'It does not continue the station’s log as the server has it.',
    'chain-gap': 'Records before it are missing.',
    'epoch-not-approved': 'The station began a new log that nobody approved.',
    'clock-ahead': 'The station’s clock is ahead of the server’s.',
    'clock-behind': 'Its time is more than a year ago.',
    'clock-back': 'Its time is before that of the record it follows.',
  },
};

export const en = {
  otherLanguage: 'Español',
  otherLanguageCode: 'es',
  overview: 'Overview',
  pages: 'Pages',
  sentence: (type: EventType, who: string | undefined) => events[type](who),
  cause: (type: EventType, code: string) => causeSaid(codes, type, code),
  reason: (code: string) => recordSaid(codes, code),
  list: (names: readonly string[]) => new Intl.ListFormat('en').format(names),
  number: (n: number) => n.toLocaleString('en'),

  headline: {
    disputed: (n: number) => `${count(n)} ${n === 1 ? 'record is' : 'records are'} disputed.`,
    unproven: (n: number) =>
      `${count(n)} recent ${n === 1 ? 'access is' : 'accesses are'} unproven.`,
    silent: (n: number) => `${count(n)} ${n === 1 ? 'station is' : 'stations are'} silent.`,
    noStations: 'No station is paired yet.',
    restQuiet: 'Everything else is quiet.',
    quiet: 'Nothing needs you. Everything is quiet.',
    lost: (time: string) => `The server cannot be reached. This is how things stood at ${time}.`,
  },

  link: {
    live: 'Live',
    lost: (age: string) => `Connection lost, ${age} old`,
    lostSpoken: 'Connection lost. The page tries again by itself.',
    seconds: (n: number) => `${n} s`,
    minutes: (n: number) => `${n} min`,
  },

  needs: {
    title: 'Needs you',
    things: (n: number) => (n === 1 ? '1 thing' : `${n} things`),
    disputed: (n: number) => (n === 1 ? '1 record is disputed.' : `${n} records are disputed.`),
    disputedWhy:
      'It does not follow on from what its station sent before. It is kept, marked, and nothing was lost.',
    unproven: (n: number) =>
      n === 1 ? '1 recent access is unproven.' : `${n} recent accesses are unproven.`,
    unprovenWhy: 'The key’s signature does not bear out the record. See the events below.',
    silent: (n: number) => (n === 1 ? '1 station is silent.' : `${n} stations are silent.`),
    silentSince: (station: string, time: string) => `${station} since ${time}`,
    silentNever: (station: string) => `${station}, not heard yet`,
  },

  stations: {
    title: 'Stations',
    paired: (n: number) => `${n} paired`,
    none: 'Pair one with the code that the server prints.',
    states: {
      open: 'Open',
      locked: 'Locked',
      parked: 'Locked, somebody parked',
      silent: 'Silent',
      new: 'New, not started yet',
    },
    since: (time: string) => `since ${time}`,
  },

  accesses: {
    title: 'Accesses today',
    explained: 'Sign-ins and resumptions, by hour',
    summary: (total: number, busiest: string, most: number) =>
      total === 0
        ? 'Accesses by hour today: none so far.'
        : `Accesses by hour today: ${total} so far. Busiest at ${busiest} with ${most}.`,
    now: (time: string) => `now ${time}`,
    asTable: 'The same as a table',
    hour: 'Hour',
    count: 'Accesses',
    noneYet: 'None so far. A bar stands here for each hour with an access.',
  },

  events: {
    title: 'Last events',
    newest: (n: number) => (n === 0 ? 'None yet' : `Newest ${n}`),
    none: 'Nothing has happened yet. The first event of a station appears here within a second.',
    time: 'Time',
    what: 'What happened',
    station: 'Station',
    record: 'Record',
    verdicts: { verified: 'Verified', unproven: 'Unproven', disputed: 'Disputed' },
  },

  doors: {
    loading: 'Asking the server…',
    unauthorized: 'This page opens with the address that the server prints.',
    unauthorizedHow:
      'When the server starts, it prints the console’s address with a token in it. Open that whole address in this browser.',
    unauthorizedWhy: 'The browser then stays signed in for 30 days.',
    unreachable: 'The server cannot be reached.',
    unreachableHow: 'This page tries again every two seconds and appears by itself.',
    unreadable: 'The server says something that this page does not understand.',
    unreadableHow: 'They may be of different versions. Reload the page.',
  },
};

/** Everything the console says, in one language. */
export type Words = typeof en;
