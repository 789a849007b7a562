import { accessEvent } from '../common/event.ts';
import { openStore } from '../server/store/store.ts';
import { type Row, compared } from './row.ts';
import type { Serving } from './serving.ts';
import { inTurns, wallOf } from './turns.ts';

/** What is asked of a server, by what it is; each time of another place. */
export async function questions({ get, treeSize }: Serving) {
  const tree = await treeSize();
  const [newest] = JSON.parse(await get('/v1/console/events?limit=1')).events;
  const any = (below: number) => Math.floor(Math.random() * below);
  return {
    'an inclusion proof': () => `/v1/log/inclusion?index=${any(tree)}`,
    'a page of 50 events': () => `/v1/console/events?limit=50&before=${1 + any(newest.id)}`,
    'the dashboard': () => '/v1/console/overview',
  };
}

/** How long the server takes to answer each, against an answer that needs no database. */
export async function answers(server: Serving, rounds: number): Promise<Row[]> {
  const asked = await questions(server);
  const ask = (path: () => string) => () => wallOf(1000, () => server.get(path()));
  const [plain, ...times] = await inTurns({ warmUp: 20, rounds }, [
    ask(() => '/v1/nonce'),
    ...Object.values(asked).map(ask),
  ]);
  const tree = await server.treeSize();
  return Object.keys(asked).map((what, n) =>
    compared(
      `${what} at ${tree} events, against an answer without a database`,
      'ms',
      times[n] ?? [],
      plain,
    ),
  );
}

const PAGE = 50;
const MONTH_MS = 30 * 24 * 3_600_000;

/** Pages of the search for events, each from another time on, against one row by its key. */
export async function searches(database: string, events: number, rounds: number): Promise<Row[]> {
  const { read, close } = await openStore({ data: '', database });
  const [newest] = await read.searchEvents({ limit: 1 });
  if (newest === undefined) throw new Error('there are no events');
  const { station } = newest;
  const { member, type } = accessEvent.parse(JSON.parse(Buffer.from(newest.canonical).toString()));
  const to = () => new Date(Date.now() - Math.random() * 24 * MONTH_MS).toISOString();
  const wanted = {
    'of a station': () => ({ station, to: to() }),
    'of a member': () => ({ member, to: to() }),
    'of a type': () => ({ type, to: to() }),
    'of what failed': () => ({ outcome: 'failure' as const, to: to() }),
  };
  const find = (search: () => object) => () =>
    wallOf(1000, () => read.searchEvents({ ...search(), limit: PAGE }));
  const [row, ...times] = await inTurns({ warmUp: 20, rounds }, [
    () => wallOf(1000, () => read.head(station)),
    ...Object.values(wanted).map(find),
  ]);
  await close();
  return Object.keys(wanted).map((what, n) =>
    compared(
      `a page of events ${what} among ${events}, against one row`,
      'ms',
      times[n] ?? [],
      row,
    ),
  );
}
