import * as z from 'zod';
import { type AccessRefusal, accessRefusal } from '../common/event-codes.ts';
import { checkNames, findings } from '../common/findings.ts';

export { WISH_CHANNEL, askChannel, tellChannel } from './channels.ts';

/**
 * The one IPC contract: main's handlers, the preload API and the test doubles derive from this value.
 * `ask` goes from a station page to main and is answered; `tell` goes from main to the pages.
 */
/** A language by its code (BCP 47); which there are, only the pages know. What they do not speak is said in English. */
export const language = z.string().regex(/^[a-z]{2,3}(-[A-Z]{2})?$/);
export type Language = z.infer<typeof language>;

/** What the curtain says after an attempt that did not open, one sentence each. */
export const notice = accessRefusal;
export type Notice = AccessRefusal;

/** Why this station opens for nobody now. */
export const stops = [
  'starting',
  'pending',
  'revoked',
  'no-directory',
  'outdated',
  'journal',
  'unsealed',
  'fault',
  'closing',
] as const;
export const stop = z.enum(stops);
export type Stop = z.infer<typeof stop>;

/** Why a pairing code did not pair. */
export const pairingProblems = [
  'pairing-code-malformed',
  'pairing-code-unknown',
  'pairing-code-expired',
  'pairing-code-used',
  /** Another server answered than the one that made the code. */
  'server-key-mismatch',
  'slow-down',
  'unreachable',
  /** Refused for a reason that a station cannot mend. */
  'refused',
] as const;
export const pairingProblem = z.enum(pairingProblems);
export type PairingProblem = z.infer<typeof pairingProblem>;

export const checkName = z.enum(checkNames);
export const finding = z.enum([...findings.good, ...findings.bad, ...findings.later]);
/** What a check of the connection test found. */
export const checked = z.strictObject({
  finding,
  /** An address, a version, a count: said beside the sentence. */
  value: z.string().max(120).optional(),
});
export type Checked = z.infer<typeof checked>;

/** What became of something that the member wanted in an app, and what is not opened to it. */
export const told = z.enum([
  'printing',
  'printed',
  'not-printed',
  /** Another page is on its way, or there were too many. */
  'print-again',
  /** A frame asked, and frames are not printed. */
  'print-whole',
  'print',
  'download',
  'window',
  'link',
  'file-chooser',
  /** The app in front went down, or cannot be reached: said for as long as it is so. */
  'stopped',
]);
export type Told = z.infer<typeof told>;

const sessionId = z.string().max(64);
const time = z.iso.datetime({ precision: 3 });
const px = z.int().nonnegative().max(10_000);

/** Counts up: what is typed in one attempt is for the key of that attempt. */
const attempt = z.int().positive();

export const curtainStep = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('waiting'),
    /** A key is in: a Start button takes the place of "plug it in". */
    keyPresent: z.boolean(),
    notice: notice.optional(),
  }),
  z.strictObject({ kind: z.literal('reading'), attempt }),
  /** Several keys are in: the one touched first is used. */
  z.strictObject({ kind: z.literal('choosing') }),
  z.strictObject({
    kind: z.literal('pin'),
    attempt,
    minLength: z.int().min(4),
    /** Tries left in all; shown from the second mismatch on. */
    retries: z.int().nonnegative(),
    /** Mismatches in this attempt: 0 = none yet. After 3 the key asks to be re-inserted. */
    mismatches: z.int().nonnegative(),
    /** Set when the last entry was refused before it was sent. */
    tooShort: z.boolean(),
    /** Whose key it has proved to be: first name and initial. */
    owner: z.string().optional(),
  }),
  /** The PIN is being checked; the key does not yet ask for a touch. */
  z.strictObject({ kind: z.literal('checking') }),
  z.strictObject({ kind: z.literal('touch') }),
  /** A touch without PIN is enough. */
  z.strictObject({
    kind: z.literal('tap'),
    /** Whose session it resumes: first name and initial. */
    owner: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal('opening') }),
  z.strictObject({ kind: z.literal('stopped'), stop }),
  /** Not paired with a server yet: it asks for a pairing code. */
  z.strictObject({
    kind: z.literal('unpaired'),
    /** Host of the server, as configured. */
    server: z.string(),
    /** The server is being asked. */
    isAsking: z.boolean(),
    problem: pairingProblem.optional(),
  }),
]);
export type CurtainStep = z.infer<typeof curtainStep>;

export const stationView = z.strictObject({
  /** Counts up: an older view never replaces a newer one. */
  revision: z.int().nonnegative(),
  place: z.string(),
  language,
  theme: z.enum(['day', 'night']),
  /** Development build with simulated keys: always shown. */
  simulated: z.boolean(),
  /** The journal's key is not sealed by the operating system: always shown. */
  unsealed: z.boolean(),
  /** The server's ledger contradicts what this station has seen: always shown, and nothing is stopped by it. */
  ledgerRefused: z.boolean(),
  /** The server disputes this station's log, and an administrator must look: always shown, and nothing is stopped by it. */
  logDisputed: z.boolean(),
  helpPhone: z.string().optional(),
  link: z.discriminatedUnion('kind', [
    /** Nobody is asked: it did not come so far. */
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('connecting') }),
    z.strictObject({ kind: z.literal('connected') }),
    z.strictObject({
      kind: z.literal('offline'),
      since: time,
      waiting: z.int().nonnegative(),
      directoryAt: time.optional(),
    }),
  ]),
  parked: z.array(
    z.strictObject({
      id: z.string(),
      /** First name and initial; absent where policy hides names. */
      name: z.string().optional(),
      /** Absent where policy hides times. */
      since: time.optional(),
      /** Absent as long as the session is locked and nobody else has come. */
      until: time.optional(),
    }),
  ),
  screen: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('curtain'), step: curtainStep }),
    z.strictObject({
      kind: z.literal('session'),
      session: sessionId,
      member: z.strictObject({
        givenName: z.string(),
        fullName: z.string(),
        role: z.string(),
      }),
      /** An administrator: may close Wardlock on this station. */
      mayClose: z.boolean(),
      apps: z.array(z.strictObject({ id: z.string(), name: z.string(), icon: z.string() })),
      activeApp: z.string().optional(),
      /** The app in front has opened a window over its page. */
      hasPopup: z.boolean(),
      /** Said for a while, but for what holds. */
      told: told.optional(),
      secondsToLock: z.int().nonnegative(),
      lockSeconds: z.int().positive(),
      /** What covers the session below the bar. */
      over: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('nothing') }),
        z.strictObject({ kind: z.literal('idle'), warningSeconds: z.int().positive() }),
        /** A key appeared: stay (default), lock or switch. */
        z.strictObject({
          kind: z.literal('key'),
          /** Whose key it has proved to be: the member's own, or another's (first name and initial). */
          owner: z
            .discriminatedUnion('kind', [
              z.strictObject({ kind: z.literal('own') }),
              z.strictObject({ kind: z.literal('other'), name: z.string() }),
            ])
            .optional(),
          /** Switching ends the session on screen: policy parks none. */
          endsSession: z.literal(true).optional(),
        }),
      ]),
    }),
  ]),
});
export type StationView = z.infer<typeof stationView>;

/** Who says that their key is lost: somebody parked here, or a name as they typed it. */
export const lostKey = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('parked'), session: sessionId }),
  z.strictObject({
    kind: z.literal('named'),
    givenName: z.string().trim().min(1).max(60),
    familyName: z.string().trim().min(1).max(60),
  }),
]);
export type LostKey = z.infer<typeof lostKey>;

/** Whether the report is in the journal. The same for a name that nobody has: it tells nobody who works here. */
export const lostKeyAnswer = z.enum(['reported', 'not-recorded', 'too-many']);
export type LostKeyAnswer = z.infer<typeof lostKeyAnswer>;

const nothing = z.tuple([]);
const ask = <A extends z.ZodType<unknown[]>, R extends z.ZodType>(args: A, result: R) => ({
  args,
  result,
});

export const stationContract = {
  ask: {
    /** The view now; pages call it once, then listen. */
    view: ask(nothing, stationView),
    start: ask(nothing, z.void()),
    /** UTF-8 digits; main overwrites its copy once sent to the key. */
    submitPin: ask(
      z.tuple([z.custom<Uint8Array>((pin) => pin instanceof Uint8Array && pin.length <= 63)]),
      z.void(),
    ),
    cancel: ask(nothing, z.void()),
    lock: ask(nothing, z.void()),
    switchUser: ask(nothing, z.void()),
    signOut: ask(nothing, z.void()),
    /** Ends the agent; refused unless the session is an administrator's. */
    close: ask(nothing, z.void()),
    /** Somebody is here: the sheet or the idle warning closes; the curtain waits on for the PIN. */
    stay: ask(nothing, z.void()),
    selectApp: ask(z.tuple([z.string().max(32)]), z.void()),
    /** Closes the newest window that the app in front has opened. */
    closePopup: ask(nothing, z.void()),
    /** What the bar says has been read. */
    heard: ask(nothing, z.void()),
    /** A claim for the help desk; it switches nothing off. */
    reportLostKey: ask(z.tuple([lostKey]), lostKeyAnswer),
    /** A code as it was typed; what comes of it is in the view. */
    pair: ask(z.tuple([z.string().max(64)]), z.void()),
    check: ask(z.tuple([checkName]), checked),
    setLanguage: ask(z.tuple([language]), z.void()),
    /** The curtain has drawn itself, letters and all, for the first time. */
    drawn: ask(nothing, z.void()),
    /** The bar: the session whose member's name it has just drawn. */
    naming: ask(z.tuple([sessionId]), z.void()),
    /** The bar: how high its words make it, in CSS px. The apps begin below its rail; its note hangs over them. */
    barHeight: ask(z.tuple([z.strictObject({ rail: px, note: px })]), z.void()),
  },
  tell: {
    view: stationView,
  },
} as const;

export type AskName = keyof typeof stationContract.ask;
export type AskArgs<N extends AskName> = z.infer<(typeof stationContract.ask)[N]['args']>;
export type AskResult<N extends AskName> = z.infer<(typeof stationContract.ask)[N]['result']>;

/** What preload exposes as `window.station`, and what the test double implements. */
export type StationApi = {
  readonly [N in AskName]: (...args: AskArgs<N>) => Promise<AskResult<N>>;
} & { readonly onView: (listener: (view: StationView) => void) => () => void };
