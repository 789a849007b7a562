import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { endingWithUs, supervise } from '../../tools/service.mjs';
import { until } from './station.ts';

const run = promisify(execFile);

/** A system bus of one's own with a mocked logind on it (python3-dbusmock): `env` puts a program there. */
export async function startLogind() {
  const options = ['--session', '--nofork', '--print-address=1'];
  const daemon = spawn(...endingWithUs('dbus-daemon', options), {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const bus = supervise('dbus-daemon', daemon);
  let printed = '';
  daemon.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const address = await until('the bus', () => printed.endsWith('\n') && printed.trim());
  const env = { DBUS_SYSTEM_BUS_ADDRESS: address };
  const mock = ['-m', 'dbusmock', '--system', '--template', 'logind'];
  const logind = supervise(
    'dbusmock',
    spawn(...endingWithUs('/usr/bin/python3', mock), {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    }),
  );
  const call = (...args: string[]) =>
    run('gdbus', ['call', '--address', address, '-d', 'org.freedesktop.login1', ...args]);
  await until('logind', () =>
    call('-o', '/org/freedesktop/login1', '-m', 'org.freedesktop.DBus.Peer.Ping').then(
      () => true,
      () => false,
    ),
  );
  return {
    env,
    /** logind's signal, true before sleep and false after (org.freedesktop.login1(5)). */
    async prepareForSleep(isAboutToSleep: boolean) {
      await call(
        ...['-o', '/org/freedesktop/login1', '-m', 'org.freedesktop.DBus.Mock.EmitSignal'],
        ...['org.freedesktop.login1.Manager', 'PrepareForSleep', 'b', `[<${isAboutToSleep}>]`],
      );
    },
    async stop() {
      await logind.stop();
      await bus.stop();
    },
  };
}
