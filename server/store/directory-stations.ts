import type { Kysely, Selectable } from 'kysely';
import type { Alert } from '../domain/directory-alerts.ts';
import type { Schema } from './schema.ts';

export type AlertRow = Selectable<Schema['alerts']>;
export type Standing = Selectable<Schema['stations']>['standing'];
export type BootRow = Pick<Schema['station_boots'], 'boot' | 'first_seen_at'>;
export type DisputeRow = Selectable<Schema['disputes']>;

export interface StationsReader {
  /** Stations on whose screen this member's session is, by their own events. */
  openScreens(member: string): Promise<readonly { station: string; epoch: string | null }[]>;
  /** Canonical bytes of an epoch's newest access that is in its chain. */
  newestAccess(station: string, epoch: string): Promise<Uint8Array | undefined>;
  revokedStations(): Promise<readonly string[]>;
  isRevokedKey(thumbprint: string): Promise<boolean>;
  /** The start of the station's agent that began last. */
  newestBoot(station: string): Promise<BootRow | undefined>;
  boot(station: string, boot: string): Promise<BootRow | undefined>;
  /** Newest first. */
  alerts(query: { readonly open: boolean; readonly limit: number }): Promise<readonly AlertRow[]>;
  /** Disputes of a station that nobody has approved a new epoch for. */
  openDisputes(station: string): Promise<readonly DisputeRow[]>;
  disputes(station: string): Promise<readonly DisputeRow[]>;
}

export interface StationsWriter {
  setStanding(station: string, standing: Standing): Promise<void>;
  /** The station's key is never taken again. */
  revokeKey(thumbprint: string, station: string, at: string): Promise<void>;
  /** A revoked station comes back with another key. */
  replaceKey(station: string, key: { thumbprint: string; public_key: string }): Promise<void>;
  addBoot(station: string, boot: string, at: string): Promise<void>;
  /** Those that were not there before. */
  addAlerts(alerts: readonly Alert[], at: string): Promise<readonly Alert[]>;
  /** How many were open and are acknowledged now; without an id, all. */
  acknowledgeAlerts(id: string | undefined, who: string, at: string): Promise<number>;
  addDispute(station: string, epoch: string, reason: string, at: string): Promise<void>;
  /** Ends the dispute over an epoch that has no disputed event left: what was missing has come. */
  settleDispute(station: string, epoch: string): Promise<void>;
  approveEpoch(station: string, who: string, at: string): Promise<number>;
}

export function stationsReader(db: Kysely<Schema>): StationsReader {
  return {
    openScreens: (member) =>
      db
        .selectFrom('heads')
        .select(['station', 'epoch'])
        .where('member', '=', member)
        .where('screen', '=', 'open')
        .execute(),
    async newestAccess(station, epoch) {
      const row = await db
        .selectFrom('events')
        .select('canonical')
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        .where('type', 'in', ['session.opened', 'session.resumed'])
        .where('verdict', '!=', 'disputed')
        .where('at', '>', '')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.canonical;
    },
    revokedStations: async () =>
      (
        await db.selectFrom('stations').select('id').where('standing', '=', 'revoked').execute()
      ).map(({ id }) => id),
    isRevokedKey: async (thumbprint) =>
      (await db
        .selectFrom('revoked_keys')
        .select('station')
        .where('thumbprint', '=', thumbprint)
        .executeTakeFirst()) !== undefined,
    newestBoot: (station) =>
      db
        .selectFrom('station_boots')
        .select(['boot', 'first_seen_at'])
        .where('station', '=', station)
        .orderBy('first_seen_at', 'desc')
        .limit(1)
        .executeTakeFirst(),
    boot: (station, boot) =>
      db
        .selectFrom('station_boots')
        .select(['boot', 'first_seen_at'])
        .where('station', '=', station)
        .where('boot', '=', boot)
        .executeTakeFirst(),
    alerts({ open, limit }) {
      const all = db.selectFrom('alerts').selectAll();
      return (open ? all.where('acknowledged_at', 'is', null) : all)
        .orderBy('at', 'desc')
        .orderBy('id')
        .limit(limit)
        .execute();
    },
    openDisputes: (station) =>
      db
        .selectFrom('disputes')
        .selectAll()
        .where('station', '=', station)
        .where('approved_at', 'is', null)
        .execute(),
    disputes: (station) =>
      db.selectFrom('disputes').selectAll().where('station', '=', station).orderBy('at').execute(),
  };
}

export function stationsWriter(db: Kysely<Schema>): StationsWriter {
  return {
    setStanding: async (station, standing) =>
      void (await db.updateTable('stations').set({ standing }).where('id', '=', station).execute()),
    revokeKey: async (thumbprint, station, at) =>
      void (await db
        .insertInto('revoked_keys')
        .values({ thumbprint, station, revoked_at: at })
        .onConflict((oc) => oc.doNothing())
        .execute()),
    replaceKey: async (station, key) =>
      void (await db.updateTable('stations').set(key).where('id', '=', station).execute()),
    addBoot: async (station, boot, at) =>
      void (await db
        .insertInto('station_boots')
        .values({ station, boot, first_seen_at: at })
        .onConflict((oc) => oc.doNothing())
        .execute()),
    async addAlerts(alerts, at) {
      const fresh: Alert[] = [];
      for (const alert of alerts) {
        const { id, kind, reason, station, epoch, seq, member } = alert;
        const { numInsertedOrUpdatedRows } = await db
          .insertInto('alerts')
          .values({
            id,
            at,
            kind,
            reason: reason ?? null,
            station,
            epoch: epoch ?? null,
            seq: seq ?? null,
            member: member ?? null,
          })
          .onConflict((oc) => oc.doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 1n) fresh.push(alert);
      }
      return fresh;
    },
    async acknowledgeAlerts(id, who, at) {
      const open = db
        .updateTable('alerts')
        .set({ acknowledged_at: at, acknowledged_by: who })
        .where('acknowledged_at', 'is', null);
      const { numUpdatedRows } = await (
        id === undefined ? open : open.where('id', '=', id)
      ).executeTakeFirst();
      return Number(numUpdatedRows);
    },
    addDispute: async (station, epoch, reason, at) =>
      void (await db
        .insertInto('disputes')
        .values({ station, epoch, reason, at })
        .onConflict((oc) => oc.doNothing())
        .execute()),
    settleDispute: async (station, epoch) =>
      void (await db
        .deleteFrom('disputes')
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        .where((eb) =>
          eb.not(
            eb.exists(
              eb
                .selectFrom('events')
                .select('events.seq')
                .where('events.station', '=', station)
                .where('events.epoch', '=', epoch)
                .where('events.verdict', '=', 'disputed'),
            ),
          ),
        )
        .execute()),
    async approveEpoch(station, who, at) {
      const { numUpdatedRows } = await db
        .updateTable('disputes')
        .set({ approved_at: at, approved_by: who })
        .where('station', '=', station)
        .where('approved_at', 'is', null)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
  };
}
