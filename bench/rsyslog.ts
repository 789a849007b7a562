import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type Socket, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { connection } from '../server/store/postgres.ts';

export interface Rsyslog {
  /** Sends lines, and waits until all of them are in the table. */
  insert(lines: readonly Uint8Array[]): Promise<void>;
  stop(): Promise<void>;
}

const frame = Buffer.from('<134>1 - station wardlock - - - ');

/**
 * rsyslogd (Debian's) that writes what comes over TCP into PostgreSQL, in transactions of up to 1000
 * lines: https://www.rsyslog.com/doc/configuration/modules/ompgsql.html
 */
export async function startRsyslog(address: string): Promise<Rsyslog> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-rsyslog-'));
  const client = new Client(connection(address));
  await client.connect();
  await client.query(`create table messages (
    id bigint generated always as identity primary key, received_at text not null, message text not null)`);
  const { hostname, port, username, password, pathname } = new URL(address);
  const file = path.join(folder, 'rsyslog.conf');
  const portFile = path.join(folder, 'port');
  await writeFile(
    file,
    `global(workDirectory="${folder}" maxMessageSize="64k")
module(load="imptcp")
module(load="ompgsql")
template(name="insert" type="list" option.stdsql="on") {
  constant(value="insert into messages (received_at, message) values ('")
  property(name="timegenerated" dateFormat="rfc3339") constant(value="', '")
  property(name="msg") constant(value="')")
}
ruleset(name="store") {
  action(type="ompgsql" template="insert" server="${hostname}" port="${port}" user="${username}"
    pass="${password}" db="${pathname.slice(1)}"
    queue.type="linkedList" queue.size="200000" queue.dequeueBatchSize="1000" queue.workerThreads="1")
}
input(type="imptcp" address="127.0.0.1" port="0" listenPortFileName="${portFile}"
  ruleset="store")
`,
    { mode: 0o600 },
  );
  const args = ['-n', '-f', file, '-i', path.join(folder, 'pid')];
  const child = spawn('rsyslogd', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = once(child, 'exit');
  const socket = await connected(portFile);
  let sent = 0;

  async function count(): Promise<number> {
    const { rows } = await client.query<{ n: string }>('select max(id) as n from messages');
    return Number(rows[0]?.n ?? 0);
  }

  return {
    async insert(lines) {
      sent += lines.length;
      socket.write(Buffer.concat(lines.flatMap((line) => [frame, line, Buffer.from('\n')])));
      while ((await count()) < sent) await sleep(5);
    },
    async stop() {
      socket.destroy();
      child.kill('SIGKILL');
      await ended;
      await client.end();
      await rm(folder, { recursive: true });
    },
  };
}

/** To the port that it has written down once it listens. */
async function connected(portFile: string): Promise<Socket> {
  for (let tries = 0; tries < 100; tries++) {
    const port = Number(await readFile(portFile, 'utf8').catch(() => ''));
    if (port > 0) {
      const socket = createConnection({ host: '127.0.0.1', port });
      await once(socket, 'connect');
      return socket;
    }
    await sleep(100);
  }
  throw new Error('rsyslogd does not listen');
}
