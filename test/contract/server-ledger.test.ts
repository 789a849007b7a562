import { randomUUID, sign } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBase64url, toHex } from '../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import { readContinuation } from '../../common/continuation.ts';
import { growTree, leafHash } from '../../common/tree.ts';
import { verifyEd25519 } from '../../server/ed25519.ts';
import { checkpointFile } from '../../server/ledger/checkpoint-file.ts';
import { isContinued, renewalsIn } from '../../server/ledger/continuity.ts';
import { createPublisher } from '../../server/ledger/publisher.ts';
import { createSequencer } from '../../server/ledger/sequencer.ts';
import { type Store, openStore } from '../../server/store/store.ts';
import { openRaw } from '../support/database.ts';
import { type Lab, TestJournal, type TestStation, openLab, sha256 } from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
let folder: string;
beforeEach(async () => {
  // The ledger is driven by hand here.
  lab = await openLab({ runsLedger: false });
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-ledger-'));
  for (const name of ['a', 'b']) await mkdir(path.join(folder, name));
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

const publicKey = () => fromBase64url(lab.keys.publicJwk.x);

/** One server's part in the ledger, with a folder and, if need be, a connection of its own. */
function serverOf(
  name: string,
  more: { store?: Pick<Store, 'read' | 'write'>; beforeSigning?: () => Promise<void> } = {},
) {
  const { store = lab.store, beforeSigning = async () => undefined } = more;
  const alerts: unknown[] = [];
  const file = checkpointFile(path.join(folder, name));
  const publisher = createPublisher({ store, publicKey: publicKey(), file });
  const sequencer = createSequencer({
    store,
    publisher,
    publicKey: publicKey(),
    sign: async (message) => {
      await beforeSigning();
      return sign(null, message, lab.keys.signing);
    },
    now: () => lab.clock.ms,
    alert: (code, detail) => void alerts.push({ code, ...detail }),
  });
  return { ...sequencer, ...publisher, file, alerts };
}

const opened = (note: string | undefined): Checkpoint => {
  const checkpoint = openCheckpoint({ sha256, verify: verifyEd25519 }, note ?? '', publicKey());
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
};

const rootOf = (entries: readonly Uint8Array[]): string => {
  const tree = growTree(sha256);
  for (const entry of entries) tree.append(leafHash(sha256, entry));
  return toHex(tree.root());
};

/** Every entry of the tree, in its order. */
async function entriesOf(size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = [];
  for (const segment of await lab.store.read.segmentsBetween(0, size)) {
    if (segment.record !== null) entries.push(segment.record);
    for (const { canonical } of await lab.store.read.leavesOf(segment)) entries.push(canonical);
  }
  return entries;
}

/** Uploads events until there is nothing left to do for the sequencer. */
async function upload(count: number): Promise<void> {
  const batch = Array.from({ length: count }, () => journal.append({ type: 'app.blocked' }));
  expect((await station.upload(batch)).status).toBe(200);
}

async function settle(server: ReturnType<typeof serverOf>): Promise<Checkpoint> {
  while (await server.step());
  return opened(server.published()?.note);
}

/** Takes the tree back to its first `size` leaves, as a restored backup would have it; events stay. */
async function restore(backup: Awaited<ReturnType<typeof backUp>>): Promise<void> {
  const raw = openRaw(lab);
  await lab.store.write(async (tx) => {
    const { id: _, ...ledger } = backup.ledger;
    await tx.changeLedger({ ...ledger, term_ends: 0 });
    for (const [name, hashes] of backup.tiles) {
      const [level = 0, tile = 0] = name.split('/').map(Number);
      await tx.putTile(level, tile, hashes);
    }
  });
  await raw.deleteFrom('ledger_segments').where('leaf', '>=', backup.ledger.size).execute();
  await raw.destroy();
}

async function backUp() {
  const ledger = await lab.store.read.ledger();
  const tiles = new Map<string, Uint8Array>();
  for (const level of [0, 1]) {
    const hashes = await lab.store.read.tile(level, 0);
    if (hashes !== undefined) tiles.set(`${level}/0`, Uint8Array.from(hashes));
  }
  return { ledger, tiles };
}

test('every stored event is a leaf once, disputed ones too, in the order of their commits', async () => {
  const server = serverOf('.');
  await upload(3);
  const [first] = journal.entries;
  const fork = journal.craft({ type: 'app.crashed' }, { seq: 2, prev: first?.hash ?? '' });
  await station.upload([fork]);
  await station.upload([fork]);
  const late = [1, 2, 3].map(() => journal.append({ type: 'app.blocked' }));
  await station.upload(late.slice(1));
  await station.upload(late);
  const more = [1, 2, 3].map(() => journal.append({ type: 'app.blocked' }));
  await station.upload(more.slice(1, 2));
  await station.upload(more);

  const checkpoint = await settle(server);
  const entries = await entriesOf(checkpoint.size);
  const [a, b, c, d, e, f] = [...late, ...more].map(({ canonical }) => Buffer.from(canonical));
  expect(entries.map((entry) => Buffer.from(entry))).toEqual([
    ...journal.entries.slice(0, 3).map(({ canonical }) => Buffer.from(canonical)),
    Buffer.from(fork.canonical),
    b,
    c,
    a,
    e,
    d,
    f,
  ]);
  expect(checkpoint.size).toBe(10);
  expect(toHex(checkpoint.root)).toBe(rootOf(entries));
  expect(checkpoint.origin).toMatch(/^localhost\/wardlock\/[a-z2-7]{16}$/);
  // Nothing more to do, and nothing is written for it.
  const before = await lab.store.read.ledger();
  expect(await server.step()).toBe(false);
  expect(await lab.store.read.ledger()).toEqual(before);
});

test('the tree grows over tile borders step by step, and is the same tree', async () => {
  const server = serverOf('.');
  for (const count of [255, 1, 1, 300, 1000, 1000]) {
    await upload(count);
    const { size, root } = await settle(server);
    expect(size).toBe(journal.entries.length);
    expect(toHex(root)).toBe(rootOf(journal.entries.map(({ canonical }) => canonical)));
  }
});

test('a long backlog is taken in several steps', async () => {
  const server = serverOf('.');
  for (let batch = 0; batch < 21; batch++) await upload(1000);
  expect(await server.step()).toBe(true);
  expect(server.published()?.checkpoint.size).toBe(20_000);
  const { size, root } = await settle(server);
  expect(size).toBe(21_000);
  expect(toHex(root)).toBe(rootOf(journal.entries.map(({ canonical }) => canonical)));
});

test('events that were stored before there was a ledger come into it', async () => {
  await upload(5);
  await lab.store.write(async (tx) => {
    for (const { id } of await tx.waitingSegments(10)) await tx.placeSegment(id, 0);
    await tx.placeSegment(1, 99);
    await tx.addSegments([{ station: station.id, epoch: journal.epoch, first_seq: 1, entries: 5 }]);
  });
  const server = serverOf('.');
  const { size, root } = await settle(server);
  expect(size).toBe(5);
  // One that is missing by now is not passed over.
  await lab.store.write((tx) =>
    tx.addSegments([{ station: station.id, epoch: journal.epoch, first_seq: 5, entries: 2 }]),
  );
  await expect(server.step()).rejects.toThrow('has 1 of 2 events');
  expect(toHex(root)).toBe(rootOf(journal.entries.map(({ canonical }) => canonical)));
});

test('a checkpoint is in the file before it is published', async () => {
  await upload(2);
  const writing: string[] = [];
  const { store } = lab;
  const file = {
    read: async () => undefined,
    write: async (note: string) => {
      expect(publisher.published()).toBeUndefined();
      writing.push(note);
    },
  };
  const publisher = createPublisher({ store, publicKey: publicKey(), file });
  await settle(serverOf('.'));
  expect(await publisher.publish()).toBe(true);
  expect(publisher.published()?.note).toBe(writing[0]);
  const failing = createPublisher({
    store,
    publicKey: publicKey(),
    file: { ...file, write: () => Promise.reject(new Error('disk full')) },
  });
  await expect(failing.publish()).rejects.toThrow('disk full');
  expect(failing.published()).toBeUndefined();
});

describe('two servers on one database', () => {
  let otherStore: Store;
  beforeEach(async () => {
    otherStore = await openStore({ data: lab.data, database: lab.database });
  });
  afterEach(() => otherStore.close());

  /** Resolves when the other side has come here, and holds it until told. */
  function gate() {
    let arrive = (): void => undefined;
    let open = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const opening = new Promise<void>((resolve) => (open = resolve));
    const pass = () => {
      arrive();
      return opening;
    };
    return { pass, arrived, open: () => open() };
  }

  const endTerm = () => lab.store.write((tx) => tx.changeLedger({ term_ends: 0 }));

  test('one grows the tree, the other shows it too, from its own file', async () => {
    const [a, b] = [serverOf('a'), serverOf('b', { store: otherStore })];
    await upload(3);
    const first = await settle(a);
    expect(await settle(b)).toEqual(first);
    expect(opened(await b.file.read())).toEqual(first);
    await upload(4);
    // The term is the first one's: the other leaves the events alone.
    expect((await settle(b)).size).toBe(3);
    expect((await settle(a)).size).toBe(7);
    await a.release();
    await upload(1);
    expect((await settle(b)).size).toBe(8);
    expect((await settle(a)).size).toBe(8);
  });

  test('one that is paused mid-signing never makes a second checkpoint of one size', async () => {
    const signed = new Map<string, Set<string>>();
    const { pass, arrived, open } = gate();
    let isHeld = true;
    const a = serverOf('a', {
      beforeSigning: () => (isHeld ? pass() : Promise.resolve()),
    });
    const b = serverOf('b', { store: otherStore });
    const note = (text: string | null | undefined) => {
      const { origin, size, root } = opened(text ?? undefined);
      const name = `${origin} ${size}`;
      signed.set(name, (signed.get(name) ?? new Set()).add(toHex(root)));
    };

    await upload(3);
    const paused = a.step();
    await arrived;
    await upload(4);
    await endTerm();
    await settle(b);
    note(b.published()?.note);
    await upload(5);
    await settle(b);
    note(b.published()?.note);
    const { note: newest } = await lab.store.read.ledger();

    isHeld = false;
    open();
    await paused;
    expect((await lab.store.read.ledger()).note).toBe(newest);
    note(a.published()?.note);
    expect(opened(a.published()?.note).size).toBe(12);
    await upload(1);
    // It is not its term: it may look on.
    await a.step();
    expect((await lab.store.read.ledger()).size).toBe(12);
    for (const roots of signed.values()) expect(roots.size).toBe(1);
    const { root } = await settle(b);
    expect(toHex(root)).toBe(rootOf(journal.entries.map(({ canonical }) => canonical)));
  });

  test('nor does one that wakes up over a database that was put back meanwhile', async () => {
    const [gateA, gateB] = [gate(), gate()];
    const held = new Set<string>();
    const a = serverOf('a', {
      beforeSigning: () => (held.has('a') ? gateA.pass() : Promise.resolve()),
    });
    const b = serverOf('b', { store: otherStore, beforeSigning: gateB.pass });
    await upload(3);
    await settle(a);
    const backup = await backUp();
    await upload(4);
    held.add('a');
    const first = a.step();
    await gateA.arrived;
    await restore(backup);
    await upload(6);
    const second = b.step();
    await gateB.arrived;
    gateA.open();
    await first;
    expect((await lab.store.read.ledger()).note).toBe(backup.ledger.note);
    expect(a.published()?.checkpoint.size).toBe(3);
    gateB.open();
    await second;
    expect(b.published()?.checkpoint.size).toBe(9);
  });

  test('one that ends does not end the term of the other', async () => {
    const [a, b] = [serverOf('a'), serverOf('b', { store: otherStore })];
    await upload(1);
    await settle(a);
    await endTerm();
    await upload(1);
    await settle(b);
    await a.release();
    expect((await lab.store.read.ledger()).term_ends).toBeGreaterThan(0);
    await b.release();
    expect((await lab.store.read.ledger()).term_ends).toBe(0);
  });

  test('one that is paused before its transaction finds that its term is over', async () => {
    const { pass, arrived, open } = gate();
    let isHeld = false;
    const slow: Pick<Store, 'read' | 'write'> = {
      read: otherStore.read,
      write: async (work) => {
        if (isHeld) await pass();
        return otherStore.write(work);
      },
    };
    const [a, b] = [serverOf('a', { store: slow }), serverOf('b')];
    await upload(3);
    await settle(a);
    await upload(4);
    isHeld = true;
    const paused = a.step();
    await arrived;
    await endTerm();
    await settle(b);
    await upload(2);
    isHeld = false;
    open();
    await paused;
    expect((await lab.store.read.ledger()).size).toBe(7);
    expect((await settle(b)).size).toBe(9);
  });

  test('both at once, again and again: each event once, each size one root', async () => {
    const servers = [serverOf('a'), serverOf('b', { store: otherStore })];
    const roots = new Map<number, string>();
    for (let round = 0; round < 30; round++) {
      await upload(1 + (round % 7));
      await endTerm();
      await Promise.all(servers.map((server) => server.step()));
      for (const server of servers) {
        const note = server.published()?.note;
        if (note === undefined) continue;
        const { size, root } = opened(note);
        expect(roots.get(size) ?? toHex(root)).toBe(toHex(root));
        roots.set(size, toHex(root));
      }
    }
    await endTerm();
    const [first] = servers;
    if (first === undefined) throw new Error('a server');
    const { size, root } = await settle(first);
    expect(size).toBe(journal.entries.length);
    expect(toHex(root)).toBe(rootOf(await entriesOf(size)));
    expect(await entriesOf(size)).toHaveLength(size);
  });
});

describe('a database that was put back to an earlier state', () => {
  test('goes on under a new origin whose first leaf names what was shown', async () => {
    const server = serverOf('.');
    await upload(5);
    const early = await settle(server);
    const backup = await backUp();
    await upload(4);
    const late = await settle(server);
    await restore(backup);

    const again = serverOf('.');
    const renewed = await settle(again);
    expect(renewed.origin).not.toBe(late.origin);
    expect(renewed.size).toBe(6);
    const entries = await entriesOf(6);
    const record = readContinuation(Buffer.from(entries[5] ?? new Uint8Array()).toString('utf8'));
    expect(record).toMatchObject({ origin: renewed.origin, after: late });
    expect(toHex(renewed.root)).toBe(rootOf(entries));
    expect(rootOf(entries.slice(0, 5))).toBe(toHex(early.root));
    expect(again.alerts).toEqual([{ code: 'ledger-restored', from: late.origin, lost: 4 }]);
    await again.release();
    // Once: the new origin is what was shown last from now on.
    await upload(1);
    expect(await settle(serverOf('.'))).toMatchObject({ origin: renewed.origin, size: 7 });
  });

  test('also while the server runs, and also with other events since then', async () => {
    const server = serverOf('.');
    await upload(5);
    await settle(server);
    const backup = await backUp();
    await upload(2);
    const late = await settle(server);
    await restore(backup);
    await upload(9);
    const renewed = await settle(server);
    expect(renewed.origin).not.toBe(late.origin);
    expect(toHex(renewed.root)).toBe(rootOf(await entriesOf(renewed.size)));
    expect(renewed.size).toBe(15);
  });

  test('a second server whose file is older takes the new origin over', async () => {
    const [a, b] = [serverOf('a'), serverOf('b')];
    await upload(5);
    await settle(a);
    await settle(b);
    const backup = await backUp();
    await upload(2);
    await settle(a);
    await restore(backup);
    await a.release();
    const renewed = await settle(serverOf('a'));
    expect(await settle(b)).toEqual(renewed);
    expect(b.alerts).toEqual([]);
  });

  test('one whose leaves were changed is neither continued nor shown', async () => {
    const server = serverOf('.');
    await upload(5);
    await settle(server);
    const before = server.published();
    const tile = Uint8Array.from((await lab.store.read.tile(0, 0)) ?? []);
    tile[40] = (tile[40] ?? 0) ^ 1;
    await lab.store.write((tx) => tx.putTile(0, 0, tile));
    const row = await lab.store.read.ledger();
    await upload(1);
    await expect(server.step()).rejects.toThrow('not the one that was shown');
    expect(await lab.store.read.ledger()).toEqual(row);
    expect(server.published()).toBe(before);
  });

  test('twice, with the first new origin lost: old checkpoints are still provable', async () => {
    await upload(5);
    const first = serverOf('.');
    const early = await settle(first);
    const backup = await backUp();
    await upload(4);
    await settle(first);
    await restore(backup);
    const lost = await settle(serverOf('.'));
    await restore(backup);
    const now = await settle(serverOf('.'));
    expect(new Set([early.origin, lost.origin, now.origin]).size).toBe(3);
    expect(await renewalsIn(lab.store.read)).toMatchObject([
      { leaf: 5, origin: now.origin, before: early.origin, after: lost },
    ]);
    expect(await isContinued(lab.store.read, early, now)).toBe(true);
    expect(await isContinued(lab.store.read, lost, now)).toBe(true);
  });

  test('a file that this server did not sign stops the ledger, and nothing is shown', async () => {
    await upload(1);
    await settle(serverOf('.'));
    const file = path.join(folder, 'ledger-checkpoint');
    const note = await readFile(file, 'utf8');
    await writeFile(file, note.replace('\n1\n', '\n0\n'));
    const server = serverOf('.');
    await upload(1);
    await expect(server.step()).rejects.toThrow('not of this server');
    expect(server.published()).toBeUndefined();
    expect((await lab.store.read.ledger()).size).toBe(1);
  });
});

test('a running server shows each event under a checkpoint, and ends in order', async () => {
  const running = await openLab();
  const paired = await running.pairedStation();
  const own = new TestJournal(paired.id, randomUUID());
  await paired.upload([1, 2, 3].map(() => own.append({ type: 'app.blocked' })));
  let size = 0;
  while (size < 3) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const note = await checkpointFile(running.data).read();
    size = Number(note?.split('\n')[1] ?? 0);
  }
  expect(size).toBe(3);
  await running.ledger.close();
  expect((await running.store.read.ledger()).term_ends).toBe(0);
  await running.close();
});
