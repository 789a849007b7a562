import { type Insertable, type Kysely, sql } from 'kysely';
import type { Practice } from '../practice.ts';
import type { Dialect } from './dialect.ts';
import { insertMany } from './insert-many.ts';
import type { HeadRow, PairingCodeRow } from './reader.ts';
import type { Schema } from './schema.ts';

export type NewEvent = Insertable<Schema['events']>;
export type NewProof = Insertable<Schema['proofs']>;

export interface StoreWriter {
  /** The station's head, which nobody else moves before this transaction has ended. */
  lockHead(station: string): Promise<HeadRow | undefined>;
  /** What these credentials have shown so far stays so until this transaction has ended. */
  lockCredentials(ids: readonly string[]): Promise<void>;
  /** The pairing codes, none of which is used by anybody else before this transaction has ended. */
  lockPairingCodes(): Promise<readonly PairingCodeRow[]>;
  /** Says to whoever listens at `store.notices`, here and in other processes, that this was committed. */
  announce(hint: string): void;
  addPractice(practice: Practice, digest: string): Promise<void>;
  addSnapshot(row: Insertable<Schema['snapshots']>): Promise<void>;
  addPairingCode(row: Insertable<Schema['pairing_codes']>): Promise<void>;
  /** Takes one use of a pairing code. */
  usePairingCode(id: string): Promise<void>;
  /** A station and its head row, at once: two first uploads never meet without it. */
  addStation(row: Insertable<Schema['stations']>, head: Insertable<Schema['heads']>): Promise<void>;
  updateStation(
    id: string,
    change: Pick<Schema['stations'], 'name' | 'group_name' | 'pairing_code' | 'paired_at'>,
  ): Promise<void>;
  addEvents(rows: readonly NewEvent[]): Promise<void>;
  /** Stores events that do not fit the chain; one that is there already stays as it is. */
  addDisputed(rows: readonly NewEvent[]): Promise<void>;
  /** Takes a disputed row away because the same bytes are about to be stored as accepted. */
  removeDisputed(station: string, epoch: string, hashes: readonly string[]): Promise<void>;
  moveHead(head: Insertable<Schema['heads']>): Promise<void>;
  addProofs(rows: readonly NewProof[]): Promise<void>;
  /** Stations spread over the shards, so that they do not wait for one another. */
  countAccesses(quarter: number, shard: number, accesses: number): Promise<void>;
}

export function createWriter(
  db: Kysely<Schema>,
  dialect: Dialect,
  announce: (hint: string) => void,
): StoreWriter {
  const { oneOf, forUpdate } = dialect;
  return {
    lockHead: (station) =>
      db
        .selectFrom('heads')
        .selectAll()
        .where('station', '=', station)
        .modifyEnd(forUpdate)
        .executeTakeFirst(),
    lockCredentials: async (ids) =>
      void (await db
        .selectFrom('credentials')
        .select('id')
        .where(oneOf('id', ids))
        // One order for everybody: two that lock the same two never wait for each other.
        .orderBy('id')
        .modifyEnd(forUpdate)
        .execute()),
    lockPairingCodes: () =>
      db.selectFrom('pairing_codes').selectAll().orderBy('id').modifyEnd(forUpdate).execute(),
    announce,
    addPractice: (practice, digest) => addPractice(db, practice, digest),
    addSnapshot: async (row) => void (await db.insertInto('snapshots').values(row).execute()),
    addPairingCode: async (row) =>
      void (await db.insertInto('pairing_codes').values(row).execute()),
    usePairingCode: async (id) =>
      void (await db
        .updateTable('pairing_codes')
        .set((eb) => ({ used: eb('used', '+', 1) }))
        .where('id', '=', id)
        .execute()),
    async addStation(row, head) {
      await db.insertInto('stations').values(row).execute();
      await db.insertInto('heads').values(head).execute();
    },
    updateStation: async (id, change) =>
      void (await db.updateTable('stations').set(change).where('id', '=', id).execute()),
    addEvents: (rows) => insertMany(db, dialect, 'events', eventColumns, rows),
    async addDisputed(rows) {
      for (const row of rows) {
        await db
          .insertInto('events')
          .values(row)
          .onConflict((oc) => oc.columns(['station', 'epoch', 'seq', 'hash']).doNothing())
          .execute();
      }
    },
    removeDisputed: async (station, epoch, hashes) =>
      void (
        hashes.length > 0 &&
        (await db
          .deleteFrom('events')
          .where('station', '=', station)
          .where('epoch', '=', epoch)
          .where(oneOf('hash', hashes))
          .where('verdict', '=', 'disputed')
          .execute())
      ),
    moveHead: async ({ station, ...head }) =>
      void (await db.updateTable('heads').set(head).where('station', '=', station).execute()),
    addProofs: (rows) => insertMany(db, dialect, 'proofs', proofColumns, rows),
    countAccesses: async (quarter, shard, accesses) =>
      void (await db
        .insertInto('access_counts')
        .values({ quarter, shard, accesses })
        .onConflict((oc) =>
          oc
            .columns(['quarter', 'shard'])
            .doUpdateSet({ accesses: sql`access_counts.accesses + excluded.accesses` }),
        )
        .execute()),
  };
}

const eventColumns = [
  'station',
  'epoch',
  'seq',
  'hash',
  'type',
  'received_at',
  'verdict',
  'reason',
  'canonical',
  'at',
  'outcome',
  'member',
] as const satisfies readonly (keyof NewEvent)[];

const proofColumns = [
  'nonce',
  'credential',
  'counter',
  'station',
  'epoch',
  'seq',
] as const satisfies readonly (keyof NewProof)[];

async function addPractice(db: Kysely<Schema>, practice: Practice, digest: string): Promise<void> {
  await db
    .insertInto('practice')
    .values({ id: 1, name: practice.practice, rp_id: practice.rpId, digest })
    .execute();
  for (const group of practice.groups) {
    await db
      .insertInto('station_groups')
      .values({
        name: group.name,
        policy: JSON.stringify(group.policy),
        apps: JSON.stringify(group.apps),
      })
      .execute();
  }
  for (const member of practice.members) {
    await db
      .insertInto('members')
      .values({
        id: member.id,
        given_name: member.givenName,
        family_name: member.familyName,
        title: member.title ?? null,
        role: member.role,
        active: member.active ? 1 : 0,
        console_roles: JSON.stringify(member.administrator ? ['administrator'] : []),
      })
      .execute();
  }
  for (const credential of practice.credentials) {
    await db
      .insertInto('credentials')
      .values({
        id: credential.id,
        member: credential.member,
        public_key: credential.publicKey,
        user_handle: credential.userHandle,
        counter: credential.counter,
        active: credential.active ? 1 : 0,
      })
      .execute();
  }
}
