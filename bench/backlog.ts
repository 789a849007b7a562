import { createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventDraft } from '../common/event.ts';
import { createClock } from '../main/adapters/clock.ts';
import { openJournal } from '../main/adapters/journal-open.ts';
import { createTransport } from '../main/adapters/transport.ts';
import { trackLink } from '../main/app/link-tracker.ts';
import { createUploader } from '../main/app/uploader.ts';
import type { Serving } from './serving.ts';
import { wallOf } from './turns.ts';

const PER_APPEND = 1000;

/**
 * An agent's own journal, outbox and transport with a week's events that wait: microseconds an event until
 * the server has acknowledged the last.
 */
export async function drain(server: Serving, events: number): Promise<number> {
  const clock = createClock();
  const report = (code: string, cause?: unknown) => {
    throw new Error(code, { cause });
  };
  const identity: { station?: string } = {};
  const { transport, link } = trackLink(
    createTransport({
      serverUrl: server.origins[0] ?? '',
      stationKey: generateKeyPairSync('ed25519').privateKey,
      station: () => identity.station,
    }),
    clock,
  );
  const paired = await transport.pair(await server.code(), 'backlog');
  if (!paired.ok) throw new Error(JSON.stringify(paired.error));
  const { station } = paired.value;
  identity.station = station;
  const opened = openJournal({
    file: path.join(server.data, `journal-${station}.db`),
    expected: false,
    station,
    boot: randomUUID(),
    key: createSecretKey(randomBytes(32)),
    wall: clock.wall,
    mono: clock.mono,
    directoryVersion: () => 1,
    uuid: randomUUID,
    report,
  });
  if (!opened.ok) throw new Error(opened.error.code, { cause: opened.error.cause });
  const { journal } = opened.value;
  const draft: EventDraft = {
    type: 'session.locked',
    outcome: 'success',
    member: randomUUID(),
    session: randomUUID(),
    detail: { cause: 'idle' },
  };
  for (let made = 0; made < events; made += PER_APPEND) {
    const appended = journal.append(Array.from({ length: PER_APPEND }, () => draft));
    if (!appended.ok) throw new Error(appended.error);
  }
  const uploader = createUploader({ journal, transport, clock, link, random: Math.random, report });
  const took = await wallOf(journal.waiting(), async () => {
    uploader.kick();
    while (journal.waiting() > 0) await sleep(2);
  });
  uploader.close();
  journal.close();
  clock.close();
  return took;
}
