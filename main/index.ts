import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, powerMonitor, safeStorage } from 'electron';
import { type StationClock, createClock } from './adapters/clock.ts';
import {
  type ConfigSource,
  type StationConfig,
  dataFolder,
  loadConfig,
} from './adapters/config.ts';
import { openLog } from './adapters/log.ts';
import { keyProcess } from './adapters/key-process.ts';
import { type Pairing, openPairing } from './adapters/pairing.ts';
import { openVault, stationSecrets } from './adapters/sealer.ts';
import { serverProbe } from './adapters/server-probe.ts';
import { createTransport } from './adapters/transport.ts';
import { type CheckPorts, stationChecks } from './app/checks.ts';
import { watchKeys } from './app/key-watch.ts';
import { trackLink } from './app/link-tracker.ts';
import { pairingDesk } from './app/pairing-desk.ts';
import type { PairedStation } from './paired-station.ts';
import type { Transport } from './ports/transport.ts';
import { type Shell, createShell } from './shell.ts';
import type { Desk } from './windows/surfaces.ts';

/**
 * Exit codes: 2 = set up wrongly, 10 = closed by an administrator, 70 = ended by an error nobody expected (sysexits
 * EX_SOFTWARE). After 10 whoever keeps the agent running leaves it ended.
 */
const EXIT = { orderly: 0, setUp: 2, closed: 10, software: 70 } as const;
/** How often a journal that cannot be opened is tried again. */
const JOURNAL_RETRY_MS = 5_000;

const source: ConfigSource = {
  packaged: !process.defaultApp,
  platform: process.platform,
  environment: process.env,
};
const folder = dataFolder(source) ?? app.getPath('userData');
mkdirSync(folder, { recursive: true, mode: 0o700 });
app.setPath('userData', path.join(folder, 'profile'));

const logFile = path.join(folder, 'agent.log');
const log = openLog({ folder, level: 'info', console: !source.packaged });
const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
const report = (code: string, cause?: unknown) =>
  log.warn(code, cause === undefined ? {} : { cause: messageOf(cause) });

let desk: Desk | undefined;
let finish = (): Promise<void> => Promise.resolve();

let isEnding = false;
let isClosed = false;

/** The last resort: cover, tell, end. Whoever keeps the agent running starts it again: locked, telling of lost sessions. */
function fatal(code: string, cause: unknown): void {
  // What goes wrong while everything is being taken down must not keep it up.
  if (isEnding) return;
  isEnding = true;
  try {
    desk?.cover();
    desk?.freeze();
    const stack = cause instanceof Error ? cause.stack : undefined;
    log.error(code, { cause: stack ?? messageOf(cause) });
  } finally {
    app.exit(EXIT.software);
  }
}
process.on('uncaughtException', (error) => fatal('uncaught-exception', error));
process.on('unhandledRejection', (error) => fatal('unhandled-rejection', error));

// Root has no Chromium sandbox (development in a container); everybody else cannot do without.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
// Windows end only when the agent does.
app.on('window-all-closed', () => undefined);
app.once('before-quit', (event) => {
  event.preventDefault();
  finish().then(
    () => app.exit(isClosed ? EXIT.closed : EXIT.orderly),
    (error: unknown) => fatal('finish', error),
  );
});

if (app.requestSingleInstanceLock()) {
  void run();
} else {
  log.warn('second-instance');
  app.exit(0);
}

async function run(): Promise<void> {
  const config = await loadConfig(source);
  if (!config.ok) {
    log.error('config', { problem: config.error });
    process.stderr.write(`${config.error}\n`);
    return app.exit(EXIT.setUp);
  }
  log.info('start', { version: app.getVersion(), electron: process.versions.electron });
  await app.whenReady();
  await start(config.value);
}

async function start(config: StationConfig): Promise<void> {
  const clock = createClock();
  // The curtain comes first: nothing that follows may fail with a desktop in sight.
  const shell = createShell(config, clock, __dirname, report, fatal);
  ({ desk } = shell);
  await shell.drawn;
  try {
    await putToWork(config, clock, shell);
  } catch (error) {
    // Something in the data folder cannot be read, and will not be next time: stay covered and say so.
    log.error('start', { cause: messageOf(error) });
    shell.boot('fault');
  }
}

/** Secrets, pairing, and the station itself; resolves once it works, or once the curtain says why not. */
async function putToWork(config: StationConfig, clock: StationClock, shell: Shell): Promise<void> {
  let working: PairedStation | undefined;
  let paired: CheckPorts['paired'] = () => 'after-start';
  // Not while it starts: to read a long journal may take its time, and only the curtain is there.
  const watch = watchKeys(startKeys(() => working !== undefined));
  // Before anything that may fail: what can be looked at is looked at all the same.
  shell.offer(
    stationChecks({
      probe: serverProbe(config.serverUrl),
      paired: () => paired(),
      keys: watch,
      idleSeconds: () => powerMonitor.getSystemIdleTime(),
      clock,
    }),
  );

  const vault = await openVault({
    folder: path.join(folder, 'secrets'),
    safeStorage,
    platform: process.platform,
    allowUnsealed: config.allowUnsealed,
  });
  const pairing = await openPairing(folder);
  const { pairingCode } = config;
  const secrets = vault.ok
    ? await stationSecrets(vault.value, pairing.numberFor(pairingCode))
    : vault;
  if (!vault.ok || !secrets.ok) {
    report('vault', secrets.ok ? undefined : secrets.error);
    shell.boot('unsealed');
    return;
  }
  const { unsealed } = vault.value;

  const boot = randomUUID();
  const { link, transport } = trackLink(
    createTransport({
      serverUrl: config.serverUrl,
      stationKey: secrets.value.stationKey,
      station: () => pairing.current()?.station,
      boot,
    }),
    clock,
  );
  shell.linked(link.current());
  link.listen(shell.linked);
  paired = () =>
    pairing.current() === undefined
      ? 'after-pairing'
      : {
          directory: () => transport.directory(working?.directoryVersion() ?? 0),
          version: () => (working === undefined ? 'after-start' : working.directoryVersion()),
        };

  const known = pairing.current();
  const isNewlyPaired = known === undefined || pairing.isToBePaired(pairingCode);
  if (isNewlyPaired) shell.boot('starting', unsealed);
  const identity =
    known !== undefined && !isNewlyPaired
      ? known
      : await pair(pairing, transport, config, clock, shell);

  const options = {
    config,
    folder,
    identity,
    boot,
    pairing,
    isNewlyPaired,
    hasJournal: known !== undefined,
    secrets: secrets.value,
    unsealed,
    clock,
    link,
    transport,
    shell,
    keys: watch.keys,
    firstRevision: shell.boot('starting', unsealed),
    end() {
      isClosed = true;
      app.quit();
    },
    report,
  };
  // Loaded only now: it takes as long as all before it.
  const { startPairedStation } = await import('./paired-station.ts');
  // A full disk, or a predecessor that is not quite gone: it opens once the journal can be written.
  let started = await startPairedStation(options);
  while ('failure' in started) {
    const firstRevision = shell.boot('journal');
    await new Promise((resolve) => setTimeout(resolve, JOURNAL_RETRY_MS));
    started = await startPairedStation({ ...options, firstRevision });
  }
  working = started;
  ({ finish } = started);
}

function startKeys(isAtWork: () => boolean) {
  const simulatedKey = __SIMULATED_KEYS__ ? process.env['WARDLOCK_SIMULATED_KEY'] : undefined;
  return keyProcess(
    path.join(__dirname, 'key-process.cjs'),
    __SIMULATED_KEYS__ && simulatedKey !== undefined
      ? { WARDLOCK_SIMULATED_KEY: simulatedKey }
      : {},
    report,
    () => (isAtWork() ? { kind: 'beat', pid: process.pid, log: logFile } : undefined),
  );
}

/** Asks for pairing codes at the curtain, beginning with the one of the configuration. */
function pair(
  pairing: Pairing,
  transport: Transport,
  { serverUrl, place, pairingCode }: StationConfig,
  clock: StationClock,
  shell: Shell,
) {
  const server = new URL(serverUrl).host;
  // The key that signs was chosen by the configuration's code: a typed one takes its place.
  const number = pairing.numberFor(pairingCode);
  const codes = pairingDesk(
    {
      pair: (code) => pairing.pair(transport, code, place, number),
      clock,
      changed: (isAsking, problem) =>
        shell.unpaired({
          kind: 'unpaired',
          server,
          isAsking,
          ...(problem === undefined ? {} : { problem }),
        }),
      report,
    },
    pairingCode,
  );
  shell.askFor(codes.submit);
  return codes.paired;
}
