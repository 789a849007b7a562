import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBase64, toHex, utf8 } from '../../common/bytes.ts';
import { readCheckpoint } from '../../common/checkpoint.ts';
import { continuationBytes } from '../../common/continuation.ts';
import { type AccessEvent, canonicalBytes, chainHash } from '../../common/event.ts';
import { growTree, leafHash } from '../../common/tree.ts';
import { type Removal, removalBytes } from '../../server/ledger/removal.ts';
import { linesOf } from '../../server/ledger/verify/lines.ts';
import { rootsAt } from '../../server/ledger/verify/roots.ts';
import { type Report, isGood, verifyExport } from '../../server/ledger/verify/verify-export.ts';
import { type ExportParts, makeLogKey, noteOf, withExport } from '../support/export-folder.ts';
import { someLeaves } from '../support/stored-tree.ts';
import { type Entry, TestJournal, makePersonKey, sha256 } from './server-lab.ts';
import { serverCommand } from './server-process.ts';

const key = makeLogKey();
const person = makePersonKey(randomUUID());
const credentials = [
  {
    id: person.id,
    member: person.person,
    publicKey: person.publicKey,
    userHandle: person.userHandle,
    counter: 0,
    active: true,
  },
];

/** Two stations, their events in turns; an access in each. Leaf 2n is event n+1 of the first. */
function twoStations() {
  const journals = [new TestJournal(randomUUID()), new TestJournal(randomUUID())] as const;
  const entries: Entry[] = [];
  const session = randomUUID();
  for (let n = 0; n < 20; n++) {
    for (const journal of journals) {
      entries.push(
        n === 10
          ? journal.access(person, { session })
          : journal.append({ type: 'session.locked', session, detail: { cause: 'idle' } }),
      );
    }
  }
  return { journals, entries };
}

const bytesOf = (entries: readonly Entry[]) => entries.map(({ canonical }) => canonical);

async function verify(parts: Omit<ExportParts, 'key'>, trusted: readonly string[] = []) {
  const notes = trusted.map((note, index) => ({ name: `trusted-${index}`, note }));
  const whole = { key, credentials, ...parts };
  const report = await withExport(whole, (folder) => verifyExport(folder, notes));
  if (!report.ok) throw new Error(report.error);
  return report.value;
}

const verdictsOf = (report: Report) => report.trusted.map(({ verdict }) => verdict);

/** The journal as a forger would have it: the event at `seq` changed, and everything after it chained anew. */
function rechained(journal: TestJournal, seq: number, change: Partial<AccessEvent>): Entry[] {
  let prev: string | undefined;
  return journal.entries.map((entry) => {
    if (entry.event.seq < seq) return entry;
    const edit = entry.event.seq === seq ? change : {};
    const event = { ...entry.event, ...edit, ...(prev === undefined ? {} : { prev }) };
    const canonical = canonicalBytes(event);
    prev = chainHash(sha256, canonical);
    return { event, canonical, hash: prev };
  });
}

test('a whole export is good, with and without trusted checkpoints', async () => {
  const { entries } = twoStations();
  const all = bytesOf(entries);
  const report = await verify({ entries: all }, [
    await noteOf(key, []),
    await noteOf(key, all.slice(0, 7)),
    await noteOf(key, all),
  ]);
  expect(report).toMatchObject({ isTreeWhole: true, events: 40, journals: 2, accesses: 2 });
  expect(verdictsOf(report)).toEqual(['holds', 'holds', 'holds']);
  expect(isGood(report)).toBe(true);
  expect(isGood(await verify({ entries: [] }))).toBe(true);
});

describe('one event, the first that fails, is named', () => {
  const { journals, entries } = twoStations();
  const all = bytesOf(entries);
  const nameOf = (leaf: number) => {
    const { station, epoch, seq } = entries[leaf]?.event ?? {};
    return { station, epoch, seq };
  };
  const edit = (leaf: number) =>
    all.map((line, at) =>
      at === leaf ? utf8(new TextDecoder().decode(line).replace('idle', 'button')) : line,
    );
  const without = (...gone: number[]) => all.filter((_, at) => !gone.includes(at));

  test.each([
    ['edited', 8, edit(8)],
    ['edited', 38, edit(38)],
    ['edited', 8, all.map((line, at) => (at === 8 ? utf8('{}') : line))],
    ['deleted', 8, without(8)],
    ['deleted', 8, without(8, 9, 10)],
    ['swapped', 8, all.map((line, at) => all[{ 8: 9, 9: 8 }[at] ?? at] ?? line)],
    ['swapped', 8, all.map((line, at) => all[{ 8: 30, 30: 8 }[at] ?? at] ?? line)],
    ['inserted', 40, [...all, edit(30)[30] ?? utf8('')]],
    ['inserted', 8, [...all.slice(0, 8), edit(30)[30] ?? utf8(''), ...all.slice(8)]],
  ] as const)('%s', async (kind, leaf, lines) => {
    const report = await verify({ entries: all, lines });
    expect(report.finding).toMatchObject({ kind, leaf });
    // Of several missing in a row, what was chained to the first may be missing too.
    const isNamed = kind === 'edited' || (kind === 'deleted' && lines.length === 39);
    if (isNamed) expect(report.finding?.event).toMatchObject(nameOf(leaf));
    expect(isGood(report)).toBe(false);
  });

  test('truncated: lines cut off, with and without the leaf hashes', async () => {
    const cut = await verify({ entries: all, lines: all.slice(0, 35) });
    expect(cut.finding).toEqual({ kind: 'truncated', leaf: 35 });
    const leaves = all.slice(0, 35).map((line) => leafHash(sha256, line));
    const both = await verify({ entries: all, lines: all.slice(0, 35), leaves });
    expect(both.finding).toBeUndefined();
    expect(both.isTreeWhole).toBe(false);
    expect(isGood(both)).toBe(false);
  });

  test('truncated with an older checkpoint that is genuine: only a trusted one tells', async () => {
    const older = all.slice(0, 35);
    expect(isGood(await verify({ entries: older }))).toBe(true);
    const report = await verify({ entries: older }, [await noteOf(key, all)]);
    expect(verdictsOf(report)).toEqual(['cut-off']);
    expect(isGood(report)).toBe(false);
  });

  test('edited together with its leaf hash: the chain names it, and the root is another', async () => {
    const lines = edit(8);
    const leaves = lines.map((line) => leafHash(sha256, line));
    const report = await verify({ entries: all, lines, leaves });
    expect(report.finding).toMatchObject({ kind: 'edited-before', leaf: 8, event: nameOf(8) });
    expect(report.isTreeWhole).toBe(false);
  });

  test('edited, the tree built and signed anew with the right key: still the chain', async () => {
    const report = await verify({ entries: edit(8) });
    expect(report.isTreeWhole).toBe(true);
    expect(report.finding).toMatchObject({ kind: 'edited-before', leaf: 8, event: nameOf(8) });
  });

  test('deleted, and the tree built and signed anew', async () => {
    const report = await verify({ entries: without(8) });
    expect(report.finding).toMatchObject({ kind: 'gap', leaf: 9 });
    expect(report.finding?.event).toMatchObject({ station: journals[0].station, seq: 6 });
    const firstEvent = await verify({ entries: without(0) });
    expect(firstEvent.finding).toMatchObject({ kind: 'gap', event: { seq: 2 } });
  });

  test('re-signed: chained and signed anew throughout. The next access of a member does not fit', async () => {
    const forged = rechained(journals[0], 5, { outcome: 'failure' });
    const lines = all.map((line, at) => (at % 2 === 0 ? forged[at / 2]?.canonical : line) ?? line);
    const report = await verify({ entries: lines }, [await noteOf(key, all.slice(0, 8))]);
    expect(report.isTreeWhole).toBe(true);
    expect(report.finding).toMatchObject({
      kind: 'unproven',
      reason: 'challenge',
      leaf: 20,
      event: { station: journals[0].station, seq: 11 },
    });
    expect(verdictsOf(report)).toEqual(['holds']);
  });

  test('re-signed behind the last access: only a trusted checkpoint tells', async () => {
    const forged = rechained(journals[0], 15, { outcome: 'failure' });
    const lines = all.map((line, at) => (at % 2 === 0 ? forged[at / 2]?.canonical : line) ?? line);
    expect(isGood(await verify({ entries: lines }))).toBe(true);
    const report = await verify({ entries: lines }, [
      await noteOf(key, all.slice(0, 28)),
      await noteOf(key, all.slice(0, 29)),
    ]);
    expect(report.finding).toBeUndefined();
    expect(verdictsOf(report)).toEqual(['holds', 'rewritten']);
    expect(isGood(report)).toBe(false);
  });

  test('an event with the right number after the wrong hash', async () => {
    const prev = entries[0]?.hash ?? '';
    const opening = journals[1].entries[0]?.event;
    if (opening === undefined) throw new Error('an event');
    const wrong = canonicalBytes({ ...opening, prev });
    expect((await verify({ entries: [wrong] })).finding).toMatchObject({ kind: 'gap', leaf: 0 });
    // It came early, and what it should follow is another event than the one that came.
    const [one, two, three] = journals[1].entries;
    if (!one || !two || !three) throw new Error('three events');
    const early = canonicalBytes({ ...three.event, prev });
    const report = await verify({ entries: [one.canonical, early, two.canonical] });
    expect(report.finding).toMatchObject({ kind: 'gap', leaf: 1, event: { seq: 3 } });
  });

  test('an event of the same place twice', async () => {
    const fork = journals[0].craft(
      { type: 'app.blocked' },
      { seq: 3, prev: entries[2]?.hash ?? '' },
    );
    const report = await verify({ entries: [...all, fork.canonical] });
    expect(report.finding).toMatchObject({ kind: 'fork', leaf: 40, event: { seq: 3 } });
  });

  test('an entry that is no event', async () => {
    const report = await verify({ entries: [...all, utf8('{"v":1}')] });
    expect(report.finding).toEqual({ kind: 'unreadable', leaf: 40 });
  });
});

describe('bodies that retention has removed', () => {
  const { journals, entries } = twoStations();
  const all = bytesOf(entries);
  const policy = {
    at: '2030-01-01T00:00:00.000Z',
    keepDays: 365,
    before: '2029-01-01T00:00:00.000Z',
  };
  const lineAt = (leaf: number) => {
    const { station = '', epoch = '', seq = 0 } = entries[leaf]?.event ?? {};
    return { leaf, entries: 1, station, epoch, seq };
  };
  /** The export without the bodies of some leaves; `record` is the last leaf. */
  const without = (gone: readonly number[], record: Uint8Array, lines = gone.map(lineAt)) => {
    const kept = all.filter((_, leaf) => !gone.includes(leaf));
    return { entries: [...all, record], lines: [...kept, record], removed: lines };
  };
  const record = (runs: readonly (readonly [number, number])[], change: Partial<Removal> = {}) =>
    removalBytes({
      ...policy,
      ...change,
      runs: runs.map(([leaf, count]) => ({ leaf, entries: count })),
    });

  test('are told, and the chains go on over them: at the begin, in the middle, before an access, at the end', async () => {
    const gone = [0, 1, 2, 7, 18, 19, 39];
    const report = await verify(
      without(
        gone,
        record([
          [0, 3],
          [7, 1],
          [18, 2],
          [39, 1],
        ]),
      ),
      [await noteOf(key, all.slice(0, 30))],
    );
    expect(report).toMatchObject({
      events: 40,
      removed: 7,
      journals: 2,
      accesses: 2,
      finding: undefined,
    });
    expect(verdictsOf(report)).toEqual(['holds']);
    expect(isGood(report)).toBe(true);
    const nothing = await verify(
      without(
        all.map((_, leaf) => leaf),
        record([[0, 40]]),
      ),
    );
    expect(nothing).toMatchObject({ events: 40, removed: 40, finding: undefined });
  });

  test('what is damaged behind them is still named', async () => {
    const whole = without([0, 1], record([[0, 2]]));
    const lines = whole.lines.map((line, at) =>
      at === 10 ? utf8(new TextDecoder().decode(line).replace('idle', 'button')) : line,
    );
    expect((await verify({ ...whole, lines })).finding).toMatchObject({ kind: 'edited', leaf: 12 });
    const less = whole.lines.filter((_, at) => at !== 10);
    expect((await verify({ ...whole, lines: less })).finding).toMatchObject({
      kind: 'deleted',
      leaf: 12,
      event: { seq: 7 },
    });
  });

  test('count for the journal and the place that the next event follows', async () => {
    const wrong = { ...lineAt(2), epoch: journals[1].epoch, station: journals[1].station };
    const report = await verify(without([2], record([[2, 1]]), [wrong]));
    expect(isGood(report)).toBe(false);
    const forged = rechained(journals[0], 3, { outcome: 'failure' })[2];
    const tree = all.map((line, leaf) => (leaf === 4 ? (forged?.canonical ?? line) : line));
    const other = await verify({
      entries: [...tree, record([[4, 1]])],
      lines: [...tree.filter((_, leaf) => leaf !== 4), record([[4, 1]])],
      removed: [lineAt(4)],
    });
    expect(other.finding).toMatchObject({ kind: 'edited-before', leaf: 4, event: { seq: 3 } });
  });

  test.each([
    ['nothing of it', [], 'removed-untold', 5],
    ['another one', [[6, 1]], 'removed-untold', 5],
    ['what is yet to come', [[5, 36]], 'unreadable', 40],
  ] as const)('a record that tells %s', async (_what, runs, kind, leaf) => {
    const told =
      runs.length === 0 ? journals[0].craft({ type: 'app.blocked' }).canonical : record(runs);
    expect((await verify(without([5], told))).finding).toMatchObject({ kind, leaf });
  });

  test('a record that breaks the policy that it names', async () => {
    const young = record([[5, 1]], { before: '2029-06-01T00:00:00.000Z' });
    expect((await verify(without([5], young))).finding).toEqual({ kind: 'unreadable', leaf: 40 });
  });
});

describe('accesses without PIN', () => {
  const inGrace = (change: Partial<AccessEvent> = {}) => {
    const journal = new TestJournal(randomUUID());
    journal.append({ type: 'station.started' });
    const pin = journal.access(person);
    journal.tap(person, pin, change);
    return { journal, all: bytesOf(journal.entries) };
  };

  test('are verified again as what they are', async () => {
    const report = await verify({ entries: inGrace().all });
    expect(report).toMatchObject({ accesses: 2, finding: undefined });
  });

  test.each<[string, Partial<AccessEvent>]>([
    ['too late', { mono: 130_000 }],
    ['longer than any policy gives', { detail: { pinSeq: 2, graceSeconds: 901 } }],
    ['after no access', { detail: { pinSeq: 1, graceSeconds: 120 } }],
    ['of another session', { session: randomUUID() }],
    ['after another start', { boot: randomUUID() }],
  ])('%s: found', async (_what, change) => {
    const report = await verify({ entries: inGrace(change).all });
    expect(report.finding).toMatchObject({ kind: 'unproven', reason: 'grace', leaf: 2 });
    const verdicts = [{ leaf: 2, verdict: 'unproven' as const, reason: 'grace' }];
    expect(isGood(await verify({ entries: inGrace(change).all, verdicts }))).toBe(true);
  });

  test('are not held to an access with PIN whose body was removed', async () => {
    const { journal, all } = inGrace();
    const record = removalBytes({
      at: '2030-01-01T00:00:00.000Z',
      keepDays: 365,
      before: '2029-01-01T00:00:00.000Z',
      runs: [{ leaf: 1, entries: 1 }],
    });
    const { station, epoch } = journal;
    const report = await verify({
      entries: [...all, record],
      lines: [...all.filter((_, leaf) => leaf !== 1), record],
      removed: [{ leaf: 1, entries: 1, station, epoch, seq: 2 }],
    });
    expect(report).toMatchObject({ accesses: 1, finding: undefined });
  });
});

describe('what the server has flagged itself is counted, not a failure', () => {
  test('a fork and a gap that were disputed; a gap that was filled later', async () => {
    const journal = new TestJournal(randomUUID());
    const [a, b, c] = [1, 2, 3].map(() => journal.append({ type: 'app.blocked' }));
    if (!a || !b || !c) throw new Error('three events');
    const fork = journal.craft({ type: 'app.crashed' }, { seq: 2, prev: a.hash });
    const lost = journal.craft({ type: 'app.crashed' }, { seq: 9 });
    const filled = await verify({ entries: bytesOf([a, c, b]) });
    expect(isGood(filled)).toBe(true);
    const entries = bytesOf([a, c, b, fork, lost]);
    const verdicts = [3, 4].map((leaf) => {
      return { leaf, verdict: 'disputed' as const, reason: 'chain-fork' };
    });
    const report = await verify({ entries, verdicts });
    expect(isGood(report)).toBe(true);
    expect(report).toMatchObject({ disputed: 2, events: 5, journals: 1 });
    const bare = journal.craft({ type: 'session.opened' }, { seq: 2, prev: a.hash });
    const access = await verify({
      entries: bytesOf([a, b, bare]),
      verdicts: [{ leaf: 2, verdict: 'disputed', reason: 'chain-fork' }],
    });
    expect(isGood(access)).toBe(true);
    const silent = await verify({ entries, verdicts: verdicts.slice(0, 1) });
    expect(silent.finding).toMatchObject({ kind: 'gap', leaf: 4, event: { seq: 9 } });
  });

  test('an access without a proof', async () => {
    const journal = new TestJournal(randomUUID());
    const session = randomUUID();
    const bare = journal.append({ type: 'session.opened', member: person.person, session });
    const entries = bytesOf([bare]);
    const finding = { kind: 'unproven', reason: 'proof-missing', leaf: 0, event: { seq: 1 } };
    expect((await verify({ entries })).finding).toMatchObject(finding);
    const verdicts = [{ leaf: 0, verdict: 'unproven' as const, reason: 'proof-missing' }];
    const report = await verify({ entries, verdicts });
    expect(report).toMatchObject({ unproven: 1, accesses: 0, finding: undefined });
  });

  test('the same proof twice, and a counter that goes back', async () => {
    const journal = new TestJournal(randomUUID());
    const one = makePersonKey(person.person);
    const known = [{ ...credentials[0], id: one.id, publicKey: one.publicKey }];
    const first = journal.access(one, { counter: 7 });
    const { proof } = first.event;
    if (proof === undefined) throw new Error('a proof');
    const again = journal.access(one, { proof });
    const back = new TestJournal(journal.station, journal.epoch);
    back.entries.push(first);
    const clone = back.access(one, { counter: 6 });
    const check = (entries: Entry[]) =>
      verify({ entries: bytesOf(entries), credentials: known as typeof credentials });
    expect((await check([first])).accesses).toBe(1);
    expect((await check([first, again])).finding).toMatchObject({ reason: 'nonce-used', leaf: 1 });
    expect((await check([first, clone])).finding).toMatchObject({ reason: 'counter', leaf: 1 });
  });
});

describe('the checkpoint', () => {
  const { entries } = twoStations();
  const all = bytesOf(entries);

  test('of another key, edited, or none', async () => {
    const note = await noteOf(key, all);
    const size = readCheckpoint(note.slice(0, note.indexOf('\n\n') + 1))?.size;
    expect(size).toBe(40);
    for (const [bad, fault] of [
      [await noteOf(makeLogKey(), all), 'not-signed'],
      [note.replace('\n40\n', '\n39\n'), 'bad-signature'],
      ['', 'not-a-note'],
    ] as const) {
      const report = await verify({ entries: all, note: bad });
      expect(isGood(report)).toBe(false);
      expect(report.checkpoint).toEqual({ ok: false, error: fault });
    }
    const lie = await noteOf(key, all, 'localhost/log', 41);
    expect(await verify({ entries: all, note: lie })).toMatchObject({ isTreeWhole: false });
  });

  test('a trusted checkpoint that the server never signed, or of another log', async () => {
    const report = await verify({ entries: all }, [
      await noteOf(makeLogKey(), all),
      await noteOf(key, all, 'localhost/other'),
    ]);
    expect(verdictsOf(report)).toEqual(['not-signed', 'other-log']);
    expect(isGood(report)).toBe(false);
  });
});

describe('a log that goes on under a new origin', () => {
  const { entries } = twoStations();
  const all = bytesOf(entries);
  const restored = all.slice(0, 30);
  const rootOfAll = () => {
    const tree = growTree(sha256);
    for (const entry of all) tree.append(leafHash(sha256, entry));
    return tree.root();
  };
  const at = new Date(0).toISOString();
  const record = (root = rootOfAll(), size = 40) =>
    continuationBytes({
      at,
      origin: 'localhost/two',
      before: 'localhost/log',
      after: { origin: 'localhost/log', size, root },
    });

  test('old checkpoints hold as far as the backup goes; later ones are known to be lost', async () => {
    const grown = { entries: [...restored, record(), ...all.slice(30)], origin: 'localhost/two' };
    const report = await verify(grown, [
      await noteOf(key, all.slice(0, 12)),
      await noteOf(key, all.slice(0, 35)),
      await noteOf(key, all),
      await noteOf(key, grown.entries.slice(0, 33), 'localhost/two'),
    ]);
    expect(report.events).toBe(40);
    expect(verdictsOf(report)).toEqual(['holds', 'lost-in-restore', 'lost-in-restore', 'holds']);
    expect(isGood(report)).toBe(true);
  });

  test('a continuation that hides what somebody saw', async () => {
    const origin = 'localhost/two';
    const [full] = [await noteOf(key, all)];
    const other = await verify({ entries: [...restored, record(sha256())], origin }, [full]);
    expect(verdictsOf(other)).toEqual(['rewritten']);
    const less = await verify({ entries: [...restored, record(sha256(), 39)], origin }, [full]);
    expect(verdictsOf(less)).toEqual(['cut-off']);
    const changed = [all[1], all[0], ...restored.slice(2), record()].map((one) => one ?? utf8(''));
    const early = await verify({ entries: changed, origin }, [await noteOf(key, all.slice(0, 12))]);
    expect(verdictsOf(early)).toEqual(['rewritten']);
  });
});

test('a station that had seen another tree says so in its own journal', async () => {
  const { entries, journals } = twoStations();
  const claim = (root: Uint8Array, size: number) =>
    journals[1].craft({
      type: 'ledger.witnessed',
      detail: { origin: 'localhost/log', size, root: toBase64(root) },
    });
  const tree = growTree(sha256);
  for (const entry of entries.slice(0, 17)) tree.append(leafHash(sha256, entry.canonical));
  const truth = await verify({ entries: bytesOf([...entries, claim(tree.root(), 17)]) });
  expect(truth.finding).toBeUndefined();
  expect(isGood(truth)).toBe(true);
  const lie = await verify({ entries: bytesOf([...entries, claim(tree.root(), 18)]) });
  expect(lie.finding).toMatchObject({
    kind: 'split-view',
    leaf: 40,
    event: { station: journals[1].station, seq: 21 },
  });
});

test('the command: 0 it holds, 1 it does not, 2 there is nothing to check', async () => {
  const { entries } = twoStations();
  const all = bytesOf(entries);
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-trusted-'));
  const trusted = path.join(folder, 'checkpoint');
  const run = (parts: Partial<ExportParts>, ...more: string[]) =>
    withExport({ key, credentials, entries: all, ...parts }, (export_) =>
      serverCommand('verify', export_, ...more),
    );

  const alone = await run({});
  expect(alone).toMatchObject({ code: 0, stderr: '' });
  expect(alone.stdout).toContain('No trusted checkpoint was given');
  expect(alone.stdout).toMatch(/\nVERIFIED\n$/);

  writeFileSync(trusted, await noteOf(key, all));
  const held = await run({}, '--checkpoint', trusted);
  expect(held.stdout).toContain(`Trusted checkpoint ${trusted} (40) holds`);
  expect(held.stdout).not.toContain('No trusted checkpoint');
  const cut = await run({ entries: all.slice(0, 30) }, `--checkpoint=${trusted}`);
  expect(cut).toMatchObject({ code: 1, stderr: '' });
  expect(cut.stdout).toContain(`(40) does not hold: this export lacks events`);
  expect(cut.stdout).toMatch(/\nNOT VERIFIED\n$/);

  const edited = await run({ lines: [utf8('{}'), ...all.slice(1)] });
  const { station, epoch } = entries[0]?.event ?? {};
  expect(edited.code).toBe(1);
  expect(edited.stdout).toContain(
    `FAILED: event 1 of station ${station}, epoch ${epoch}, at leaf 0: its bytes are not those`,
  );

  const missing = await run({}, '--checkpoint', path.join(folder, 'none'));
  expect(missing).toMatchObject({ code: 2, stdout: '' });
  expect(missing.stderr).toContain('--checkpoint is "');
  expect(await serverCommand('verify', folder)).toMatchObject({ code: 2, stdout: '' });
  rmSync(folder, { recursive: true });
});

test('a folder without an export is a sentence, not a verdict', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-export-'));
  const report = await verifyExport(folder, []);
  expect(report).toMatchObject({ ok: false, error: expect.stringContaining(folder) });
  rmSync(folder, { recursive: true });
});

test('lines of any length come back whole, with the leaf prefix before them', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-export-'));
  const file = path.join(folder, 'lines');
  const line = fc.oneof(
    fc
      .string({ minLength: 1, maxLength: 40, unit: 'grapheme' })
      .map((s) => s.replaceAll('\n', ' ')),
    fc.integer({ min: 65_000, max: 2_200_000 }).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.boolean(), (lines, ends) => {
      writeFileSync(file, lines.join('\n') + (ends && lines.length > 0 ? '\n' : ''));
      const read = Array.from(linesOf(file), ({ leaf, text }) => ({
        leaf: toHex(sha256(leaf)),
        text,
      }));
      expect(read).toEqual(
        lines.map((one) => ({
          leaf: toHex(leafHash(sha256, utf8(one))),
          text: Buffer.from(one).toString('latin1'),
        })),
      );
    }),
    { numRuns: 20 },
  );
  rmSync(folder, { recursive: true });
});

test('the fast tree is the tree', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-export-'));
  const file = path.join(folder, 'leaves');
  const leaves = someLeaves(9000);
  writeFileSync(file, Buffer.concat(leaves));
  const sizes = new Set([0, 1, 2, 3, 7, 255, 256, 257, 4095, 4096, 4097, 8999, 9000, 9001]);
  const expected = new Map<number, string>();
  const tree = growTree(sha256);
  expected.set(0, toHex(tree.root()));
  for (const leaf of leaves) {
    tree.append(leaf);
    if (sizes.has(tree.size)) expected.set(tree.size, toHex(tree.root()));
  }
  expect(rootsAt(file, sizes)).toEqual(expected);
  rmSync(folder, { recursive: true });
});
