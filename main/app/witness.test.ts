import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromBase64url, toHex, utf8 } from '../../common/bytes.ts';
import { continuationBytes } from '../../common/continuation.ts';
import type { EventDraft } from '../../common/event.ts';
import { MAX_RECEIPT_RUNS, type Receipt } from '../../common/receipt.ts';
import { type Result, ok } from '../../common/result.ts';
import { leafHash } from '../../common/tree.ts';
import { makeLogKey } from '../../test/support/export-folder.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { receiptOf } from '../../test/support/receipts.ts';
import { verifyEd25519 } from '../adapters/ed25519.ts';
import { sha256 } from '../adapters/sha256.ts';
import type { OwedProof } from '../ports/journal.ts';
import type { ReceiptQuery, TransportError } from '../ports/transport.ts';
import { createWitness } from './witness.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const key = makeLogKey();
const entries = Array.from({ length: 9 }, () => utf8(randomUUID()));
/** This station's events are the leaves 4 to 6. */
const ours = entries.slice(4, 7).map((entry) => toHex(leafHash(sha256, entry)));
const run = { seq: 1, leaf: 4, events: 3 };

type Server = (query: ReceiptQuery) => Promise<Result<Receipt, TransportError>>;

/** A server with this tree. */
const serverOf =
  (list: readonly Uint8Array[], more: Parameters<typeof receiptOf>[2] = {}): Server =>
  async ({ after, size }) => {
    const runs = (more.runs ?? []).filter(({ seq }) => seq > after);
    return { ok: true, value: await receiptOf(key, list, { ...more, runs, seen: size }) };
  };

/** A witness in the hand of the test, asking this server. */
function bench(first: Server, own: readonly string[] = ours) {
  const { clock, pass } = manualClock();
  const marks = {
    acknowledged: 3,
    proven: 0,
    rewound: -1,
    pruned: [] as number[],
    resent: 0,
    past: [] as OwedProof[],
  };
  const notes: EventDraft[] = [];
  const faults: (string | undefined)[] = [];
  const reports: string[] = [];
  const asked: unknown[] = [];
  let stored: string | undefined;
  let next = first;
  /** Every answer, with its question. */
  const heard: string[] = [];
  let replayed: string | undefined;
  const witness = createWitness({
    sha256,
    verify: verifyEd25519,
    serverKey: fromBase64url(key.jwk.x),
    journal: {
      owed: () => ({
        current: { epoch: 'e', after: marks.proven, last: marks.acknowledged },
        past: marks.past,
      }),
      proven: () => marks.proven,
      prove(epoch, seq) {
        if (epoch === 'e') marks.proven = seq;
        else marks.past = marks.past.filter((one) => one.epoch !== epoch);
      },
      forgetProofs: () => void (marks.proven = 0),
      rewind: (seq) => void (marks.rewound = seq),
      oldest: () => 1,
      hashes: (_, from, to) => (to <= own.length ? own.slice(from - 1, to) : undefined),
      prune: (before) => {
        marks.pruned.push(before);
        return 0;
      },
    },
    state: {
      checkpoint: () => stored,
      keepCheckpoint(note) {
        // What rests on a checkpoint must not be on the disk before it.
        if (stored === undefined) expect(marks.proven).toBe(0);
        stored = note;
      },
    },
    transport: {
      async receipt(question, query) {
        asked.push(query);
        const answer = await next(query);
        heard.push(answer.ok ? JSON.stringify([question, answer.value]) : '');
        return answer.ok ? ok(replayed ?? heard.at(-1) ?? '') : answer;
      },
    },
    ask: () => String(asked.length),
    async open(text, question) {
      const [answered, receipt] = JSON.parse(text) as [string, Receipt];
      return answered === question ? receipt : undefined;
    },
    clock,
    random: () => 0.5,
    report: (code) => void reports.push(code),
    note: (event) => void notes.push(event),
    believed: (fault) => void faults.push(fault),
    keepDays: () => 30,
    resend: () => void (marks.resent += 1),
  });
  return {
    witness,
    marks,
    notes,
    faults,
    reports,
    asked,
    stored: () => stored,
    ask: (server: Server) => void (next = server),
    /** From now on the network repeats this answer, counted from the first. */
    repeat: (n: number) => void (replayed = heard[n]),
    /** So many minutes go by, a second at a time. */
    async minutes(count: number) {
      for (let n = 0; n < count * 60; n++) {
        pass(1000);
        await settled();
      }
    },
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const types = (notes: readonly EventDraft[]) => notes.map(({ type }) => type);

test('what is proven is marked, told once a day, and pruned by the days of policy', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.witness.start();
  await settled();
  expect(b.asked).toEqual([{ epoch: 'e', after: 0, last: 3, size: 0 }]);
  expect(b.marks.proven).toBe(3);
  expect(b.stored()).toContain('\n9\n');
  expect(b.notes).toEqual([
    {
      type: 'ledger.witnessed',
      outcome: 'success',
      detail: { origin: 'localhost/log', size: 9, root: expect.any(String) },
    },
  ]);
  expect(b.marks.pruned).toEqual([-30 * DAY]);
  b.ask(serverOf(entries));
  await b.minutes(2);
  expect(b.asked.at(-1)).toEqual({ epoch: 'e', after: 3, last: 3, size: 9 });
  expect(b.notes).toHaveLength(1);
  await b.minutes(24 * 60);
  expect(types(b.notes)).toEqual(['ledger.witnessed', 'ledger.witnessed']);
  expect(b.faults).toEqual([]);
  b.witness.close();
});

test('a long backlog is proven in portions, one right behind the other', async () => {
  const many = Array.from({ length: MAX_RECEIPT_RUNS + 4 }, () => utf8(randomUUID()));
  const own = many.map((entry) => toHex(leafHash(sha256, entry)));
  const runs = own.map((_, n) => ({ seq: n + 1, leaf: n, events: 1 }));
  const b = bench(async (query) => {
    const answer = await serverOf(many, { runs })(query);
    if (!answer.ok) return answer;
    return {
      ok: true,
      value: { ...answer.value, runs: answer.value.runs.slice(0, MAX_RECEIPT_RUNS) },
    };
  }, own);
  b.marks.acknowledged = own.length;
  b.witness.start();
  await settled();
  expect(b.marks.proven).toBe(MAX_RECEIPT_RUNS);
  await b.minutes(0.05);
  expect(b.marks.proven).toBe(own.length);
  b.witness.close();
});

test('a fork is told once, shown, stops the pruning; the station asks on, and believes a mended server', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.witness.start();
  await settled();
  const kept = b.stored();
  const forked = [utf8('another'), ...entries.slice(1), utf8('more')];
  b.ask(serverOf(forked));
  await b.minutes(5);
  expect(b.faults).toEqual(['fork']);
  expect(b.notes.slice(1)).toEqual([
    { type: 'ledger.refused', outcome: 'failure', detail: { reason: 'fork', size: 9 } },
  ]);
  expect(b.marks.pruned).toHaveLength(1);
  expect(b.stored()).toBe(kept);
  expect(b.reports.length).toBeGreaterThan(2);
  b.ask(serverOf([...entries, utf8('more')]));
  await b.minutes(2);
  expect(b.faults).toEqual(['fork', undefined]);
  expect(b.marks.pruned.length).toBeGreaterThan(1);
  b.witness.close();
});

test('a smaller tree is a server that lags, for ten minutes', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.witness.start();
  await settled();
  b.ask(serverOf(entries.slice(0, 5)));
  await b.minutes(9);
  expect(b.faults).toEqual([]);
  b.ask(serverOf(entries));
  await b.minutes(2);
  b.ask(serverOf(entries.slice(0, 5)));
  await b.minutes(9);
  expect(b.faults).toEqual([]);
  await b.minutes(4);
  expect(b.faults).toEqual(['rolled-back']);
  b.witness.close();
});

test('an answer to another question tells nothing, whoever repeats it; a server that gives no other is a fault in the end', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.witness.start();
  await settled();
  const more = [...entries, utf8('more')];
  b.ask(serverOf(more));
  await b.minutes(2);
  const kept = b.stored();
  expect(kept).toContain('\n10\n');
  // What proves this very tree, but from an older one, and events that are proven already.
  b.repeat(b.asked.length - 1);
  b.ask(serverOf(more));
  await b.minutes(60);
  b.repeat(0);
  await b.minutes(60);
  expect(b.faults).toEqual([]);
  expect(new Set(b.reports)).toEqual(new Set(['witness:not-an-answer']));
  expect([b.stored(), b.marks.proven]).toEqual([kept, 3]);
  for (let n = 4; n < 40; n++) {
    b.marks.acknowledged = n;
    await b.minutes(2);
  }
  expect(b.faults).toEqual(['no-receipt']);
  b.witness.close();
});

test('acknowledged events that are never proven are a fault after ten minutes', async () => {
  const b = bench(serverOf(entries));
  b.witness.start();
  await b.minutes(8);
  expect(b.faults).toEqual([]);
  await b.minutes(6);
  expect(b.faults).toEqual(['no-receipt']);
  const pruned = b.marks.pruned.length;
  await b.minutes(3);
  expect(b.marks.pruned).toHaveLength(pruned);
  b.ask(serverOf(entries, { runs: [run] }));
  await b.minutes(2);
  expect(b.faults).toEqual(['no-receipt', undefined]);
  b.witness.close();
});

test('a restored ledger is told, and everything is sent and proven again', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.witness.start();
  await settled();
  expect(b.marks.proven).toBe(3);
  const { checkpoint } = await receiptOf(key, entries);
  const root = Buffer.from(checkpoint.split('\n')[2] ?? '', 'base64');
  const record = continuationBytes({
    at: new Date(0).toISOString(),
    origin: 'localhost/two',
    before: 'localhost/log',
    after: { origin: 'localhost/log', size: 9, root },
  });
  const tree = [...entries.slice(0, 4), record];
  b.ask(serverOf(tree, { origin: 'localhost/two', renewals: [4] }));
  await b.minutes(1);
  expect(b.notes.filter(({ type }) => type === 'ledger.restored')).toEqual([
    {
      type: 'ledger.restored',
      outcome: 'failure',
      detail: { origin: 'localhost/two', lost: 5 },
    },
  ]);
  expect(b.marks).toMatchObject({ proven: 0, rewound: 0, resent: 1 });
  b.ask(
    serverOf([...tree, ...entries.slice(4, 7)], {
      origin: 'localhost/two',
      renewals: [4],
      runs: [{ ...run, leaf: 5 }],
    }),
  );
  await b.minutes(2);
  expect(b.marks.proven).toBe(3);
  expect(b.marks.resent).toBe(1);
  expect(b.faults).toEqual([]);
  b.witness.close();
});

test('a server that cannot be reached is asked more and more seldom, and is no fault', async () => {
  const b = bench(async () => ({ ok: false, error: { kind: 'unreachable', message: 'gone' } }));
  b.witness.start();
  await b.minutes(1);
  const early = b.asked.length;
  expect(early).toBeGreaterThan(4);
  await b.minutes(20);
  expect(b.faults).toEqual([]);
  expect(b.notes).toEqual([]);
  const asked = b.asked.length;
  expect(asked - early).toBeLessThan(20 * early);
  b.witness.close();
  await b.minutes(5);
  expect(b.asked).toHaveLength(asked);
});

test('a server that takes events and gives no receipts is a fault after ten minutes', async () => {
  const refused = {
    kind: 'refused',
    status: 500,
    error: { code: 'internal', message: 'no' },
  } as const;
  const b = bench(async () => ({ ok: false, error: refused }));
  b.witness.start();
  await b.minutes(8);
  expect(b.faults).toEqual([]);
  await b.minutes(12);
  expect(b.faults).toEqual(['no-receipt']);
  b.witness.close();

  const silent = bench(async () => ({
    ok: false,
    error: { kind: 'unreachable', message: 'gone' },
  }));
  silent.witness.start();
  await silent.minutes(60);
  expect(silent.faults).toEqual([]);
  silent.marks.acknowledged = 4;
  await silent.minutes(60);
  // Since then it may be out of reach altogether: it owes what it acknowledged before.
  expect(silent.faults).toEqual([]);
  for (let n = 5; n < 40; n++) {
    silent.marks.acknowledged = n;
    await silent.minutes(2);
  }
  expect(silent.faults).toEqual(['no-receipt']);
  silent.witness.close();
});

test('past epochs are proven too, once a day; what is wrong with one stops the pruning', async () => {
  const b = bench(serverOf(entries, { runs: [run] }));
  b.marks.past = [{ epoch: 'old', after: 0, last: 3 }];
  b.witness.start();
  await settled();
  await b.minutes(0.05);
  expect(b.asked.slice(0, 2)).toEqual([
    { epoch: 'e', after: 0, last: 3, size: 0 },
    { epoch: 'old', after: 0, last: 3, size: 9 },
  ]);
  expect(b.marks.past).toEqual([]);
  b.marks.past = [{ epoch: 'older', after: 0, last: 3 }];
  b.ask(async (query) =>
    serverOf(entries, { runs: query.epoch === 'older' ? [{ ...run, leaf: 5 }] : [] })(query),
  );
  await b.minutes(24 * 60 + 2);
  expect(b.faults).toEqual(['not-included']);
  const pruned = b.marks.pruned.length;
  await b.minutes(10);
  expect(b.faults).toEqual(['not-included']);
  expect(b.marks.pruned).toHaveLength(pruned);
  b.witness.close();
});
