import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';
import { powerMonitor } from 'electron';
import { fromBase64url } from '../common/bytes.ts';
import { policy } from '../common/policy.ts';
import type { PairResponse } from '../common/wire.ts';
import type { StationClock } from './adapters/clock.ts';
import type { StationConfig } from './adapters/config.ts';
import { openCommandSheet } from './adapters/command-sheet.ts';
import { openDirectoryStore } from './adapters/directory-store.ts';
import { verifyEd25519 } from './adapters/ed25519.ts';
import { openJournal } from './adapters/journal-open.ts';
import type { Pairing } from './adapters/pairing.ts';
import type { StationSecrets } from './adapters/sealer.ts';
import { sha256 } from './adapters/sha256.ts';
import { openReceipt } from './adapters/signed-receipt.ts';
import { createVerifier } from './adapters/verifier.ts';
import { commandedStation } from './app/commanded.ts';
import { createCommandRunner } from './app/commands.ts';
import { directoryAge } from './app/directory-age.ts';
import { createDirectorySync } from './app/directory-sync.ts';
import type { LinkTracker } from './app/link-tracker.ts';
import { epochBeginner } from './app/new-epoch.ts';
import { createPastUploader } from './app/past-uploader.ts';
import { createServerStream } from './app/server-stream.ts';
import { StationApp } from './app/station-app.ts';
import { lockWithSurroundings } from './app/surroundings.ts';
import { createUploader } from './app/uploader.ts';
import { createWitness } from './app/witness.ts';
import type { KeyReader } from './ports/key-reader.ts';
import type { Transport } from './ports/transport.ts';
import type { Shell } from './shell.ts';

/** How long the last events may take to reach the server when the agent is asked to end. */
const LAST_UPLOAD_MS = 2_000;

export interface PairedStationOptions {
  readonly config: StationConfig;
  readonly folder: string;
  readonly identity: PairResponse;
  /** One id per start of the agent. */
  readonly boot: string;
  readonly pairing: Pick<Pairing, 'isRevoked' | 'setRevoked'>;
  /** At this start. */
  readonly isNewlyPaired: boolean;
  /** It was paired at an earlier start. */
  readonly hasJournal: boolean;
  readonly secrets: StationSecrets;
  readonly unsealed: boolean;
  readonly clock: StationClock;
  readonly link: LinkTracker;
  readonly transport: Transport;
  readonly shell: Shell;
  readonly keys: KeyReader;
  readonly firstRevision: number;
  /** An administrator has closed the station. */
  readonly end: () => void;
  readonly report: (code: string, cause?: unknown) => void;
}

export interface PairedStation {
  /** Version of the directory in force. */
  readonly directoryVersion: () => number | undefined;
  /** Ends it in order. */
  readonly finish: () => Promise<void>;
}

/** No question is asked twice, so no answer can serve twice. */
const freshQuestion = (): string => randomBytes(16).toString('base64url');

export type StartFailure = 'journal-in-use' | 'journal-broken';

/**
 * Puts a paired station to work. Resolves with `finish`, which ends it in order, or with the reason why
 * it cannot work (the curtain stays).
 */
export async function startPairedStation(
  options: PairedStationOptions,
): Promise<PairedStation | { readonly failure: StartFailure }> {
  const { config, folder, identity, secrets, clock, link, transport, shell, keys, report } =
    options;
  let directoryVersion = (): number => 0;

  const opened = openJournal({
    file: path.join(folder, 'journal.sqlite'),
    expected: options.hasJournal,
    station: identity.station,
    boot: options.boot,
    key: secrets.journalKey,
    wall: clock.wall,
    mono: clock.mono,
    directoryVersion: () => directoryVersion(),
    report,
    uuid: randomUUID,
  });
  if (!opened.ok) {
    report(`journal:${opened.error.code}`, opened.error.cause);
    return { failure: opened.error.code === 'in-use' ? 'journal-in-use' : 'journal-broken' };
  }
  const { journal, state, newest } = opened.value;

  const { store, refused } = await openDirectoryStore({
    file: path.join(folder, 'directory.jws'),
    serverKey: identity.serverKey,
    group: identity.group,
    rpId: config.rpId,
    state,
    report,
  });
  if (refused) report(`directory:stored:${refused}`);
  directoryVersion = () => store.current()?.version ?? 0;

  const station = new StationApp(
    {
      clock,
      idle: { ms: () => powerMonitor.getSystemIdleTime() * 1000 },
      journal,
      keys,
      surfaces: shell.desk,
      verifier: createVerifier({
        rpId: config.rpId,
        clock,
        random: (length) => new Uint8Array(randomBytes(length)),
        counters: state,
      }),
      uuid: randomUUID,
      apps: (session) => shell.desk.session(session),
      end: options.end,
      report,
    },
    {
      place: config.place,
      rpId: config.rpId,
      language: config.language,
      theme: config.theme,
      helpPhone: config.helpPhone,
      simulated: __SIMULATED_KEYS__,
      unsealed: options.unsealed,
      firstRevision: options.firstRevision,
    },
    policy.parse({}),
  );

  const uploader = createUploader({ journal, transport, clock, link, random: Math.random, report });
  const age = directoryAge(
    clock,
    state,
    () => store.current()?.policy,
    (outdated) => station.setStop('outdated', outdated),
    report,
  );
  const sync = createDirectorySync({
    store,
    transport,
    clock,
    random: Math.random,
    report,
    updated(snapshot, event) {
      station.note(event);
      station.setDirectory(snapshot);
    },
    refused: (event) => station.note(event),
    confirmed(at) {
      age.confirmed(at);
      // Where no stream comes through, commands are asked for as often as the directory.
      if (!stream.isOpen()) commands.kick();
    },
  });
  const past = createPastUploader({ journal, transport, clock, random: Math.random, report });
  const commands = createCommandRunner({
    station: identity.station,
    commanded: commandedStation(station, epochBeginner(journal, uploader, past, randomUUID)),
    transport,
    open: (jws) => openCommandSheet(jws, identity.serverKey),
    state,
    clock,
    random: Math.random,
    ask: freshQuestion,
    report,
  });
  const stream = createServerStream({
    transport,
    clock,
    random: Math.random,
    report,
    opened() {
      sync.kick();
      commands.kick();
    },
    hint(hint) {
      if (hint.kind === 'commands') commands.kick();
      else if (hint.version > directoryVersion()) sync.kick();
    },
  });

  const witness = createWitness({
    journal,
    state,
    transport,
    ask: freshQuestion,
    open: (jws, ask) => openReceipt(jws, identity.serverKey, { station: identity.station, ask }),
    clock,
    random: Math.random,
    report,
    sha256,
    verify: verifyEd25519,
    serverKey: fromBase64url(identity.serverKey.x),
    note: (event) => station.note(event),
    believed: (fault) => station.setLedgerRefused(fault !== undefined),
    keepDays: () => (store.current()?.policy ?? policy.parse({})).journalKeepDays,
    resend() {
      uploader.resend();
      past.kick();
    },
  });

  station.onAppended(uploader.kick);
  uploader.onDispute((isDisputed) => station.setLogDisputed(isDisputed));
  link.listen((status) => station.setLink(status));
  station.setStop('revoked', options.pairing.isRevoked());
  link.onStanding((standing) => {
    station.setStop('pending', standing === 'pending');
    station.setStop('revoked', standing === 'revoked');
    options.pairing
      .setRevoked(standing === 'revoked')
      .catch((error: unknown) => report('pairing:not-marked', error));
  });
  // The events' names are overloads of one method each.
  lockWithSurroundings(station, clock, {
    on: (event, run) => void powerMonitor.on(event as 'suspend', run),
  });

  const known = store.current();
  station.setStop('no-directory', known === undefined);
  if (options.isNewlyPaired)
    station.note({ type: 'station.paired', outcome: 'success', detail: {} });
  station.start(newest === undefined || newest === 'station.stopped');
  if (known) {
    station.setDirectory(known);
    age.start();
  }
  station.setLink(link.current());
  uploader.kick();
  past.kick();
  sync.start();
  stream.start();
  witness.start();
  // Last: a station that could not be put to work altogether is not to be opened.
  shell.attach(station);

  return {
    directoryVersion: () => store.current()?.version,
    async finish() {
      station.shutdown();
      stream.close();
      witness.close();
      commands.close();
      sync.close();
      age.close();
      const end = clock.mono() + LAST_UPLOAD_MS;
      while (journal.waiting() > 0 && clock.mono() < end && link.current().kind === 'connected') {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      uploader.close();
      past.close();
      keys.close();
      journal.close();
    },
  };
}
