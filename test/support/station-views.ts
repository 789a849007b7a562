import {
  type Checked,
  type CurtainStep,
  type LostKeyAnswer,
  type StationView,
  type Stop,
  pairingProblems,
  stops,
  told,
} from '../../preload/contract.ts';
import { accessRefusals } from '../../common/event-codes.ts';
import type { CheckName, Finding } from '../../common/findings.ts';
import { type Topic, topicNames } from '../../renderer/features/help/topics.ts';
import type { Words } from '../../renderer/i18n/words/en.ts';
import type { Answers, Unnumbered } from './fake-station.ts';

/** The moment of every picture, station time. */
export const NOW = '2026-11-24T14:32:00.000Z';
const at = (time: string, day = '2026-11-24') => `${day}T${time}:00.000Z`;

const parked: StationView['parked'] = [
  { id: '1', name: 'Maria L.', since: at('14:20'), until: at('14:50') },
  { id: '2', name: 'Dr. Chen W.', since: at('14:26'), until: at('14:56') },
];

const six: StationView['parked'] = [
  'Maria L.',
  'Dr. Chen W.',
  'Amina D.',
  'Jonas K.',
  'Ines F.',
  'Dr. Samuel O.',
].map((name, index) => ({ id: String(index), name, since: at('14:20'), until: at('14:50') }));

const eleven = [...six, ...six.slice(0, 5)].map((one, index) => ({ ...one, id: String(index) }));

const base = {
  place: 'ICU North · Bay 4',
  language: 'en',
  theme: 'day',
  simulated: false,
  unsealed: false,
  ledgerRefused: false,
  logDisputed: false,
  helpPhone: '4357',
  link: { kind: 'connected' },
  parked,
} satisfies Partial<Unnumbered>;

const allMarks = { simulated: true, unsealed: true, ledgerRefused: true, logDisputed: true };

const at7days = {
  kind: 'offline',
  since: at('06:40', '2026-11-17'),
  waiting: 1204,
  directoryAt: at('06:38', '2026-11-17'),
} as const;

export const curtain = (step: CurtainStep, rest: Partial<Unnumbered> = {}): Unnumbered => ({
  ...base,
  ...rest,
  screen: { kind: 'curtain', step },
});

type Session = Extract<StationView['screen'], { kind: 'session' }>;

export const session = (
  rest: Partial<Session> = {},
  view: Partial<Unnumbered> = {},
): Unnumbered => ({
  ...base,
  ...view,
  screen: {
    kind: 'session',
    session: '6b7f0d0e-7e0a-4d6b-9f43-1f6c0b3c5a11',
    member: { givenName: 'Maria', fullName: 'Maria Lopez', role: 'Nurse, ICU North' },
    apps: [
      { id: 'chart', name: 'Chart', icon: 'clipboard-pen' },
      { id: 'medication', name: 'Medication', icon: 'pill' },
      { id: 'labs', name: 'Labs', icon: 'flask-conical' },
      { id: 'directory', name: 'Directory', icon: 'phone' },
    ],
    activeApp: 'chart',
    hasPopup: false,
    secondsToLock: 102,
    lockSeconds: 120,
    over: { kind: 'nothing' },
    mayClose: false,
    ...rest,
  },
});

const pin = (rest: Partial<Extract<CurtainStep, { kind: 'pin' }>> = {}): CurtainStep => ({
  kind: 'pin',
  attempt: 1,
  minLength: 6,
  retries: 8,
  mismatches: 0,
  tooShort: false,
  ...rest,
});

const tap: CurtainStep = { kind: 'waiting', keyPresent: false };
const offline = {
  kind: 'offline',
  since: at('09:12'),
  waiting: 214,
  directoryAt: at('09:10'),
} as const;
const idle = (secondsToLock: number) =>
  session({ secondsToLock, over: { kind: 'idle', warningSeconds: 20 } });

const administrators: Partial<Session> = {
  member: { givenName: 'Tomás', fullName: 'Tomás Rivera', role: 'IT administrator' },
  mayClose: true,
};
const administrator = session(administrators);

export type Surface = '/curtain' | '/curtain?plain' | '/bar' | '/overlay';
export interface Scene {
  readonly url: Surface;
  readonly view: Unnumbered;
  /** Buttons to press, by what they say. */
  readonly press?: (words: Words) => readonly string[];
  /** Then typed on the keyboard: \t and \r are the keys Tab and Enter. */
  readonly type?: string;
  /** What main answers there. */
  readonly answers?: Answers;
}

/** As long as a directory may make them. */
const longest = {
  member: {
    givenName: 'María de los Ángeles Guadalupe Concepción Josefina Antonia',
    fullName:
      'Prof. Dr. María de los Ángeles Guadalupe Concepción Josefina Antonia Fernández de Córdoba y Álvarez de Toledo Osorio-Moscoso',
    role: 'Consultant in anaesthesiology, intensive care and emergency medicine',
  },
  apps: [
    { id: 'chart', name: 'Electronic health record and nursing', icon: 'clipboard-pen' },
    { id: 'labs', name: 'Laboratory results and microbiology', icon: 'flask-conical' },
  ],
} satisfies Partial<Session>;
const longPlace = { place: 'Intensive care unit North, third floor, isolation room 4 West' };

/** Where the start has not come to a server, or the server is what is missing. */
const stopLinks: Partial<Record<Stop, Unnumbered['link']>> = {
  starting: { kind: 'none' },
  unsealed: { kind: 'none' },
  fault: { kind: 'none' },
  outdated: at7days,
};
const noPhone: Partial<Unnumbered> = { helpPhone: undefined };
const help = (topic: Topic, rest: Partial<Unnumbered> = {}): Scene => ({
  url: '/curtain',
  view: curtain(tap, rest),
  press: (words) => [words.help, words.helpPanel[topic].name],
});
const lost = (rest: Partial<Unnumbered> = {}): Scene => ({
  url: '/curtain',
  view: curtain(tap, rest),
  press: (words) => [words.help, words.helpPanel.lost.name, words.helpPanel.report.button],
});
const unpaired = (
  rest: Partial<Extract<CurtainStep, { kind: 'unpaired' }>> = {},
  type?: string,
): Scene => ({
  url: '/curtain',
  view: curtain(
    { kind: 'unpaired', server: 'wardlock.clinic.example', isAsking: false, ...rest },
    { parked: [], link: { kind: 'connecting' } },
  ),
  ...(type === undefined ? {} : { type }),
});
const CODE = 'NB2HI4DTHIXS6ZTP.K5QXEZDMN5RWWLTF';

const allWell: Readonly<Record<CheckName, Checked>> = {
  name: { finding: 'name-found', value: '10.4.17.22' },
  connection: { finding: 'tls-good', value: 'TLSv1.3' },
  server: { finding: 'server-good' },
  clock: { finding: 'clock-good', value: '0 s' },
  station: { finding: 'station-good' },
  directory: { finding: 'directory-good', value: '4182' },
  keys: { finding: 'keys-good', value: '1' },
  idle: { finding: 'idle-good' },
};
const checks = (found: Partial<Record<CheckName, Checked>>, scene: Scene = unpaired()): Scene => ({
  ...scene,
  press: (words) => [words.checks.open],
  answers: { check: (name) => found[name] ?? allWell[name] },
});
const noDirectory: CurtainStep = { kind: 'stopped', stop: 'no-directory' };
/** Every finding somewhere, one screen for each finding of the row that has most. */
const findingScenes = Object.fromEntries(
  (
    [
      { name: 'name-unknown', connection: 'name-unknown', server: 'after-server' },
      { connection: 'connection-refused', clock: 'after-server', station: 'after-pairing' },
      { connection: 'connection-silent', server: 'server-other', directory: 'after-pairing' },
      { connection: 'tls-missing', server: 'server-failing', keys: 'keys-none' },
      { connection: 'certificate-untrusted', clock: 'clock-off', station: 'station-unknown' },
      { connection: 'certificate-date', keys: 'keys-crashed', idle: 'idle-still' },
      {
        connection: 'certificate-name',
        station: 'station-refused',
        directory: 'directory-missing',
      },
      { name: 'name-local', connection: 'connection-local', station: 'station-pending' },
      { station: 'station-revoked' },
    ] satisfies readonly Partial<Record<CheckName, Finding>>[]
  ).map((found, index) => [
    `curtain-checks-${index}`,
    checks(
      Object.fromEntries(
        Object.entries(found).map(([name, finding]) => [name, { finding, value: '3 min' }]),
      ),
    ),
  ]),
);
const lostAnswer = (answer: LostKeyAnswer, rest: Partial<Unnumbered> = {}): Scene => ({
  ...lost(rest),
  press: (words) => [...(lost().press?.(words) ?? []), parked[0]?.name ?? ''],
  answers: { reportLostKey: answer },
});

/** Every state of every surface, each by a name. */
export const scenes = {
  'curtain-tap': { url: '/curtain', view: curtain(tap) },
  'curtain-tap-nobody-parked': { url: '/curtain', view: curtain(tap, { parked: [] }) },
  'curtain-key-in': { url: '/curtain', view: curtain({ kind: 'waiting', keyPresent: true }) },
  'curtain-reading': { url: '/curtain', view: curtain({ kind: 'reading', attempt: 1 }) },
  'curtain-choosing': { url: '/curtain', view: curtain({ kind: 'choosing' }) },
  'curtain-pin-owner': { url: '/curtain', view: curtain(pin({ owner: 'Dr. Samuel O.' })) },
  'curtain-pin': { url: '/curtain', view: curtain(pin()) },
  'curtain-pin-too-short': { url: '/curtain', view: curtain(pin({ tooShort: true })) },
  'curtain-pin-again': { url: '/curtain', view: curtain(pin({ mismatches: 1, retries: 7 })) },
  'curtain-pin-again-twice': { url: '/curtain', view: curtain(pin({ mismatches: 2, retries: 6 })) },
  'curtain-pin-last': { url: '/curtain', view: curtain(pin({ mismatches: 1, retries: 1 })) },
  'curtain-pin-ready': { url: '/curtain', view: curtain(pin()), type: '493817' },
  'curtain-pin-long': { url: '/curtain', view: curtain(pin()), type: '4938174938174' },
  'curtain-pin-letter': { url: '/curtain', view: curtain(pin()), type: '49a' },
  'curtain-pin-few': { url: '/curtain', view: curtain(pin({ retries: 2, minLength: 8 })) },
  'curtain-checking': { url: '/curtain', view: curtain({ kind: 'checking' }) },
  'curtain-touch': { url: '/curtain', view: curtain({ kind: 'touch' }) },
  'curtain-touch-without-pin': {
    url: '/curtain',
    view: curtain({ kind: 'tap', owner: 'Maria L.' }),
  },
  'curtain-touch-without-pin-unnamed': { url: '/curtain', view: curtain({ kind: 'tap' }) },
  'curtain-opening': { url: '/curtain', view: curtain({ kind: 'opening' }) },
  'curtain-session': { url: '/curtain', view: session() },
  'curtain-connecting': { url: '/curtain', view: curtain(tap, { link: { kind: 'connecting' } }) },
  'curtain-offline': { url: '/curtain', view: curtain(tap, { link: offline }) },
  'curtain-offline-nothing-waits': {
    url: '/curtain',
    view: curtain(tap, { link: { ...offline, waiting: 0 } }),
  },
  'curtain-offline-days': { url: '/curtain', view: curtain(tap, { link: at7days }) },
  'curtain-offline-pin': { url: '/curtain', view: curtain(pin(), { link: at7days }) },
  'curtain-offline-pin-six-parked': {
    url: '/curtain',
    view: curtain(pin({ mismatches: 2, retries: 6 }), { link: at7days, parked: six }),
  },
  'curtain-marks': {
    url: '/curtain',
    view: curtain(tap, allMarks),
  },
  'curtain-disputed': { url: '/curtain', view: curtain(tap, { logDisputed: true }) },
  'curtain-disputed-offline': {
    url: '/curtain',
    view: curtain(tap, { logDisputed: true, link: offline }),
  },
  'curtain-disputed-pin-six-parked': {
    url: '/curtain',
    view: curtain(pin({ mismatches: 2, retries: 6 }), { logDisputed: true, parked: six }),
  },
  'curtain-six-parked': {
    url: '/curtain',
    view: curtain(tap, { parked: six }),
  },
  'curtain-eleven-parked': { url: '/curtain', view: curtain(tap, { parked: eleven }) },
  'curtain-parked-unnamed': {
    url: '/curtain',
    view: curtain(tap, {
      parked: [
        { id: '1' },
        { id: '2', since: at('14:20'), until: at('14:50') },
        { id: '3', since: at('14:31') },
      ],
    }),
  },
  ...Object.fromEntries(topicNames.map((topic) => [`curtain-help-${topic}`, help(topic)])),
  'curtain-help-lost-no-phone': help('lost', noPhone),
  'curtain-help-noPin-no-phone': help('noPin', noPhone),
  'curtain-lost-among-parked': lost(),
  'curtain-lost-name': lost({ parked: [] }),
  'curtain-lost-name-typed': { ...lost({ parked: [] }), type: 'Maria\tLopez' },
  'curtain-lost-name-missing': { ...lost({ parked: [] }), type: 'Maria\t\r' },
  'curtain-lost-reported': lostAnswer('reported'),
  'curtain-lost-not-recorded': lostAnswer('not-recorded', noPhone),
  'curtain-lost-too-many': lostAnswer('too-many'),
  'curtain-unpaired': unpaired(),
  'curtain-unpaired-marks-long-place': {
    url: '/curtain',
    view: { ...unpaired().view, simulated: true, unsealed: true, ...longPlace },
  },
  'curtain-unpaired-typed': unpaired({}, CODE),
  'curtain-unpaired-missing': unpaired({}, `${CODE.slice(0, 20)}\r`),
  'curtain-unpaired-asking': unpaired({ isAsking: true }),
  ...Object.fromEntries(
    pairingProblems.map((problem) => [`curtain-unpaired-${problem}`, unpaired({ problem })]),
  ),
  'curtain-checks-good': checks(
    {},
    { url: '/curtain', view: curtain({ kind: 'stopped', stop: 'journal' }) },
  ),
  'curtain-checks-unpaired': checks({
    station: { finding: 'after-pairing' },
    directory: { finding: 'after-pairing' },
  }),
  'curtain-checks-nothing-set': checks(
    {},
    {
      url: '/curtain',
      view: curtain(noDirectory, { parked: [], unsealed: true, ...noPhone }),
    },
  ),
  ...findingScenes,
  'curtain-plain': { url: '/curtain?plain', view: curtain(pin()) },
  ...Object.fromEntries(
    accessRefusals.flatMap((notice) =>
      [false, true].map((keyPresent) => [
        `curtain-notice-${notice}${keyPresent ? '-key-in' : ''}`,
        { url: '/curtain', view: curtain({ kind: 'waiting', keyPresent, notice }) } satisfies Scene,
      ]),
    ),
  ),
  ...Object.fromEntries(
    stops.map((stop) => [
      `curtain-stopped-${stop}`,
      {
        url: '/curtain',
        view: curtain(
          { kind: 'stopped', stop },
          { parked: [], ...(stopLinks[stop] === undefined ? {} : { link: stopLinks[stop] }) },
        ),
      } satisfies Scene,
    ]),
  ),
  // Days are not known yet, nobody can be called, and people have work here.
  'curtain-stopped-outdated-six-parked': {
    url: '/curtain',
    view: curtain(
      { kind: 'stopped', stop: 'outdated' },
      { link: { kind: 'connecting' }, parked: six, ...noPhone },
    ),
  },
  'curtain-stopped-journal-parked': {
    url: '/curtain',
    view: curtain({ kind: 'stopped', stop: 'journal' }, { link: offline }),
  },
  bar: { url: '/bar', view: session() },
  'bar-one-app': {
    url: '/bar',
    view: session({ apps: [{ id: 'chart', name: 'Chart', icon: 'clipboard-pen' }] }),
  },
  'bar-longest': { url: '/bar', view: session(longest) },
  'bar-offline': { url: '/bar', view: session({}, { link: offline }) },
  'bar-key': { url: '/bar', view: session({ over: { kind: 'key' } }) },
  'bar-popup-told': { url: '/bar', view: session({ hasPopup: true, told: 'print-whole' }) },
  'bar-closing-marks': {
    url: '/bar',
    view: session(administrators, { ...allMarks, link: offline }),
    press: (words) => [words.bar.close],
  },
  'bar-six-apps': {
    url: '/bar',
    view: session({
      apps: [
        'Chart',
        'Medication',
        'Labs',
        'Directory',
        'Imaging',
        'Discharge letters and forms',
      ].map((name, index) => ({ id: `app${index}`, name, icon: 'app-window' })),
      activeApp: 'app0',
    }),
  },
  'bar-popup': { url: '/bar', view: session({ hasPopup: true }) },
  'bar-marks-offline': {
    url: '/bar',
    view: session({}, { ...allMarks, link: offline }),
  },
  'bar-disputed': { url: '/bar', view: session({}, { logDisputed: true }) },
  'bar-administrator': { url: '/bar', view: administrator },
  'bar-administrator-marks-offline': {
    url: '/bar',
    view: session(administrators, { ...allMarks, link: offline }),
  },
  'bar-closing': { url: '/bar', view: administrator, press: (words) => [words.bar.close] },
  ...Object.fromEntries(
    told.options.map((what) => [
      `bar-told-${what}`,
      { url: '/bar', view: session({ told: what }) } satisfies Scene,
    ]),
  ),
  'bar-told-administrator': {
    url: '/bar',
    view: session({ ...administrators, told: 'not-printed' }, { ...allMarks, link: offline }),
  },
  'bar-idle': { url: '/bar', view: idle(12) },
  'bar-curtain': { url: '/bar', view: curtain(tap) },
  'overlay-idle': { url: '/overlay', view: idle(12) },
  'overlay-idle-begins': { url: '/overlay', view: idle(20) },
  'overlay-idle-last-second': { url: '/overlay', view: idle(1) },
  'overlay-key': { url: '/overlay', view: session({ over: { kind: 'key' } }) },
  'overlay-key-own': {
    url: '/overlay',
    view: session({ over: { kind: 'key', owner: { kind: 'own' } } }),
  },
  'overlay-key-other': {
    url: '/overlay',
    view: session({ over: { kind: 'key', owner: { kind: 'other', name: 'Dr. Chen W.' } } }),
  },
  'overlay-no-apps': {
    url: '/overlay',
    view: session({ apps: [] }),
  },
  'overlay-idle-minute': {
    url: '/overlay',
    view: session({ secondsToLock: 60, over: { kind: 'idle', warningSeconds: 60 } }),
  },
  'overlay-idle-longest': {
    url: '/overlay',
    view: session({ ...longest, secondsToLock: 12, over: { kind: 'idle', warningSeconds: 20 } }),
  },
  'overlay-key-longest': {
    url: '/overlay',
    view: session({
      ...longest,
      over: { kind: 'key', owner: { kind: 'other', name: `Prof. ${longest.member.givenName} O.` } },
    }),
  },
  'overlay-key-ends-session': {
    url: '/overlay',
    view: session({ over: { kind: 'key', endsSession: true } }),
  },
  'overlay-nothing': { url: '/overlay', view: session() },
} satisfies Record<string, Scene>;
