import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type PersonKey,
  type TestStation as Station,
  TestStation,
  makePersonKey,
  sendOverHttp,
} from '../test/contract/server-lab.ts';
import { demoPractice } from '../demo/practice.mjs';
import { serverCommand, startServer } from '../test/contract/server-process.ts';

const NO_LIMIT = [
  '--station-requests-per-minute',
  '1000000',
  '--address-requests-per-minute',
  '1000000',
];

export interface Serving {
  readonly data: string;
  /** One an agent would be told, for each process. */
  readonly origins: readonly string[];
  /** What its console would be answered. */
  get(path: string): Promise<string>;
  /** Events under its newest checkpoint. */
  treeSize(): Promise<number>;
  readonly stations: readonly Station[];
  /** One person's for each station. */
  readonly keys: readonly PersonKey[];
  /** Another pairing code, for one station. */
  code(): Promise<string>;
  stop(): Promise<void>;
}

/** `wardlock-server serve` on this database, in processes of its own, and stations that are paired with it. */
export async function serving(
  database: string,
  size: { readonly stations: number; readonly processes: number },
): Promise<Serving> {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-bench-'));
  const keys = Array.from({ length: size.stations }, () => makePersonKey(randomUUID()));
  const practice = demoPractice({ credentials: keys, appUrl: 'http://127.0.0.1:8788/' });
  const members = keys.map(({ person }, n) => ({
    id: person,
    givenName: 'Member',
    familyName: String(n),
    role: 'Nurse',
    active: true,
  }));
  const file = path.join(data, 'practice.json');
  await writeFile(file, JSON.stringify({ ...practice, members }));
  const where = ['--data', data, '--database', database];
  const command = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await serverCommand(...args, ...where);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  };
  await command('seed', '--file', file);
  const code = (count: number) =>
    command('pairing-code', '--group', 'ICU North', '--approved', '--count', String(count));
  const servers = await Promise.all(
    Array.from({ length: size.processes }, () =>
      startServer(data, '--database', database, ...NO_LIMIT),
    ),
  );
  const origins = servers.map(({ origin }) => origin);
  const shared = await code(size.stations);
  const stations = await Promise.all(
    Array.from({ length: size.stations }, async (_, n) => {
      const station = new TestStation(sendOverHttp(origins[n % origins.length] ?? ''));
      const paired = await station.pair(shared);
      if (paired.status !== 200) throw new Error(paired.body);
      return station;
    }),
  );
  async function get(wanted: string): Promise<string> {
    const headers = { authorization: `Bearer ${servers[0]?.token}` };
    const response = await fetch(`${origins[0]}${wanted}`, { headers });
    if (!response.ok) throw new Error(await response.text());
    return response.text();
  }
  return {
    data,
    origins,
    get,
    // The second line of a checkpoint: https://c2sp.org/tlog-checkpoint
    treeSize: async () => Number((await get('/v1/log/checkpoint')).split('\n')[1]),
    stations,
    keys,
    code: () => code(1),
    async stop() {
      await Promise.all(servers.map((server) => server.end('SIGKILL')));
      await rm(data, { recursive: true });
    },
  };
}
