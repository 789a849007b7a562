import type { DirectorySnapshot } from '../../common/directory.ts';
import type { EventDraft } from '../../common/event.ts';
import type { KeyEvent } from '../../native/key-protocol.ts';
import type { Policy } from '../../common/policy.ts';
import { unreachable } from '../../common/result.ts';
import type {
  Language,
  LostKey,
  LostKeyAnswer,
  StationView,
  Told,
} from '../../preload/contract.ts';
import type { Notice } from '../domain/authentication.ts';
import type { Instant } from '../domain/instant.ts';
import type { Link } from '../domain/link.ts';
import type { Session } from '../domain/session.ts';
import {
  type Effect,
  type Revoked,
  type StationEvent,
  type StationState,
  type Stop,
  initialState,
} from '../domain/station-state.ts';
import { nextDeadline, transition } from '../domain/station.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdleSource } from '../ports/idle.ts';
import type { Journal } from '../ports/journal.ts';
import type { KeyReader } from '../ports/key-reader.ts';
import type { SessionApps, Surfaces } from '../ports/surfaces.ts';
import type { Assertion, Challenge, Verifier, VerifyRefusal } from '../ports/verifier.ts';
import { type IdleWatch, idleWatch } from './idle-watch.ts';
import { type JournalWriter, journalWriter } from './journal-writer.ts';
import { knownKeys, ownerOf } from './known-keys.ts';
import { claimantOf, lostKeyReports } from './lost-key.ts';
import { telling } from './telling.ts';
import { type Scene, stationView } from './view.ts';

export interface StationPorts {
  readonly clock: Clock;
  readonly idle: IdleSource;
  readonly journal: Journal;
  readonly keys: KeyReader;
  readonly surfaces: Surfaces;
  readonly verifier: Verifier;
  readonly uuid: () => string;
  /** The apps of a session that is here. */
  readonly apps: (session: string) => SessionApps | undefined;
  /** The agent ends: an administrator wants it. */
  readonly end: () => void;
  /** Something went wrong that nobody expected; `code` goes to the log. */
  readonly report: (code: string, cause?: unknown) => void;
}

export interface StationFacts {
  readonly place: string;
  readonly rpId: string;
  readonly language: Language;
  readonly theme: 'day' | 'night';
  readonly helpPhone: string | undefined;
  readonly simulated: boolean;
  readonly unsealed: boolean;
  /** Views of the start have lower numbers: a page never goes back. */
  readonly firstRevision: number;
}

/** Which stop is shown when several hold. */
const stopOrder: readonly Stop[] = [
  'closing',
  'fault',
  'unsealed',
  'journal',
  'revoked',
  'pending',
  'no-directory',
  'outdated',
  'starting',
];

/** Runs the station machine: feeds it events, carries out its effects, keeps one writer. */
export class StationApp {
  private readonly ports: StationPorts;
  private readonly facts: StationFacts;
  private state: StationState;
  private readonly stops = new Set<Stop>(['starting']);
  private toldStop: Stop | undefined = 'starting';
  /** What came while the effects of an earlier event were carried out. */
  private readonly events: StationEvent[] = [];
  private isBusy = false;
  private directory: DirectorySnapshot | undefined;
  private link: Link = { kind: 'connecting' };
  private isLedgerRefused = false;
  private isLogDisputed = false;
  private language: Language;
  private isOver = false;
  private revision: number;
  private readonly viewListeners = new Set<(view: StationView) => void>();
  private readonly writer: JournalWriter;
  private readonly idle: IdleWatch;
  private readonly reports: ReturnType<typeof lostKeyReports>;
  private readonly telling: ReturnType<typeof telling>;
  private stopDeadline = (): void => undefined;
  private pin: Uint8Array | undefined;
  private challenge: Challenge | undefined;
  private assertion: Assertion | undefined;

  constructor(ports: StationPorts, facts: StationFacts, policy: Policy) {
    this.ports = ports;
    this.facts = facts;
    this.language = facts.language;
    this.revision = facts.firstRevision;
    this.state = initialState(policy);
    this.writer = journalWriter(
      ports.journal,
      ports.clock,
      (isBlocked) => this.setStop('journal', isBlocked),
      ports.report,
    );
    this.idle = idleWatch(
      ports.clock,
      ports.idle,
      () => this.state.policy,
      (ms) => this.dispatch({ type: 'idle', ms }),
      (cause) => {
        ports.report('idle:unreadable', cause);
        this.dispatch({ type: 'lock', cause: 'fault' });
      },
    );
    this.reports = lostKeyReports(ports.clock, (draft) => this.writer.access([draft]));
    this.telling = telling(ports.clock, () => this.show());
    ports.keys.listen((event) => this.onKey(event));
  }

  /** Records the start, and what a crash left behind. Sessions do not survive the agent: their end is told. */
  start(isOrderly: boolean): void {
    const lost = this.ports.journal.unended().map(({ session, member }): EventDraft => ({
      type: 'session.lost',
      outcome: 'failure',
      session,
      member,
      detail: { cause: 'crash' },
    }));
    this.writer.record([
      ...lost,
      {
        type: isOrderly ? 'station.started' : 'station.recovered',
        outcome: 'success',
        detail: {},
      },
    ]);
    this.setStop('starting', false);
  }

  /** Ends everything in order; the station is locked afterwards. */
  shutdown(): void {
    if (this.isOver) return;
    this.stops.add('closing');
    this.dispatch({ type: 'shutdown' });
    this.isOver = true;
  }

  setStop(stop: Stop, holds: boolean): void {
    if (holds) this.stops.add(stop);
    else this.stops.delete(stop);
    const effective = stopOrder.find((candidate) => this.stops.has(candidate));
    if (effective === this.toldStop) return;
    this.toldStop = effective;
    this.dispatch({ type: 'stop', stop: effective });
  }

  setDirectory(directory: DirectorySnapshot): void {
    this.directory = directory;
    const members = new Set(directory.members.filter(({ active }) => active).map(({ id }) => id));
    const keys = new Set(directory.credentials.filter(({ active }) => active).map(({ id }) => id));
    this.dispatch({
      type: 'directory',
      policy: directory.policy,
      administrators: new Set(
        directory.members.flatMap(({ id, administrator }) => (administrator ? [id] : [])),
      ),
      revoked: this.present().flatMap(({ member, credential }): Revoked[] => {
        if (!members.has(member)) return [{ member, cause: 'member-inactive' }];
        return keys.has(credential) ? [] : [{ member, cause: 'key-revoked' }];
      }),
    });
    this.setStop('no-directory', false);
  }

  setLink(link: Link): void {
    this.link = link;
    this.show();
  }

  /** Whether the server's ledger contradicts what this station has seen. It is shown, and nothing else. */
  setLedgerRefused(isRefused: boolean): void {
    this.isLedgerRefused = isRefused;
    this.show();
  }

  /** Whether the server disputes this station's log, so that nothing is uploaded. It is shown, and nothing else. */
  setLogDisputed(isDisputed: boolean): void {
    this.isLogDisputed = isDisputed;
    this.show();
  }

  setLanguage(language: Language): void {
    this.language = language;
    this.show();
  }

  /** A lost key, told at the curtain: a claim that is written down. */
  reportLostKey(said: LostKey): LostKeyAnswer {
    if (this.isOver) return 'not-recorded';
    return this.reports(claimantOf(said, this.state.held, this.directory));
  }

  /** UTF-8 PIN; overwritten before this returns. */
  submitPin(pin: Uint8Array): void {
    this.pin = pin;
    try {
      this.dispatch({ type: 'pin', length: pin.length });
    } finally {
      pin.fill(0);
      this.pin = undefined;
    }
  }

  /** "I'm here", "Not now". */
  stay(): void {
    this.idle.present();
    this.dispatch({ type: 'stay' });
  }

  selectApp(app: string): void {
    if (this.state.kind !== 'open' || this.state.over.kind !== 'nothing') return;
    this.telling.turnApp();
    this.ports.surfaces.selectApp(this.state.session.id, app);
    this.show();
  }

  closePopup(): void {
    if (this.state.kind !== 'open' || this.state.over.kind !== 'nothing') return;
    this.ports.surfaces.closePopup(this.state.session.id);
  }

  switchUser(): void {
    this.dispatch({ type: 'switch', correlation: this.ports.uuid() });
  }

  signOut(cause: 'sign-out' | 'remote' = 'sign-out'): void {
    this.dispatch({ type: 'sign-out', cause });
  }

  /** An administrator's wish; the machine refuses everybody else's. */
  close(): void {
    this.dispatch({ type: 'close' });
  }

  /** The server's order. `elsewhere`: this member has tapped in at another station. */
  remoteLock(
    order: { readonly cause: 'remote' } | { readonly cause: 'elsewhere'; readonly member: string },
  ): void {
    this.dispatch({ type: 'lock', ...order });
  }

  /** Session whose windows are on screen. */
  get onScreen(): string | undefined {
    return this.state.kind === 'open' ? this.state.session.id : undefined;
  }

  /** Appends events that change no session (an app was blocked, the directory was updated). */
  note(...drafts: readonly EventDraft[]): void {
    // The station's last event is its stop.
    if (!this.isOver) this.writer.record(drafts);
  }

  /** The same for something that happened in a session that is here. */
  noteOf(session: string, event: EventDraft): void {
    const owner = this.present().find(({ id }) => id === session);
    this.note({ ...event, session, ...(owner === undefined ? {} : { member: owner.member }) });
  }

  /** Something happened in an app that its member is to know of. */
  tell(session: string, told: Told): void {
    if (this.present().some(({ id }) => id === session)) this.telling.tell(session, told);
    this.show();
  }

  /** The member has read it. */
  heard(): void {
    this.telling.forget();
    this.show();
    if (this.onScreen !== undefined) this.ports.surfaces.focus(this.onScreen);
  }

  view(): StationView {
    const { place, theme, simulated, unsealed } = this.facts;
    const scene: Scene = {
      place,
      theme,
      simulated,
      unsealed,
      ledgerRefused: this.isLedgerRefused,
      logDisputed: this.isLogDisputed,
      revision: this.revision,
      language: this.language,
      helpPhone: this.directory?.policy.helpPhone ?? this.facts.helpPhone,
      link: this.link,
      waiting: this.ports.journal.waiting(),
      directory: this.directory,
      idleMs: this.idle.ms(),
      apps: this.onScreen === undefined ? undefined : this.ports.apps(this.onScreen),
      told: this.telling.now(),
    };
    return stationView(this.state, scene);
  }

  onView(listener: (view: StationView) => void): void {
    this.viewListeners.add(listener);
  }

  /** Called after each durable append. */
  onAppended(listener: () => void): void {
    this.writer.onAppended(listener);
  }

  /** One event after the other, each with all its effects: what an effect brings about comes after it. */
  dispatch(event: StationEvent): void {
    this.events.push(event);
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let next = this.events.shift(); next; next = this.events.shift()) this.take(next);
    } finally {
      this.isBusy = false;
    }
  }

  private take(event: StationEvent): void {
    const result = transition(this.state, event, this.now());
    if ('rejected' in result) {
      // The journal is written synchronously and its outcome is taken next, so nothing can come in between.
      if (result.rejected === 'recording' || result.rejected === 'not-permitted')
        this.ports.report(`rejected:${event.type}`);
      return;
    }
    const wasOpen = this.state.kind === 'open';
    const before = this.onScreen;
    this.state = result.state;
    if (this.onScreen !== before) this.telling.turn(this.onScreen);
    for (const effect of result.effects) this.perform(effect);
    this.arm();
    const isOpen = this.state.kind === 'open';
    if (isOpen && !wasOpen) this.idle.start();
    if (!isOpen && wasOpen) this.idle.stop();
    this.show();
  }

  /** Something that the pages show has changed outside the machine. */
  redraw(): void {
    this.show();
  }

  private membersHere(): ReadonlySet<string> {
    return new Set(this.present().map(({ member }) => member));
  }

  private present(): readonly Session[] {
    const { state } = this;
    return state.kind === 'open' ? [...state.held, state.session] : state.held;
  }

  private now(): Instant {
    return { wall: this.ports.clock.wall(), mono: this.ports.clock.mono() };
  }

  private show(): void {
    this.revision++;
    if (this.viewListeners.size === 0) return;
    const view = this.view();
    for (const listener of this.viewListeners) listener(view);
  }

  private arm(): void {
    this.stopDeadline();
    const at = nextDeadline(this.state);
    this.stopDeadline =
      at === undefined
        ? () => undefined
        : this.ports.clock.at(at, () => this.dispatch({ type: 'tick' }));
  }

  private perform(effect: Effect): void {
    const { surfaces, keys } = this.ports;
    switch (effect.type) {
      case 'cover':
        return surfaces.cover();
      case 'overlay':
        return surfaces.overlay(effect.shown);
      case 'destroy':
        this.telling.ended(effect.session);
        return surfaces.destroy(effect.session);
      case 'uncover':
        return this.uncover(effect.session, effect.member, effect.fresh);
      case 'record':
        if (effect.attempt === undefined) return this.writer.record(effect.drafts);
        return this.recordAccess(effect.drafts, effect.attempt);
      case 'key-begin':
        surfaces.prepare();
        return keys.send({
          kind: 'begin',
          attempt: effect.attempt,
          rpId: this.facts.rpId,
          ...knownKeys(this.directory, this.membersHere()),
        });
      case 'key-cancel':
        return keys.send({ kind: 'cancel', attempt: effect.attempt });
      case 'key-pin':
        return this.sendPin(effect.attempt);
      case 'key-tap': {
        const { clientDataHash } = this.issue(effect.credential);
        return keys.send({ kind: 'touch', attempt: effect.attempt, clientDataHash });
      }
      case 'verify':
        void this.verify(effect.attempt);
        return;
      case 'end':
        // What the server still answers opens nothing.
        this.stops.add('closing');
        this.isOver = true;
        return this.ports.end();
      default:
        return unreachable(effect);
    }
  }

  private uncover(session: string, member: string, fresh: boolean): void {
    if (fresh) this.ports.surfaces.open(session, member, this.directory?.apps ?? []);
    this.idle.present();
    this.ports.surfaces.uncover(session);
  }

  private sendPin(attempt: number): void {
    if (this.pin === undefined) throw new Error('no PIN to send');
    const { clientDataHash } = this.issue();
    this.ports.keys.send({ kind: 'pin', attempt, pin: this.pin, clientDataHash });
  }

  private issue(tap?: string): Challenge {
    this.challenge = this.ports.verifier.issue(this.ports.journal.place(), tap);
    return this.challenge;
  }

  private async verify(attempt: number): Promise<void> {
    const { challenge, assertion, directory } = this;
    this.challenge = undefined;
    this.assertion = undefined;
    const refuse = (notice: Notice) => this.dispatch({ type: 'not-verified', attempt, notice });
    if (!challenge || !assertion || !directory) return refuse('not-verified');
    let result;
    try {
      result = await this.ports.verifier.verify(challenge, assertion, directory);
    } catch (error) {
      // A disk too full for the key's counter: nothing that its member is to be told, or written down, for.
      this.ports.report('verify:threw', error);
      return refuse('not-recorded');
    }
    if (!result.ok) {
      this.ports.report(`verify:${result.error}`);
      return refuse(noticeOf(result.error));
    }
    // Verified against a directory that is no longer in force: once more, please.
    if (this.directory !== directory) return refuse('not-verified');
    // Bound to a journal that has ended meanwhile: the server could not prove it.
    if (this.ports.journal.place().epoch !== challenge.place.epoch) return refuse('not-verified');
    const { member, credential, proof, isUserVerified } = result.value;
    this.dispatch({
      type: 'verified',
      attempt,
      access: {
        member: member.id,
        credential: credential.id,
        isUserVerified,
        proof,
        newSession: this.ports.uuid(),
        correlation: this.ports.uuid(),
      },
    });
  }

  private recordAccess(drafts: readonly EventDraft[], attempt: number): void {
    const isWritten = this.writer.access(drafts);
    // The access is the last of what was written with it.
    const place = this.ports.journal.place();
    this.events.unshift(
      isWritten ? { type: 'recorded', attempt, place } : { type: 'not-recorded', attempt },
    );
  }

  private onKey(event: KeyEvent | { readonly kind: 'crashed' }): void {
    switch (event.kind) {
      case 'keys':
        return this.dispatch({ type: 'keys', count: event.keys.length });
      case 'choose':
        return this.dispatch({ type: 'key-choose', attempt: event.attempt });
      case 'ready': {
        const owner = ownerOf(this.directory, this.membersHere(), event.credentialId);
        return this.dispatch({
          type: 'key-ready',
          attempt: event.attempt,
          owner: owner?.member,
          retries: event.pinRetries,
          minLength: event.minPinLength,
          tap:
            event.takesTouch && owner
              ? { ...owner, epoch: this.ports.journal.place().epoch }
              : undefined,
        });
      }
      case 'touch':
        return this.dispatch({ type: 'key-touch', attempt: event.attempt });
      case 'assertion':
        this.assertion = event;
        return this.dispatch({ type: 'asserted', attempt: event.attempt });
      case 'refused':
        return this.dispatch({
          type: 'key-refused',
          attempt: event.attempt,
          code: event.code,
          ...(event.pinRetries === undefined ? {} : { retries: event.pinRetries }),
        });
      case 'crashed':
        this.ports.report('key-process:crashed');
        // Nobody has pulled a key: the fault comes first.
        this.dispatch({ type: 'key-crashed' });
        return this.dispatch({ type: 'keys', count: 0 });
      default:
        return unreachable(event);
    }
  }
}

function noticeOf(refusal: VerifyRefusal): 'unknown-key' | 'member-inactive' | 'not-verified' {
  return refusal === 'unknown-key' || refusal === 'member-inactive' ? refusal : 'not-verified';
}
