import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { connectControl } from '../support/simulator.ts';
import { until } from '../support/station.ts';

/** An authenticator program: 64-byte reports on UDP port `PORT` of the loopback. */
export interface AuthenticatorOptions {
  readonly command: string;
  readonly port: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startAuthenticator({
  command,
  port,
  cwd = '/',
  env = {},
}: AuthenticatorOptions): ChildProcess {
  return spawn('/bin/sh', ['-c', command], {
    cwd,
    env: { ...process.env, ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The simulator's control channel, once it listens. */
export const controlOf = (port: number) =>
  until(
    'the control channel of the simulator',
    () => connectControl(port).catch(() => undefined),
    60,
  );

/** Resolves once INIT is answered (CTAP 2.1 §11.2.9.1.3). */
export async function answers(port: number): Promise<void> {
  const socket = createSocket('udp4');
  const nonce = randomBytes(8);
  let answered = false;
  socket.on('message', (report) => {
    answered ||= report.subarray(7, 15).equals(nonce);
  });
  // Nobody listens yet.
  socket.on('error', () => undefined);
  const init = Buffer.alloc(64);
  Buffer.from('ffffffff860008', 'hex').copy(init);
  nonce.copy(init, 7);
  try {
    await until(
      `an answer to CTAPHID_INIT at UDP 127.0.0.1:${port}`,
      () => {
        socket.send(init, port, '127.0.0.1', () => undefined);
        return new Promise<boolean>((resolve) => {
          setTimeout(() => resolve(answered), 150);
        });
      },
      60,
    );
  } finally {
    socket.close();
  }
}
