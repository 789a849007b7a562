import { accessEvent } from '../common/event.ts';
import type { Overview } from '../common/wire.ts';
import { shownName } from './domain/names.ts';
import { stationState } from './domain/screen.ts';
import { quarterOf } from './ingest.ts';
import type { StoreReader } from './store/reader.ts';

const QUARTER_MS = 15 * 60_000;

/** What the console shows first. Names are looked up now, not when the event came. */
export async function buildOverview(
  read: StoreReader,
  heard: ReadonlyMap<string, number>,
  now: number,
): Promise<Overview> {
  const practice = await read.practice();
  const stations = await read.stations();
  const rows = (await read.events({ limit: 50 })).map((row) => ({
    row,
    event: accessEvent.parse(JSON.parse(Buffer.from(row.canonical).toString('utf8'))),
  }));
  const ids = new Set<string>();
  for (const station of stations) if (station.member !== null) ids.add(station.member);
  for (const { event } of rows) {
    const who = event.member ?? event.claimed;
    if (who !== undefined) ids.add(who);
  }
  const names = new Map((await read.members([...ids])).map((one) => [one.id, shownName(one)]));
  const stationNames = new Map(stations.map((one) => [one.id, one.name]));

  return {
    now: new Date(now).toISOString(),
    practice: practice?.name ?? '',
    stations: stations.map((row) => {
      const stored = row.heard_at === null ? undefined : Date.parse(row.heard_at);
      const heardAt = heard.get(row.id) ?? stored;
      const screen = { state: row.screen, session: row.session ?? undefined };
      const state = stationState(screen, heardAt, now);
      const member = row.member === null || state !== 'open' ? undefined : names.get(row.member);
      return {
        id: row.id,
        name: row.name,
        group: row.group_name,
        state,
        ...(member === undefined ? {} : { member }),
        ...(heardAt === undefined ? {} : { lastSeenAt: new Date(heardAt).toISOString() }),
      };
    }),
    events: rows.map(({ row, event }) => {
      // The sentence of an event with a claim says that it is one.
      const who = event.member ?? event.claimed;
      const member = who === undefined ? undefined : names.get(who);
      // A refusal has a code or a reason where the end of a session has a cause.
      const { detail } = event;
      const cause = detail['cause'] ?? detail['code'] ?? detail['reason'];
      return {
        id: row.id,
        at: event.at,
        type: event.type,
        station: stationNames.get(event.station) ?? event.station,
        ...(member === undefined ? {} : { member }),
        ...(typeof cause === 'string' ? { cause } : {}),
        outcome: event.outcome,
        verdict: row.verdict,
        ...(row.reason === null ? {} : { reason: row.reason }),
      };
    }),
    accessesByHour: await accessesByHour(read, now),
    disputed: await read.disputed(),
  };
}

/** By hour of the server's local day; a day with a clock change has an hour that counts twice or never. */
async function accessesByHour(read: StoreReader, now: number): Promise<number[]> {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const tomorrow = new Date(midnight);
  tomorrow.setDate(tomorrow.getDate() + 1);
  const hours = Array.from({ length: 24 }, () => 0);
  const counts = await read.accessCounts(
    quarterOf(midnight.getTime()),
    quarterOf(tomorrow.getTime()),
  );
  for (const { quarter, accesses } of counts) {
    const hour = new Date(quarter * QUARTER_MS).getHours();
    hours[hour] = (hours[hour] ?? 0) + accesses;
  }
  return hours;
}
