import { stringify } from 'csv-stringify/sync';
import { type AccessEvent, accessEvent } from '../common/event.ts';
import { table } from './commands/admin/table.ts';
import type { FoundEvent } from './store/event-search.ts';

/** What ids are called now: events hold ids only. */
export interface EventNames {
  readonly members: ReadonlyMap<string, string>;
  readonly stations: ReadonlyMap<string, string>;
}

/** How events are printed: what stands before the first, and some of them. */
export interface EventFormat {
  readonly head: string;
  rows(events: readonly FoundEvent[], names: EventNames): string;
}

export const eventFormats = {
  /** For people. */
  text: {
    head: '',
    rows: (events, names) =>
      `${table(
        events.map((row) => {
          const { station, person, claimed, cause, event } = told(row, names);
          return {
            at: event.at,
            station: station ?? row.station,
            type: row.type,
            outcome: row.outcome,
            member: person ?? (claimed === undefined ? undefined : `${claimed} (claimed)`),
            cause,
            verdict: row.reason === null ? row.verdict : `${row.verdict} (${row.reason})`,
          };
        }),
      )}\n`,
  },
  /** A JSON object a line. `event` is as its station wrote it: its hash can be computed from these bytes. */
  ndjson: {
    head: '',
    rows: (events, names) => events.map((row) => ndjsonOf(row, names)).join(''),
  },
  csv: {
    get head() {
      return csvOf([csvColumns]);
    },
    rows: (events, names) => csvOf(events.map((row) => csvCells(row, names))),
  },
} as const satisfies Record<string, EventFormat>;

function told(row: FoundEvent, { members, stations }: EventNames) {
  const event: AccessEvent = accessEvent.parse(textOf(row));
  const { member, claimed, detail } = event;
  const nameOf = (id: string | undefined) => (id === undefined ? id : (members.get(id) ?? id));
  const cause = detail['cause'] ?? detail['reason'];
  return {
    event,
    station: stations.get(row.station),
    person: nameOf(member),
    claimed: nameOf(claimed),
    cause: cause === undefined ? undefined : String(cause),
  };
}

const textOf = ({ canonical }: FoundEvent): unknown =>
  JSON.parse(Buffer.from(canonical).toString('utf8'));

function ndjsonOf(row: FoundEvent, names: EventNames): string {
  const { id, received_at: receivedAt, verdict, reason, hash } = row;
  const about = JSON.stringify({
    id,
    receivedAt,
    verdict,
    ...(reason === null ? {} : { reason }),
    hash,
    stationName: names.stations.get(row.station),
    memberName: names.members.get(row.member ?? ''),
  });
  return `${about.slice(0, -1)},"event":${Buffer.from(row.canonical).toString('utf8')}}\n`;
}

const csvColumns = [
  ...['id', 'at', 'received_at', 'station', 'station_name', 'type', 'outcome'],
  ...['member', 'member_name', 'claimed', 'claimed_name', 'cause', 'session', 'correlation'],
  ...['verdict', 'reason', 'epoch', 'seq', 'hash'],
];

function csvCells(row: FoundEvent, names: EventNames): readonly unknown[] {
  const { event, station, person, claimed, cause } = told(row, names);
  return [
    ...[row.id, event.at, row.received_at, row.station, station, row.type, row.outcome],
    ...[event.member, person, event.claimed, claimed, cause, event.session, event.correlation],
    ...[row.verdict, row.reason, row.epoch, row.seq, row.hash],
  ];
}

/** RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
const csvOf = (rows: readonly (readonly unknown[])[]): string =>
  stringify([...rows.map((row) => [...row])], { escape_formulas: true, record_delimiter: '\r\n' });
