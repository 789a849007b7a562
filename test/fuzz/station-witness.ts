import assert from 'node:assert/strict';
import type { EventDraft } from '../../common/event.ts';
import type { Access } from '../../main/domain/authentication.ts';
import type { Effect, StationEvent, StationState } from '../../main/domain/station-state.ts';
import { nextDeadline } from '../../main/domain/station.ts';
import { rules } from './station-moves.ts';

/** One step that the machine did not reject. */
export interface Step {
  readonly before: StationState;
  readonly event: StationEvent;
  readonly after: StationState;
  readonly effects: readonly Effect[];
  /** Monotonic ms. */
  readonly mono: number;
}

/** Which sessions live where, as told by the events alone. */
class Ledger {
  readonly status = new Map<string, 'open' | 'locked' | 'parked'>();
  readonly owner = new Map<string, string>();

  apply({ type, session, member, detail }: EventDraft): void {
    if (session === undefined || member === undefined) return;
    const now = this.status.get(session);
    switch (type) {
      case 'session.opened':
        assert.equal(now, undefined);
        this.owner.set(session, member);
        this.status.set(session, 'open');
        break;
      case 'session.resumed':
        assert.ok(now === 'locked' || now === 'parked');
        this.status.set(session, 'open');
        break;
      case 'session.locked':
        assert.equal(now, 'open');
        assert.ok(detail['cause']);
        this.status.set(session, 'locked');
        break;
      case 'session.parked':
        assert.ok(now === 'open' || now === 'locked');
        this.status.set(session, 'parked');
        break;
      case 'session.ended':
        assert.notEqual(now, undefined);
        assert.ok(detail['cause']);
        this.status.delete(session);
        break;
      default:
        assert.fail(`unexpected ${type}`);
    }
    assert.equal(this.owner.get(session), member);
  }
}

/** The same, read off the state. */
function statusOf(state: StationState): ReadonlyMap<string, string> {
  const status = new Map<string, string>(state.held.map((held) => [held.id, held.held]));
  if (state.kind === 'open') status.set(state.session.id, 'open');
  return status;
}

/** Whether design demands the curtain after this event, whatever was before. */
function mustLock(event: StationEvent): boolean {
  switch (event.type) {
    case 'lock':
      return event.member === undefined;
    case 'shutdown':
    case 'key-crashed':
    case 'sign-out':
    case 'switch':
      return true;
    case 'idle':
      return event.ms >= rules.idleLockSeconds * 1000;
    case 'keys':
      return event.count === 0;
    case 'stop':
      return event.stop === 'journal';
    default:
      return false;
  }
}

/** After these everybody gives the PIN again. */
const strange = new Set<unknown>(['suspend', 'remote', 'elsewhere', 'fault']);

/** 1: without user verification only back into the session whose PIN was given in time, by the key that asks. */
function pinsGiven() {
  const given = new Map<string, { seq: number; mono: number; credential: string }>();
  /** Credential that has proved itself in this attempt and would do without a PIN. */
  let proven: string | undefined;
  return {
    open({ event, mono }: Step, access: Access, draft: EventDraft | undefined): void {
      assert.ok(event.type === 'recorded' && draft?.session !== undefined);
      if (access.isUserVerified) {
        const { seq } = event.place;
        given.set(draft.session, { seq, mono, credential: access.credential });
        return;
      }
      const pin = given.get(draft.session);
      assert.ok(pin);
      assert.equal(draft.type, 'session.resumed');
      assert.equal(access.credential, pin.credential);
      assert.equal(access.credential, proven);
      assert.ok(mono - pin.mono <= rules.graceSeconds * 1000);
      assert.deepEqual(draft.detail, {
        cause: 'grace',
        pinSeq: pin.seq,
        graceSeconds: rules.graceSeconds,
      });
      reached.tapped++;
    },
    forget({ before, event, after, effects }: Step): void {
      if (event.type === 'key-ready' && before.kind === 'locked')
        proven = event.tap?.epoch === 'epoch' ? event.tap.credential : undefined;
      const told = effects.flatMap((effect) => (effect.type === 'record' ? effect.drafts : []));
      const isStrange =
        (event.type === 'lock' && strange.has(event.cause)) ||
        told.some(({ type, detail }) => type === 'session.locked' && strange.has(detail['cause']));
      if (isStrange) given.clear();
      // A tap that was asked for and came to nothing.
      const asked = before.kind === 'locked' && 'grace' in before.entry && before.entry.grace;
      const isOver = after.kind === 'locked' && after.entry.kind === 'waiting';
      if (!asked || !isOver || event.type === 'lock' || event.type === 'stop') return;
      const session = before.held.find(({ member }) => member === asked.member);
      if (session && event.type !== 'not-recorded') given.delete(session.id);
    },
  };
}

/** How often the sequences went where the invariants bite. */
export const reached = {
  opened: 0,
  tapped: 0,
  resumed: 0,
  parked: 0,
  ended: 0,
  lockedByIdle: 0,
  lockedFromAfar: 0,
  closed: 0,
  notClosed: 0,
  named: 0,
};

/** Watches one sequence and throws where an invariant of the design does not hold. */
export function witness(): (step: Step) => void {
  const ledger = new Ledger();
  let pending: { attempt: number; drafts: readonly EventDraft[]; access: Access } | undefined;
  /** What is being written of an administrator's close. */
  let ending: readonly EventDraft[] | undefined;
  let lastVerified: Access | undefined;
  const pins = pinsGiven();
  /** The attempt that the key process works on. */
  let atTheKey: number | undefined;

  /** 1, 2: a session is on screen only by `recorded` of a written access of that very member. */
  const opening = (step: Step) => {
    const { before, event, after, effects } = step;
    if (
      event.type === 'verified' &&
      before.kind === 'locked' &&
      before.entry.kind === 'verifying'
    ) {
      lastVerified = event.access;
    }
    const shown = effects.find((effect) => effect.type === 'uncover');
    if (before.kind !== 'locked' || after.kind !== 'open') return assert.equal(shown, undefined);
    assert.equal(event.type, 'recorded');
    assert.ok(pending);
    assert.equal(pending.attempt, before.attempt);
    assert.equal(lastVerified, pending.access);
    assert.equal(after.session.member, pending.access.member);
    assert.equal(after.stop, undefined);
    assert.ok(shown);
    assert.equal(shown.session, after.session.id);
    assert.equal(shown.member, after.session.member);
    const proofs = pending.drafts.filter(({ proof }) => proof !== undefined);
    assert.deepEqual(
      proofs.map(({ proof }) => proof),
      [pending.access.proof],
    );
    pins.open(step, pending.access, pending.drafts.at(-1));
    for (const draft of pending.drafts) {
      ledger.apply(draft);
      if (draft.type === 'session.opened') reached.opened++;
      if (draft.type === 'session.resumed') reached.resumed++;
      if (draft.type === 'session.parked') reached.parked++;
    }
  };

  /** 3: covered before anything else. */
  const locking = ({ before, event, after, effects }: Step) => {
    if (mustLock(event)) assert.equal(after.kind, 'locked');
    else if (event.type === 'idle') assert.equal(after.kind, before.kind);
    if (before.kind !== 'open' || after.kind !== 'locked') return;
    assert.deepEqual(effects[0], { type: 'cover' });
    if (event.type === 'idle') reached.lockedByIdle++;
    if (event.type === 'lock' && event.cause === 'elsewhere') {
      reached.lockedFromAfar++;
      assert.equal(event.member, before.session.member);
    }
  };

  /** 6: the events alone tell the same story as the state. */
  const telling = ({ event, after, effects }: Step) => {
    if (event.type === 'recorded')
      for (const draft of ending ?? []) if (draft.session !== undefined) ledger.apply(draft);
    for (const effect of effects) {
      if (effect.type !== 'record') continue;
      if (effect.attempt === undefined) {
        for (const draft of effect.drafts) if (draft.session !== undefined) ledger.apply(draft);
      } else if (event.type === 'verified') {
        pending = { attempt: effect.attempt, drafts: effect.drafts, access: event.access };
      } else {
        assert.equal(event.type, 'close');
      }
    }
    assert.deepEqual(new Map<string, string>(ledger.status), statusOf(after));
  };

  /** 4, 5: one on screen, one session a member, and what ended is destroyed. */
  const keeping = ({ before, after, effects }: Step) => {
    const here = statusOf(after);
    const present = [...here.keys()].map((id) => ledger.owner.get(id));
    assert.equal(new Set(present).size, present.length);
    const gone = [...statusOf(before).keys()].filter((id) => !here.has(id));
    const destroyed = effects.flatMap((effect) =>
      effect.type === 'destroy' ? [effect.session] : [],
    );
    assert.deepEqual(destroyed.toSorted(), gone.toSorted());
    reached.ended += gone.length;
    const parked = after.held.filter(({ held }) => held === 'parked');
    assert.ok(parked.length <= after.policy.parkedSessions);
  };

  /** The key process has one attempt at a time, and none that nobody waits for. */
  const holding = ({ event, after, effects }: Step) => {
    const isOver =
      event.type === 'asserted' ||
      event.type === 'key-crashed' ||
      (event.type === 'key-refused' && event.code !== 'pin-mismatch');
    if (isOver) atTheKey = undefined;
    for (const effect of effects) {
      if (effect.type === 'key-cancel' && effect.attempt === atTheKey) atTheKey = undefined;
      if (effect.type !== 'key-begin') continue;
      assert.equal(atTheKey, undefined);
      atTheKey = effect.attempt;
    }
    if (after.kind === 'locked') {
      if (after.entry.kind === 'waiting') assert.equal(atTheKey, undefined);
      return;
    }
    const { over } = after;
    assert.equal(atTheKey, over.kind === 'key' ? over.asking?.attempt : undefined);
    if (over.kind === 'key' && over.owner !== undefined) reached.named++;
  };

  /**
   * The kiosk ends for an administrator at work, once the one event that says who it was is written, and for nothing
   * else. Where it cannot be written everything is kept, and locked.
   */
  const closing = ({ before, event, after, effects }: Step) => {
    const isEnd = effects.at(-1)?.type === 'end';
    assert.equal(isEnd, event.type === 'recorded' && ending !== undefined);
    assert.equal(effects.filter(({ type }) => type === 'end').length, isEnd ? 1 : 0);
    if (event.type === 'close') {
      assert.ok(before.kind === 'open' && before.over.kind === 'nothing');
      const { member } = before.session;
      assert.ok(before.administrators.has(member));
      ending = effects.flatMap((effect) => (effect.type === 'record' ? effect.drafts : []));
      assert.deepEqual(
        ending
          .filter(({ type }) => type === 'station.stopped')
          .map((stop) => [stop.member, stop.detail['cause']]),
        [[member, 'closed']],
      );
      // Nothing is taken down before that is written.
      assert.ok(effects.every(({ type }) => type === 'record'));
      return;
    }
    if (ending === undefined) return;
    assert.ok(event.type === 'recorded' || event.type === 'not-recorded');
    assert.equal(after.kind, 'locked');
    if (isEnd) {
      assert.equal(after.held.length, 0);
      reached.closed++;
    } else {
      assert.equal(after.held.length, before.held.length + 1);
      reached.notClosed++;
    }
    ending = undefined;
  };

  /** A tick leaves nothing that is due. */
  const waking = ({ event, after, mono }: Step) => {
    if (event.type === 'tick') assert.ok((nextDeadline(after) ?? Infinity) > mono);
  };

  return (step) => {
    opening(step);
    pins.forget(step);
    if (step.event.type === 'recorded' || step.event.type === 'not-recorded') pending = undefined;
    locking(step);
    telling(step);
    keeping(step);
    holding(step);
    waking(step);
    closing(step);
  };
}
