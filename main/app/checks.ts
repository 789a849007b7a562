import type { Result } from '../../common/result.ts';
import type { CheckName } from '../../common/findings.ts';
import type { Checked } from '../../preload/contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { KeyWatch } from './key-watch.ts';
import type { ServerProbe } from '../ports/server-probe.ts';
import type { TransportError } from '../ports/transport.ts';

/** A finding stays as it is for this long: a page that asks in a loop asks nobody else. */
const FRESH_MS = 1_000;
/** The system counts in whole seconds: two readings so far apart differ, unless somebody touched something. */
const IDLE_MS = 2_200;
const IDLE_READINGS = 4;
/** A key process has told what is plugged in by then. */
const KEYS_MS = 5_000;
/** More than this is worth a person's attention; seconds. The log's times are the station's own. */
const CLOCK_SECONDS = 60;

/** What is known of a paired station. */
export interface PairedFacts {
  /** Asks the server for a newer directory, and hears whether it knows this station. */
  readonly directory: () => Promise<Result<unknown, TransportError>>;
  /** `after-start`: its journal and with it the directory are not open yet. */
  readonly version: () => number | 'after-start' | undefined;
}

export interface CheckPorts {
  readonly probe: ServerProbe;
  /** Or what it waits for. */
  readonly paired: () => PairedFacts | 'after-pairing' | 'after-start';
  readonly keys: Pick<KeyWatch, 'known'>;
  readonly idleSeconds: () => number;
  readonly clock: Pick<Clock, 'mono' | 'at'>;
}

/** The connection test: each check by itself, so that a page can show them as they come in. */
export function stationChecks(ports: CheckPorts): (name: CheckName) => Promise<Checked> {
  const { clock } = ports;
  const wait = (ms: number) =>
    new Promise<void>((resolve) => void clock.at(clock.mono() + ms, resolve));

  const checks: Record<CheckName, () => Promise<Checked>> = {
    name: ports.probe.name,
    connection: ports.probe.connection,
    async server() {
      const { kind } = await ports.probe.server();
      switch (kind) {
        case 'answered':
          return { finding: 'server-good' };
        case 'other':
          return { finding: 'server-other' };
        case 'failing':
          return { finding: 'server-failing' };
        case 'silent':
          return { finding: 'after-server' };
      }
    },
    async clock() {
      const answer = await ports.probe.server();
      const ahead = answer.kind === 'answered' ? answer.ahead : undefined;
      if (ahead === undefined) return { finding: 'after-server' };
      const isOff = Math.abs(ahead) > CLOCK_SECONDS;
      return { finding: isOff ? 'clock-off' : 'clock-good', value: `${Math.round(ahead)} s` };
    },
    async station() {
      const paired = ports.paired();
      if (typeof paired === 'string') return { finding: paired };
      const answer = await paired.directory();
      if (answer.ok) return { finding: 'station-good' };
      if (answer.error.kind === 'unreachable') return { finding: 'after-server' };
      switch (answer.error.error.code) {
        // It knows the station, and has nothing for it yet: the next check says so.
        case 'no-directory':
          return { finding: 'station-good' };
        case 'unknown-station':
          return { finding: 'station-unknown' };
        case 'station-pending':
        case 'station-revoked':
          return { finding: answer.error.error.code };
        default:
          return { finding: 'station-refused' };
      }
    },
    async directory() {
      const paired = ports.paired();
      const version = typeof paired === 'string' ? paired : paired.version();
      if (typeof version === 'string') return { finding: version };
      return version === undefined
        ? { finding: 'directory-missing' }
        : { finding: 'directory-good', value: String(version) };
    },
    async keys() {
      const end = clock.mono() + KEYS_MS;
      // A process that has died is started again: the moment in between is no finding.
      while (typeof ports.keys.known() !== 'number' && clock.mono() < end) await wait(100);
      const known = ports.keys.known();
      if (typeof known !== 'number') return { finding: 'keys-crashed' };
      return known === 0
        ? { finding: 'keys-none' }
        : { finding: 'keys-good', value: String(known) };
    },
    async idle() {
      for (let reading = 0; reading < IDLE_READINGS; reading += 1) {
        const before = ports.idleSeconds();
        await wait(IDLE_MS);
        if (ports.idleSeconds() > before) return { finding: 'idle-good' };
      }
      return { finding: 'idle-still' };
    },
  };

  const found = new Map<CheckName, { readonly at: number; readonly result: Promise<Checked> }>();
  return (name) => {
    const last = found.get(name);
    if (last !== undefined && clock.mono() - last.at < FRESH_MS) return last.result;
    const result = checks[name]();
    const running = { at: Number.POSITIVE_INFINITY, result };
    found.set(name, running);
    // While it runs it is the newest; afterwards it ages.
    const age = () => found.set(name, { at: clock.mono(), result });
    result.then(age, age);
    return result;
  };
}
