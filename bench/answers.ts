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
