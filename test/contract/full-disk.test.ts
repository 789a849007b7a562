import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { eventsResponse } from '../../common/wire.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import {
  type Answer,
  TestJournal,
  TestStation,
  makePractice,
  refusalOf,
  sendOverHttp,
} from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';
import { verifiedExport, wholeLedger } from './whole-ledger.ts';

vi.setConfig({ testTimeout: 300_000 });

const KIB = 1024;
let disk: SmallDisk | undefined;
let server: ServerProcess | undefined;
afterEach(async () => {
  await server?.end('SIGKILL');
  disk?.remove();
  server = disk = undefined;
});

/** A server whose data lie on a disk of 16 MiB, and a station that is paired with it. */
async function serverOnSmallDisk() {
  disk = smallDisk(16 * KIB * KIB);
  const { folder, fill, free } = disk;
  const data = path.join(folder, 'data');
  const { practice } = makePractice();
  const file = path.join(folder, 'practice.json');
  await writeFile(file, JSON.stringify(practice));
  const seeded = await serverCommand('seed', '--data', data, '--file', file);
  expect(seeded.code, seeded.stderr).toBe(0);
  const group = ['--group', 'ICU North', '--approved'];
  const made = await serverCommand('pairing-code', '--data', data, ...group);
  server = await startServer(data);
  const station = new TestStation(sendOverHttp(server.origin));
  expect((await station.pair(made.stdout.trim())).status).toBe(200);
  const journal = new TestJournal(station.id);
  let acknowledged = 0;

  async function upload(): Promise<Answer> {
    for (let n = 0; n < 20; n++) journal.append({ type: 'app.blocked' });
    const answer = await station.upload(journal.entries.slice(acknowledged, acknowledged + 1000));
    if (answer.status === 200) acknowledged = eventsResponse.parse(JSON.parse(answer.body)).seq;
    return answer;
  }

  return {
    data,
    fill,
    free,
    journal,
    station,
    running: () => server as ServerProcess,
    acknowledged: () => acknowledged,
    upload,
    /** Uploads until the disk is full: 503 with a code, and not one answer of another kind. */
    async uploadUntilFull(): Promise<void> {
      for (;;) {
        const answer = await upload();
        if (answer.status === 200) continue;
        expect([answer.status, refusalOf(answer).code]).toEqual([503, 'database-away']);
        return;
      }
    },
    async restart(): Promise<void> {
      await server?.end('SIGKILL');
      server = await startServer(data);
      station.send = sendOverHttp(server.origin);
      await station.fetchNonce();
    },
  };
}

test('a full disk: refused with a code, nothing acknowledged is lost, and it goes on once there is room', async () => {
  const lab = await serverOnSmallDisk();
  expect((await lab.upload()).status).toBe(200);
  for (const left of [600, 250, 0]) {
    lab.fill(left * KIB);
    await lab.uploadUntilFull();
    // Still full: still refused, and the server says that it is not ready.
    expect((await lab.upload()).status).toBe(503);
    const ready = () => fetch(`${lab.running().origin}/health/ready`);
    expect(lab.running().child.exitCode).toBeNull();
    lab.free();
    expect((await lab.upload()).status).toBe(200);
    await vi.waitFor(async () => expect((await ready()).status).toBe(200), { timeout: 60_000 });
  }
  while (lab.acknowledged() < lab.journal.entries.length) {
    expect((await lab.upload()).status).toBe(200);
  }
  expect(await lab.running().end('SIGTERM')).toBe(0);
  expect(await verifiedExport(lab.data)).toEqual(wholeLedger([lab.journal]));
});

test('a server that is killed on a full disk starts again with everything that it acknowledged', async () => {
  const lab = await serverOnSmallDisk();
  for (let round = 0; round < 3; round++) {
    expect((await lab.upload()).status).toBe(200);
    lab.fill(300 * KIB);
    await lab.uploadUntilFull();
    const acknowledged = lab.acknowledged();
    await lab.running().end('SIGKILL');
    lab.free();
    await lab.restart();
    const before = lab.journal.entries.slice(acknowledged - 1, acknowledged);
    const answer = await lab.station.upload(before);
    // A repeat: it is there.
    expect(eventsResponse.parse(JSON.parse(answer.body))).toMatchObject({ accepted: 0 });
  }
  while (lab.acknowledged() < lab.journal.entries.length) {
    expect((await lab.upload()).status).toBe(200);
  }
  expect(await lab.running().end('SIGTERM')).toBe(0);
  expect(await verifiedExport(lab.data)).toEqual(wholeLedger([lab.journal]));
});
