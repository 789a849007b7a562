import { type AccessEvent, MAX_EVENT_BYTES, accessEvent } from '../common/event.ts';
import { graceOf } from '../common/grace.ts';
import { type Result, err, ok, unreachable } from '../common/result.ts';
import { type EventsResponse, MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../common/wire.ts';
import { lockElsewhere } from './directory-elsewhere.ts';
import { checkAssertion, isUserVerified } from './domain/assertion.ts';
import type { BatchLine } from './domain/batch.ts';
import { type ClockFault, clockFaults } from './domain/clock.ts';
import { type Alert, alertsOf } from './domain/directory-alerts.ts';
import { type ChainReason, type Fate, type Received, START, judge } from './domain/judge.ts';
import type { ProofLedger } from './domain/proof.ts';
import { type Screen, afterEvent, isAccess } from './domain/screen.ts';
import { segmentsOf } from './domain/segments.ts';
import { sha256 } from './hash.ts';
import type { Log } from './log.ts';
import type { HeadRow } from './store/reader.ts';
import type { Store, Transaction } from './store/store.ts';
import type { NewEvent } from './store/writer.ts';

export interface Ingest {
  /**
   * Judges and stores one epoch's ascending events of a station in one transaction. The value or the
   * error is given only after the commit; either way every event of the batch is stored by then.
   */
  (station: string, batch: readonly BatchLine[]): Promise<Result<EventsResponse, ChainReason>>;
}

const QUARTER_MS = 15 * 60_000;
/** One of 16: ids are random. */
const shardOf = (station: string): number => Number.parseInt(station.slice(0, 1), 16);
export const quarterOf = (ms: number): number => Math.floor(ms / QUARTER_MS);

export function createIngest(deps: {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** Told after each commit. */
  readonly judged?: (batch: readonly BatchLine[], fates: readonly Fate[]) => void;
}): Ingest {
  const { store, log, now, judged } = deps;

  return async (station, batch) => {
    const received = await withAssertions(store, batch);
    const outcome = await store.write((tx) => commit(tx, station, received, now()));
    judged?.(batch, outcome.fates);
    for (const [index, fate] of outcome.fates.entries()) {
      const event = received[index]?.event;
      if (event !== undefined) alert(log, event, fate);
    }
    for (const { kind, reason, station: at, epoch, seq } of outcome.alerts) {
      // The other kinds have their line for each event already.
      if (kind === 'disputed' || kind === 'unproven') continue;
      log.error({ alert: kind, reason, station: at, epoch, seq }, 'an administrator must look');
    }
    const { onScreen: member } = outcome;
    if (member !== undefined) {
      await lockElsewhere(store, log, { station, member, isWhole: isWhole(batch) }, now());
    }
    return outcome.refused === undefined ? ok(outcome.response) : err(outcome.refused);
  };
}

/** A batch that has room left is its station's last: everything it had then. */
function isWhole(batch: readonly BatchLine[]): boolean {
  const bytes = batch.reduce((sum, { canonical }) => sum + canonical.length, 0);
  return batch.length < MAX_BATCH_EVENTS && bytes + MAX_EVENT_BYTES < MAX_BATCH_BYTES;
}

/** The costly part, signatures, before the transaction: it needs no place in the chain. */
async function withAssertions(store: Store, batch: readonly BatchLine[]): Promise<Received[]> {
  const proofOf = (event: AccessEvent) => (isAccess(event.type) ? event.proof : undefined);
  const ids = new Set<string>();
  for (const { event } of batch) {
    const proof = proofOf(event);
    if (proof !== undefined) ids.add(proof.credential);
  }
  if (ids.size === 0) return [...batch];
  const practice = await store.read.practice();
  const credentials = new Map(
    (await store.read.credentials([...ids])).map((one) => [one.id, one] as const),
  );
  return Promise.all(
    batch.map(async (line): Promise<Received> => {
      const proof = proofOf(line.event);
      if (proof === undefined) return line;
      const credential = credentials.get(proof.credential);
      const rpId = practice?.rp_id ?? '';
      const assertion = await checkAssertion(line.event, proof, credential, rpId, sha256);
      return { ...line, assertion };
    }),
  );
}

interface Outcome {
  readonly fates: readonly Fate[];
  /** Told for the first time. */
  readonly alerts: readonly Alert[];
  readonly response: EventsResponse;
  readonly refused: ChainReason | undefined;
  /** Member who has come on screen. */
  readonly onScreen: string | undefined;
}

async function commit(
  tx: Transaction,
  station: string,
  batch: readonly Received[],
  now: number,
): Promise<Outcome> {
  const row = await tx.lockHead(station);
  const epoch = batch[0]?.event.epoch;
  if (row === undefined || epoch === undefined) throw new Error('no head row, or an empty batch');
  const isCurrent = row.epoch === epoch;
  const head = isCurrent ? row : ((await tx.lastPlace(station, epoch)) ?? START);

  // The judge looks up the batch's own places (repeats), the newest one and those that proofs are bound to.
  const [first, last] = [batch[0]?.event.seq ?? 0, batch.at(-1)?.event.seq ?? 0];
  const places = [
    ...(await tx.placesBetween(station, epoch, first, last)),
    ...(await tx.placesAt(station, epoch, [head.seq, ...boundBefore(first, batch)])),
  ];
  const accepted = new Map<number, string>();
  const disputedBefore = new Set<string>();
  for (const place of places) {
    if (place.verdict === 'disputed') disputedBefore.add(place.hash);
    else accepted.set(place.seq, place.hash);
  }
  const judgement = judge(batch, {
    head: { seq: head.seq, hash: head.hash },
    hashAt: (seq) => accepted.get(seq),
    // The first events of another epoch, while nobody has judged the dispute over the last one.
    isBlocked: !isCurrent && head.seq === 0 && (await isDisputedBefore(tx, station, epoch)),
    proofs: await proofLedger(tx, station, epoch, batch),
  });

  const newest = places.find(({ seq, hash }) => seq === head.seq && hash === head.hash);
  const clocks = clockFaults(batch, judgement.fates, newest, now);
  const receivedAt = new Date(now).toISOString();
  const sorted = sortOut(batch, { ...judgement, clocks }, station, epoch, receivedAt);
  const settled = sorted.accepted.map((one) => one.hash).filter((hash) => disputedBefore.has(hash));
  await tx.removeDisputed(station, epoch, settled);
  if (settled.length > 0) await tx.settleDispute(station, epoch);
  await tx.addEvents(sorted.accepted);
  await tx.addDisputed(sorted.disputed);
  await tx.addSegments(segmentsOf(sorted.accepted, sorted.disputed, disputedBefore));
  await tx.addProofs(sorted.proofs);
  const alerts = await tx.addAlerts(alertsOf(batch, judgement.fates, clocks), receivedAt);
  const refused = judgement.fates.find((fate) => fate.kind === 'disputed')?.reason;
  if (refused !== undefined && refused !== 'epoch-not-approved') {
    await tx.addDispute(station, epoch, refused, receivedAt);
  }
  const shard = shardOf(station);
  for (const [quarter, n] of sorted.accesses) await tx.countAccesses(quarter, shard, n);

  // A head never moves without an accepted event, and a late upload of an older epoch leaves it alone.
  const isNewEpoch = !isCurrent && head.seq === 0 && sorted.accepted.length > 0;
  const heard = { station, heard_at: receivedAt };
  const moved =
    isCurrent || isNewEpoch
      ? { ...heard, epoch, ...judgement.head, ...screenColumns(row, sorted.screenEvents) }
      : { ...row, ...heard };
  await tx.moveHead(moved);
  tx.announce('events');
  return {
    fates: judgement.fates,
    alerts,
    response: { epoch, ...judgement.head, accepted: sorted.accepted.length },
    refused,
    // Came on screen with this batch, and is there at its end.
    onScreen:
      sorted.accesses.size > 0 && moved.screen === 'open' ? (moved.member ?? undefined) : undefined,
  };
}

/** Is there a dispute over another epoch that nobody has judged? */
const isDisputedBefore = async (tx: Transaction, station: string, epoch: string) =>
  (await tx.openDisputes(station)).some((one) => one.epoch !== epoch);

function boundBefore(first: number, batch: readonly Received[]): number[] {
  const seqs = new Set<number>();
  for (const { event } of batch) {
    const bound = isAccess(event.type) ? event.proof?.boundSeq : undefined;
    if (bound !== undefined && bound < first) seqs.add(bound);
  }
  return [...seqs];
}

async function proofLedger(
  tx: Transaction,
  station: string,
  epoch: string,
  batch: readonly Received[],
): Promise<ProofLedger> {
  const nonces: string[] = [];
  const counters = new Set<number>();
  const credentials = new Set<string>();
  for (const { event, assertion } of batch) {
    if (event.proof === undefined || assertion === undefined || !assertion.ok) continue;
    nonces.push(event.proof.nonce);
    credentials.add(event.proof.credential);
    counters.add(assertion.counter);
  }
  const graces = await gracesGiven(tx, station, epoch, batch);
  const ids = [...credentials];
  if (ids.length > 0) await tx.lockCredentials(ids);
  const used = new Set(await tx.usedNonces(nonces));
  const last = new Map(
    (await tx.lastCounters(station, epoch, ids)).map((one) => [one.credential, one.counter]),
  );
  const shown = new Set(
    (await tx.shownCounters(ids, [...counters])).map((one) => `${one.credential} ${one.counter}`),
  );
  return {
    sha256,
    isNonceUsed: (nonce) => used.has(nonce),
    lastCounter: (credential) => last.get(credential) ?? 0,
    wasCounterShown: (credential, counter) => shown.has(`${credential} ${counter}`),
    pinAt: (seq) => graces.pins.get(seq),
    graceAt: ({ dir }) => graces.seconds.get(dir) ?? 0,
    note(event, { nonce, credential }, { counter, isUserVerified: isPin }) {
      used.add(nonce);
      last.set(credential, counter);
      shown.add(`${credential} ${counter}`);
      if (isPin) graces.pins.set(event.seq, event);
    },
  };
}

/** What the accesses without PIN are judged by: those with PIN that they name, and the policies of their time. */
async function gracesGiven(
  tx: Transaction,
  station: string,
  epoch: string,
  batch: readonly Received[],
) {
  const pins = new Map<number, AccessEvent>();
  const seconds = new Map<number, number>();
  const taps = batch.flatMap(({ event, assertion }) => {
    const grace = assertion?.ok === true && !assertion.isUserVerified && graceOf(event);
    return grace ? [{ pinSeq: grace.pinSeq, dir: event.dir }] : [];
  });
  const group = taps.length === 0 ? undefined : (await tx.station(station))?.group_name;
  if (group === undefined) return { pins, seconds };
  const versions = [...new Set(taps.map(({ dir }) => dir))];
  for (const one of await tx.graces(group, versions)) seconds.set(one.version, one.seconds);
  const seqs = [...new Set(taps.map(({ pinSeq }) => pinSeq))];
  for (const { seq, canonical } of await tx.verifiedAt(station, epoch, seqs)) {
    const event = accessEvent.parse(JSON.parse(Buffer.from(canonical).toString('utf8')));
    if (isAccess(event.type) && event.proof && isUserVerified(event.proof)) pins.set(seq, event);
  }
  return { pins, seconds };
}

/** What each event becomes in the tables. */
function sortOut(
  batch: readonly Received[],
  judged: { readonly fates: readonly Fate[]; readonly clocks: readonly (ClockFault | undefined)[] },
  station: string,
  epoch: string,
  receivedAt: string,
) {
  const accepted: NewEvent[] = [];
  const disputed: NewEvent[] = [];
  const proofs: {
    nonce: string;
    credential: string;
    counter: number;
    station: string;
    epoch: string;
    seq: number;
  }[] = [];
  const accesses = new Map<number, number>();
  const screenEvents: AccessEvent[] = [];

  for (const [index, { event, canonical, hash }] of batch.entries()) {
    const fate = judged.fates[index];
    if (fate === undefined || fate.kind === 'repeat') continue;
    const row = {
      station,
      epoch,
      seq: event.seq,
      hash,
      type: event.type,
      received_at: receivedAt,
      at: event.at,
      outcome: event.outcome,
      member: event.member ?? event.claimed ?? null,
      verdict: fate.kind,
      reason: fate.kind === 'verified' ? (judged.clocks[index] ?? null) : fate.reason,
      canonical,
    };
    if (fate.kind === 'disputed') {
      disputed.push(row);
      continue;
    }
    accepted.push(row);
    screenEvents.push(event);
    if (isAccess(event.type)) {
      const quarter = quarterOf(Date.parse(event.at));
      accesses.set(quarter, (accesses.get(quarter) ?? 0) + 1);
    }
    if (fate.kind === 'verified' && fate.counter !== undefined && event.proof !== undefined) {
      const { nonce, credential } = event.proof;
      proofs.push({ nonce, credential, counter: fate.counter, station, epoch, seq: event.seq });
    }
  }
  return { accepted, disputed, proofs, accesses, screenEvents };
}

function screenColumns(row: HeadRow, events: readonly AccessEvent[]) {
  const before: Screen = {
    state: row.screen,
    session: row.session ?? undefined,
    member: row.member ?? undefined,
  };
  const screen = events.reduce(afterEvent, before);
  return {
    // The first event makes a new station a known one, whatever it says.
    screen: screen.state === 'none' && events.length > 0 ? ('locked' as const) : screen.state,
    session: screen.session ?? null,
    member: screen.member ?? null,
  };
}

/** One line each that a log monitor can match on `alert`. Codes and places only. */
function alert(log: Log, event: AccessEvent, fate: Fate): void {
  const { station, epoch, seq } = event;
  switch (fate.kind) {
    case 'repeat':
    case 'verified':
      return;
    case 'unproven':
      log.error({ alert: 'unproven', reason: fate.reason, station, epoch, seq }, 'unproven access');
      return;
    case 'disputed':
      log.error({ alert: 'disputed', reason: fate.reason, station, epoch, seq }, 'disputed event');
      return;
    default:
      unreachable(fate);
  }
}
