// What only several servers on one PostgreSQL can get wrong. Each store here has connections of its own.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ed25519Jwk } from '../../common/wire.ts';
import { loadKeys } from '../../server/keys.ts';
import { createPairingCode, pairStation } from '../../server/pairing.ts';
import { seed } from '../../server/seed.ts';
import { StoreRefusal } from '../../server/store/failure.ts';
import { type Store, openStore } from '../../server/store/store.ts';
import { emptyDatabase, openRaw } from '../support/database.ts';
import { makePostgres } from '../support/postgres.ts';
import { makePractice } from './server-lab.ts';

let data: string;
let database: string;
let stores: Store[];
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-stores-'));
  database = (await emptyDatabase()) ?? '';
  stores = [];
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(data, { recursive: true });
});

async function open(address = database): Promise<Store> {
  const store = await openStore({ data, database: address });
  stores.push(store);
  return store;
}

/** Opens when this many have come to it, and stays open. */
function gate(count: number): () => Promise<void> {
  let missing = count;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (--missing === 0) open();
    await opened;
  };
}

test('of two transactions in a deadlock the ended one is tried again', async () => {
  const [here, there] = [await open(), await open()];
  const bothHaveOne = gate(2);
  let tries = 0;
  const count = (store: Store, first: number, second: number) =>
    store.write(async (tx) => {
      tries++;
      await tx.countAccesses(first, 0, 1);
      await bothHaveOne();
      await tx.countAccesses(second, 0, 1);
    });
  await Promise.all([count(here, 1, 2), count(there, 2, 1)]);
  expect(tries).toBe(3);
  expect((await here.read.accessCounts(1, 3)).map(({ accesses }) => accesses)).toEqual([2, 2]);
});

test('a transaction that cannot be put in an order is tried again', async () => {
  const raw = openRaw({ data, database });
  const name = sql.ref(new URL(database).pathname.slice(1));
  await sql`alter database ${name} set default_transaction_isolation = 'serializable'`.execute(raw);
  await raw.destroy();
  const [here, there] = [await open(), await open()];
  const bothHaveRead = gate(2);
  let tries = 0;
  const double = (store: Store) =>
    store.write(async (tx) => {
      tries++;
      const [before] = await tx.accessCounts(1, 2);
      await bothHaveRead();
      await tx.countAccesses(1, 0, (before?.accesses ?? 0) + 1);
    });
  await Promise.all([double(here), double(there)]);
  expect(tries).toBeGreaterThan(2);
  // One after the other: 1, then 1 + (1 + 1).
  expect(await here.read.accessCounts(1, 2)).toEqual([{ quarter: 1, accesses: 3 }]);
});

test('what fails for another reason fails at once', async () => {
  const store = await open();
  let tries = 0;
  const failed = store.write(async (tx) => {
    tries++;
    await tx.addPairingCode({
      id: 'c',
      secret_hash: Buffer.from('c'),
      group_name: 'none',
      uses: 1,
      used: 0,
      expires_at: '',
      created_at: '',
    });
  });
  await expect(failed).rejects.toThrow('foreign key');
  expect(tries).toBe(1);
});

test('a pairing code is used no oftener than it may, whichever servers are asked', async () => {
  const [here, there] = [await open(), await open()];
  const keys = await loadKeys(data);
  const now = Date.now();
  await seed(here, keys, makePractice().practice, now);
  const wanted = { group: 'ICU North', uses: 3, hours: 1, approved: true, now };
  const code = await createPairingCode(here, keys, wanted);
  if (!code.ok) throw new Error('no such group');
  const outcomes = await Promise.all(
    Array.from({ length: 12 }, (_, n) => {
      const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
      const { kty, crv, x } = jwk;
      return pairStation(n % 2 === 0 ? here : there, {
        secret: code.value.slice(0, 16),
        name: `station ${n}`,
        publicKey: ed25519Jwk.parse({ kty, crv, x }),
        thumbprint: randomUUID(),
        now,
      });
    }),
  );
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(3);
  expect(outcomes.filter((one) => !one.ok && one.error === 'pairing-code-used')).toHaveLength(9);
  expect(await there.read.stations()).toHaveLength(3);
  expect((await there.read.pairingCodes())[0]?.used).toBe(3);
});

test('a nonce is spent once, whichever servers are asked', async () => {
  const [here, there] = [await open(), await open()];
  for (let n = 0; n < 20; n++) {
    const outcomes = await Promise.all(
      [here, there, here, there].map((store) => store.nonces.spend(`nonce ${n}`, 1)),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  }
});

test('a commit is heard by the other servers, a failure by nobody', async () => {
  const [here, there] = [await open(), await open()];
  const heard = { here: [] as string[], there: [] as string[] };
  here.notices.listen((hint) => void heard.here.push(hint));
  const deaf = there.notices.listen((hint) => void heard.there.push(hint));
  await expect(
    here.write(async (tx) => {
      tx.announce('failed');
      throw new Error('on purpose');
    }),
  ).rejects.toThrow('on purpose');
  await here.write(async (tx) => tx.announce('first'));
  // In their order, so nothing of the failure comes later.
  await vi.waitFor(() => expect(heard).toEqual({ here: ['first'], there: ['first'] }), 60_000);
  deaf();
  await there.write(async (tx) => tx.announce('second'));
  await vi.waitFor(() => expect(heard.here).toEqual(['first', 'second']), 60_000);
  expect(heard.there).toEqual(['first']);
});

test('a command that writes and closes at once is heard', async () => {
  const heard: string[] = [];
  (await open()).notices.listen((hint) => void heard.push(hint));
  const command = await openStore({ data, database });
  for (const hint of ['one', 'two', 'one', 'three']) {
    await command.write(async (tx) => tx.announce(hint));
  }
  await command.close();
  await vi.waitFor(() => expect(new Set(heard)).toEqual(new Set(['one', 'two', 'three'])), 60_000);
});

const isRefused = (message: string) => message.includes('ECONNREFUSED');

test('notices come again after the database was away', { timeout: 300_000 }, async () => {
  const postgres = await makePostgres();
  try {
    const address = await postgres.database();
    const here = await open(address);
    const failures: string[] = [];
    const there = await openStore({ data, database: address }, ({ message }) => {
      failures.push(message);
    });
    stores.push(there);
    const heard: string[] = [];
    there.notices.listen((hint) => void heard.push(hint));
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      await postgres.stop(signal);
      await expect(here.write(async (tx) => tx.announce('away'))).rejects.toThrow();
      failures.length = 0;
      // It tries again, and again when that fails.
      await vi.waitFor(() => expect(failures.filter(isRefused).length).toBeGreaterThan(1), 60_000);
      await postgres.start();
      heard.length = 0;
      // Until the listener is back, hints are lost: that is what they are.
      await vi.waitFor(
        async () => {
          await here.write(async (tx) => tx.announce('back'));
          expect(heard).toContain('back');
        },
        { timeout: 120_000, interval: 200 },
      );
    }
    await Promise.all(stores.splice(0).map((store) => store.close()));
  } finally {
    await postgres.remove();
  }
});

test.each([
  ['another password', { password: 'not-this-one' }, /password authentication failed/],
  ['no such database', { pathname: 'nowhere' }, /database "nowhere" does not exist/],
  ['nobody there', { port: '1' }, /ECONNREFUSED/],
])('%s is said in a sentence, without the password', async (_name, change, why) => {
  const address = Object.assign(new URL(database), change);
  const failure = await openStore({ data, database: address.href }).catch(
    (error: unknown) => error,
  );
  if (!(failure instanceof StoreRefusal)) throw new Error('it did not refuse', { cause: failure });
  const place = `The database ${address.pathname.slice(1)} at ${address.host} cannot be opened: `;
  expect(failure.message.startsWith(place)).toBe(true);
  expect(failure.message).toMatch(why);
  expect(failure.message).not.toContain(address.password);
});
