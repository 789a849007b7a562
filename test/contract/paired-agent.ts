// The agent's own parts, paired with the real server on a socket.
import { openVault, stationSecrets } from '../../main/adapters/sealer.ts';
import { createTransport } from '../../main/adapters/transport.ts';
import { trackLink } from '../../main/app/link-tracker.ts';
import { createUploader } from '../../main/app/uploader.ts';
import { afterEach } from 'vitest';
import type { EventDraft } from '../../common/event.ts';
import { eventList } from '../../common/wire.ts';
import type { Clock } from '../../main/ports/clock.ts';
import { journalSetting, opened, temporaryFolder } from '../support/journal.ts';
import { openLab } from './server-lab.ts';

/** Run after each test, last first. */
export const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Real time, a hundred times as fast: backoffs of a minute take half a second. */
export const fastClock: Clock = {
  wall: () => Date.now(),
  mono: () => performance.now() * 100,
  at(at, run) {
    const timer = setTimeout(run, Math.max(0, at - fastClock.mono()) / 100);
    return () => clearTimeout(timer);
  },
};

/** The real server on a socket, and the agent's own parts, paired with it. */
export async function pairedAgent(
  serverUrl?: (origin: string) => Promise<string>,
  options: Parameters<typeof openLab>[0] = {},
) {
  const lab = await openLab(options);
  cleanups.push(() => lab.close());
  const origin = await lab.app.listen({ port: 0, host: '127.0.0.1' });
  const place = temporaryFolder();
  cleanups.push(place.remove);
  const vault = await openVault({
    folder: place.folder,
    safeStorage: {},
    platform: 'linux',
    allowUnsealed: true,
  });
  if (!vault.ok) throw new Error(vault.error);
  const secrets = await stationSecrets(vault.value);
  if (!secrets.ok) throw new Error(secrets.error);
  const { stationKey, journalKey } = secrets.value;
  const identity: { station?: string } = {};
  const url = (await serverUrl?.(origin)) ?? origin;
  const made = createTransport({
    serverUrl: url,
    stationKey,
    station: () => identity.station,
    deadlineMs: 2_000,
  });
  const { transport, link } = trackLink(made, fastClock);
  /** The same station's requests, to another address. */
  const transportTo = (serverUrl: string) =>
    createTransport({ serverUrl, stationKey, station: () => identity.station });
  const direct = transportTo(origin);
  const paired = await direct.pair(await lab.pairingCode(), 'Room 12');
  if (!paired.ok) throw new Error(JSON.stringify(paired.error));
  const { station } = paired.value;
  identity.station = station;
  const setting = { ...journalSetting(place.folder, journalKey), station };
  const { journal, state } = opened(setting);
  cleanups.push(() => journal.close());
  const reports: string[] = [];
  const report = (code: string) => void reports.push(code);
  const uploader = createUploader({
    journal,
    transport,
    clock: fastClock,
    link,
    random: Math.random,
    report,
  });
  cleanups.push(() => uploader.close());
  const append = (...drafts: EventDraft[]): void => {
    const result = journal.append(drafts);
    if (!result.ok) throw new Error(result.error);
    uploader.kick();
  };
  async function stored() {
    const all = [];
    for (let after = 0; ;) {
      const answer = await lab.console(`/v1/console/events?after=${after}&limit=500`);
      const { events } = eventList.parse(JSON.parse(answer.body));
      if (events.length === 0) return all;
      all.push(...events);
      after = events.at(-1)?.id ?? 0;
    }
  }
  return {
    lab,
    origin,
    place,
    paired: paired.value,
    setting,
    journal,
    state,
    transport,
    transportTo,
    link,
    uploader,
    reports,
    report,
    append,
    stored,
  };
}
