import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyChild, superviseKeys } from '../../main/adapters/key-supervisor.ts';
import type { KeyReader } from '../../main/ports/key-reader.ts';
import type { KeyEvent } from '../../native/key-protocol.ts';
import { startSimulator } from '../support/simulator.ts';

const root = path.resolve(import.meta.dirname, '../..');
const shim = pathToFileURL(path.join(root, 'test/support/parent-port.mjs')).href;
const nurse = { id: 'nurse', name: 'Maria Lopez', pin: '246813' };

type Event = KeyEvent | { readonly kind: 'crashed' };

/** Events in the order they came, each looked at once. */
function inbox() {
  const events: Event[] = [];
  let wake = (): void => undefined;
  return {
    put(event: Event) {
      events.push(event);
      wake();
    },
    async next(isWanted: (event: Event) => boolean): Promise<Event> {
      for (;;) {
        for (let event = events.shift(); event; event = events.shift()) {
          if (isWanted(event)) return event;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

let folder: string;
let children: ChildProcess[];
let reader: KeyReader;
let mail: ReturnType<typeof inbox>;
let reports: string[];

beforeAll(() => {
  mkdirSync(path.join(root, 'out'), { recursive: true });
  // Inside the checkout, so that the bundle finds node-hid.
  folder = mkdtempSync(path.join(root, 'out/key-process-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => {
  children = [];
  reports = [];
  mail = inbox();
});
afterEach(async () => {
  reader.close();
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

function supervise(file: string, env: Record<string, string> = {}) {
  reader = superviseKeys(
    (): KeyChild => {
      const child = fork(file, {
        env,
        execArgv: ['--import', shim],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      children.push(child);
      return {
        postMessage: (message) => child.send(message as object),
        on(event: string, listener: (value: never) => void) {
          child.on(event, (value) => listener(value as never));
        },
        kill: () => child.kill('SIGKILL'),
      };
    },
    (code) => reports.push(code),
  );
  reader.listen(mail.put);
}

describe('the bundled key process under its supervisor', () => {
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  const bundle = () => path.join(folder, 'key-process.cjs');
  beforeAll(async () => {
    await build({
      entryPoints: [path.join(root, 'native/key-process.ts')],
      outfile: bundle(),
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node18',
      external: ['node-hid'],
      define: { __SIMULATED_KEYS__: 'true' },
      logLevel: 'error',
    });
  });
  beforeEach(async () => {
    simulator = await startSimulator([nurse]);
    supervise(bundle(), { WARDLOCK_SIMULATED_KEY: `udp://127.0.0.1:${simulator.udp}` });
  });
  afterEach(() => simulator.stop());

  const isPlugged = (event: Event) => event.kind === 'keys' && event.keys.length === 1;
  const isKind = (kind: Event['kind']) => (event: Event) => event.kind === kind;

  async function untilTouch(attempt: number) {
    reader.send({ kind: 'begin', attempt, rpId: 'localhost', known: [] });
    await mail.next(isKind('ready'));
    const pin = new TextEncoder().encode(nurse.pin);
    reader.send({ kind: 'pin', attempt, pin, clientDataHash: new Uint8Array(randomBytes(32)) });
    await mail.next(isKind('touch'));
  }

  it('carries a whole access', async () => {
    await simulator.control.insert('nurse');
    expect(await mail.next(isPlugged)).toMatchObject({
      keys: [{ simulated: true, product: 'Simulated key' }],
    });
    await untilTouch(1);
    await simulator.control.touch();
    const assertion = await mail.next(isKind('assertion'));
    expect(assertion).toMatchObject({ attempt: 1, reports: 10 });
    expect(assertion.kind === 'assertion' && assertion.authenticatorData).toBeInstanceOf(
      Uint8Array,
    );
  });

  it('says that it crashed when it is killed during the touch, and works again soon after', async () => {
    await simulator.control.insert('nurse');
    await mail.next(isPlugged);
    await untilTouch(1);
    children[0]?.kill('SIGKILL');
    await mail.next(isKind('crashed'));
    await mail.next(isPlugged);
    expect(children).toHaveLength(2);
    // The key still waits for the hand of the attempt that died, and says busy until it gets one.
    await simulator.control.touch();
    await untilTouch(2);
    await simulator.control.touch();
    expect(await mail.next(isKind('assertion'))).toMatchObject({ attempt: 2 });
    expect(reports).toEqual(['key-process:exit']);
  });

  it('ends over a command it does not know, and is started again', async () => {
    await mail.next(isKind('keys'));
    reader.send({ kind: 'begin', attempt: 0, rpId: 'localhost', known: [] });
    await mail.next(isKind('crashed'));
    await mail.next(isKind('keys'));
    expect(children.map(({ exitCode }) => exitCode)).toEqual([1, null]);
  });
});

describe('the supervisor of the key process', () => {
  const child = (source: string) => {
    const file = path.join(folder, `${randomBytes(4).toString('hex')}.cjs`);
    writeFileSync(file, source);
    return file;
  };

  it('passes on no message outside the protocol', async () => {
    supervise(
      child(`
        process.parentPort.postMessage({ kind: 'assertion', attempt: 1 });
        process.parentPort.postMessage({ kind: 'keys', keys: [], more: true });
        process.parentPort.postMessage('keys');
        process.parentPort.postMessage({ kind: 'touch', attempt: 1 });
        setInterval(() => {}, 1000);
      `),
    );
    expect(await mail.next(() => true)).toEqual({ kind: 'touch', attempt: 1 });
    expect(reports).toEqual(Array.from({ length: 3 }, () => 'key-process:bad-message'));
  });

  it('answers for a process that is not there', async () => {
    supervise(child(`process.exit(3)`));
    await mail.next(({ kind }) => kind === 'crashed');
    reader.send({ kind: 'begin', attempt: 1, rpId: 'localhost', known: [] });
    expect(await mail.next(() => true)).toEqual({ kind: 'crashed' });
  });

  it('gives the process no environment but its own', async () => {
    supervise(
      child(`
        const names = Object.keys(process.env).filter((name) => !name.startsWith('NODE_CHANNEL'));
        process.parentPort.postMessage({ kind: 'keys', keys: names.map((id) => ({ id, product: '', vendorId: 0, simulated: true })) });
        setInterval(() => {}, 1000);
      `),
      { WARDLOCK_SIMULATED_KEY: 'udp://127.0.0.1:1' },
    );
    const event = await mail.next(({ kind }) => kind === 'keys');
    expect(event.kind === 'keys' && event.keys.map(({ id }) => id)).toEqual([
      'WARDLOCK_SIMULATED_KEY',
    ]);
  });
});
