import { fork } from 'node:child_process';
import { type KeyChild, superviseKeys } from '../../main/adapters/key-supervisor.ts';
import type { KeyCommand, KeyEvent } from '../../native/key-protocol.ts';

export type ClientEvent = KeyEvent | { readonly kind: 'crashed' };
type Kind = ClientEvent['kind'];
type Of<K extends Kind> = Extract<ClientEvent, { readonly kind: K }>;

export interface ClientProgram {
  /** The bundled key process of the product. */
  readonly bundle: string;
  /** Gives it the `process.parentPort` that an Electron utility process has. */
  readonly shim: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Runs it as this user and group. */
  readonly uid?: number;
}

/** The product's key process as a child of this one. */
export function forkKeyProcess(
  { bundle, shim, env = {}, uid }: ClientProgram,
  args: string[] = [],
) {
  const child = fork(bundle, args, {
    env,
    execArgv: ['--import', shim],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const adapted: KeyChild = {
    postMessage: (message) => child.connected && child.send(message as object),
    on(event: string, listener: (value: never) => void) {
      child.on(event, (value) => listener(value as never));
    },
    kill: () => child.kill('SIGKILL'),
  };
  return { child: adapted, signal: (name: NodeJS.Signals) => child.kill(name) };
}

/** The product's key process, under the product's supervisor. */
export function startClient(program: ClientProgram) {
  const trace: string[] = [];
  const events: ClientEvent[] = [];
  let keys: Of<'keys'>['keys'] = [];
  let wake = (): void => undefined;
  let signal = (_signal: NodeJS.Signals): unknown => undefined;
  const reader = superviseKeys(
    () => {
      const forked = forkKeyProcess(program);
      ({ signal } = forked);
      return forked.child;
    },
    (code) => trace.push(`report ${code}`),
  );
  reader.listen((event) => {
    trace.push(summary(event));
    if (event.kind === 'keys') ({ keys } = event);
    events.push(event);
    wake();
  });
  return {
    send(command: KeyCommand) {
      trace.push(`send ${command.kind}`);
      reader.send(command);
    },
    /** The next event of a kind; what comes before it is passed over. Waits for as long as the case may. */
    async next<K extends Kind>(kind: K, isWanted: (event: Of<K>) => boolean = () => true) {
      const fits = (event: ClientEvent): event is Of<K> =>
        event.kind === kind && isWanted(event as Of<K>);
      for (;;) {
        for (let event = events.shift(); event; event = events.shift()) {
          if (fits(event)) return event;
          if (event.kind === 'refused' && kind !== 'keys' && kind !== 'crashed') {
            throw new Error(`waited for ${kind}, and the key was refused: ${event.code}`);
          }
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    /** Forgets what was not looked at. */
    clear() {
      events.length = 0;
      trace.length = 0;
    },
    /** What it said last about the keys that are there. */
    keys: () => keys,
    /** Everything since the last `clear`, one short word each. */
    trace: () => trace.join(', '),
    /** As a crash of a native module would. */
    kill: () => signal('SIGKILL'),
    /** As a native call that never comes back would; `go` ends it. */
    hang: () => signal('SIGSTOP'),
    go: () => signal('SIGCONT'),
    close: () => reader.close(),
  };
}

export type Client = ReturnType<typeof startClient>;

function summary(event: ClientEvent): string {
  switch (event.kind) {
    case 'keys':
      return `keys(${event.keys.length})`;
    case 'refused':
      return `refused(${event.code})`;
    default:
      return event.kind;
  }
}
