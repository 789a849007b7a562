import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { provision } from '../simulator/provision.ts';

export interface SimulatorState {
  readonly inserted: string | null;
  readonly waitingForTouch: boolean;
  readonly reports: number;
  /** What the key was asked since it was plugged in, see simulator/heard.ts. */
  readonly heard: readonly string[];
  readonly keys: readonly {
    readonly id: string;
    readonly name: string;
    readonly pinRetries: number;
    readonly consecutiveMismatches: number;
    readonly counter: number;
  }[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly pin: string;
}

/** JSON lines to a running simulator. */
export async function connectControl(port: number) {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines = createInterface({ input: socket });
  const waiting: ((line: string) => void)[] = [];
  lines.on('line', (line) => waiting.shift()?.(line));
  const ask = async (request: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const answer = new Promise<string>((resolve) => waiting.push(resolve));
    socket.write(`${JSON.stringify(request)}\n`);
    const reply: unknown = JSON.parse(await answer);
    if (typeof reply !== 'object' || reply === null || !('ok' in reply) || reply.ok !== true) {
      throw new Error(`simulator: ${JSON.stringify(reply)}`);
    }
    return { ...reply };
  };
  return {
    /** Any command of control-commands.ts. */
    ask,
    insert: (key: string) => ask({ cmd: 'insert', key }),
    remove: () => ask({ cmd: 'remove' }),
    touch: async () => (await ask({ cmd: 'touch' }))['touched'] === true,
    touchAutomatically: (auto: boolean, delayMs = 0) => ask({ cmd: 'set-touch', auto, delayMs }),
    state: async () => (await ask({ cmd: 'state' })) as unknown as SimulatorState,
    close: () => socket.destroy(),
  };
}

export type Control = Awaited<ReturnType<typeof connectControl>>;

/** Starts test/simulator/main.ts with freshly made keys. */
export async function startSimulator(people: readonly Person[], rpId = 'localhost') {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-simulator-'));
  const file = path.join(folder, 'keys.json');
  const { keys, credentials } = provision({ rpId, people });
  writeFileSync(file, JSON.stringify({ keys }));
  const child: ChildProcess = spawn(
    process.execPath,
    [
      path.resolve(import.meta.dirname, '../simulator/main.ts'),
      ...['--udp', '0', '--control', '0', '--http', '0', '--keys', file],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (!child.stdout) throw new Error('no stdout');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const ready = JSON.parse(line) as { udp: number; control: number; http: number };
  const control = await connectControl(ready.control);
  return {
    udp: ready.udp,
    http: ready.http,
    controlPort: ready.control,
    control,
    credentials,
    async stop() {
      control.close();
      if (child.exitCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
