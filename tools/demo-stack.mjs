// The demo practice as running programs: clinical app, simulated keys and server, with their data
// in one folder. Used by `npm start`, the smoke run, the tests, the benchmarks and the screenshots.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run.mjs';
import { startService } from './service.mjs';

const root = path.resolve(import.meta.dirname, '..');
const serverProgram = path.join(root, 'out', 'server', 'index.mjs');
const keySimulator = path.join(root, 'test', 'simulator');

/**
 * Starts everything but the agent. A data folder that was used before is used again: same people,
 * keys, events and ports.
 * @param {object} options
 * @param {string} options.data folder for all data
 * @param {{ server?: number, app?: number }} [options.ports] 0 (the default) takes a free one
 * @param {Record<string, unknown>} [options.policy] overrides of the demo policy, first time only
 * @param {string} [options.station] the station's name
 * @param {{ url: string, hosts: string[], allow?: string[] }} [options.app] another clinical app than the demo's, already served
 * @param {(line: string) => void} [options.say]
 * @param {(service: string, line: string) => void} [options.onLog] standard error of the programs
 */
export async function startDemoStack({
  data,
  ports = {},
  policy,
  station = 'Ward 3, room 12',
  app: otherApp,
  say = () => undefined,
  onLog = () => undefined,
}) {
  const at = (...names) => path.join(data, ...names);
  await mkdir(at('server'), { recursive: true });
  const memory = await remembered(at('stack.json'), ports);
  const services = [];
  const start = async (name, args) => {
    const service = await startService(name, args, {
      cwd: root,
      onLog: (line) => onLog(name, line),
    });
    services.push(service);
    return service;
  };
  const stop = async () => {
    await Promise.all(services.splice(0).map((service) => service.stop()));
  };
  const serve = () =>
    start('server', [
      serverProgram,
      'serve',
      '--data',
      at('server'),
      '--port',
      String(memory.server),
    ]);

  try {
    const serveApp = async () => {
      const app = await start('clinical app', [
        path.join(root, 'demo', 'clinical-app', 'serve.mjs'),
        '--port',
        String(memory.app),
      ]);
      memory.app = app.ready.port;
      return { url: `http://127.0.0.1:${memory.app}/`, hosts: [`127.0.0.1:${memory.app}`] };
    };
    const { url: appUrl, hosts: appHosts, allow: appAllow } = otherApp ?? (await serveApp());
    const { demoPeople, demoPractice } = await import('../demo/practice.mjs');
    if (memory.group === undefined) {
      say('provisioning the demo keys and the demo practice');
      const credentials = await provisionKeys(at('keys.json'), demoPeople);
      const practice = demoPractice({ credentials, appUrl, appHosts, appAllow, policy });
      memory.group = practice.groups[0].name;
      await writeFile(at('practice.json'), JSON.stringify(practice, undefined, 2));
      await serverCommand('seed', '--data', at('server'), '--file', at('practice.json'));
    }
    const pairingCode = await serverCommand(
      'pairing-code',
      '--data',
      at('server'),
      '--group',
      memory.group,
      '--approved',
    );
    const keys = await start('simulated keys', [
      path.join(keySimulator, 'main.ts'),
      '--udp=0',
      '--control=0',
      '--http=0',
      `--keys=${at('keys.json')}`,
    ]);
    let server = await serve();
    memory.server = server.ready.port;
    await replaceFile(at('stack.json'), JSON.stringify(memory));
    const serverUrl = `http://localhost:${memory.server}`;
    await replaceFile(
      at('station.json'),
      JSON.stringify(
        { serverUrl, pairingCode, place: station, rpId: 'localhost', allowUnsealed: true },
        undefined,
        2,
      ),
    );

    return {
      data,
      people: demoPeople,
      serverUrl,
      appUrl,
      keys: { ...keys.ready, pageUrl: `http://127.0.0.1:${keys.ready.http}/` },
      /** Address of the console, with the token of this start. */
      consoleUrl: () => server.ready.consoleUrl,
      /** What the agent's environment needs to find all this. */
      agentEnvironment: {
        WARDLOCK_CONFIG: at('station.json'),
        WARDLOCK_DATA: at('station'),
        WARDLOCK_SIMULATED_KEY: `udp://127.0.0.1:${keys.ready.udp}`,
        WARDLOCK_DEMO_KEYS: `http://127.0.0.1:${keys.ready.http}`,
      },
      services: () => services.map(({ name, pid }) => ({ name, pid })),
      /** Ends the server as a power cut would. */
      killServer: async () => {
        services.splice(services.indexOf(server), 1);
        await server.kill();
      },
      /** Starts the server again, on the same port and data, after `killServer`. */
      restartServer: async () => {
        server = await serve();
      },
      /** The first service that ends by itself. */
      failure: () =>
        Promise.race(
          services.map(async (service) => {
            const { code, signal } = await service.exited;
            return `${service.name} ended (${signal ?? code})\n${service.log()}`;
          }),
        ),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Ports and group of an earlier start; ports that were asked for win. */
async function remembered(file, ports) {
  const before = existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
  return {
    group: before.group,
    server: ports.server || (before.server ?? 0),
    app: ports.app || (before.app ?? 0),
  };
}

async function provisionKeys(file, people) {
  const persons = people.flatMap(({ id, name, pin }) => ['--person', `${id}:${name}:${pin}`]);
  const { stdout } = await run(
    process.execPath,
    [path.join(keySimulator, 'provision.ts'), '--rp-id', 'localhost', '--out', file, ...persons],
    { seconds: 60, cwd: root },
  );
  return JSON.parse(stdout).credentials;
}

async function serverCommand(...args) {
  const { stdout } = await run(process.execPath, [serverProgram, ...args], {
    seconds: 60,
    cwd: root,
  });
  return stdout.trim();
}

async function replaceFile(file, text) {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
