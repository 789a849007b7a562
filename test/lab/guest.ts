import { spawn } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import type { GuestConfig } from './bench.ts';
import { expected, program, register } from './setting.ts';
import { provision } from '../simulator/provision.ts';
import { labKernel } from './kernel.ts';
import { quote } from './quote.ts';
import type { Item } from './suite.ts';

/** No case and no step of the boot takes as long as this, on a busy machine either. */
const SILENCE_SECONDS = 150;
const TOTAL_SECONDS = 900;

const root = path.resolve(import.meta.dirname, '../..');
export interface GuestRun {
  readonly runtime: string;
  /** Set when the guest did not come to its end. */
  readonly error?: string;
}

type Message = {
  readonly runtime?: string;
  readonly item?: Item;
  readonly error?: string;
  readonly done?: true;
};

/** Boots the guest, runs the suite in it and tells each case as it ends. Leaves no process behind. */
export async function runInGuest(
  authenticator: string | undefined,
  tell: (item: Item) => void,
): Promise<GuestRun> {
  const { kernel, initrd } = await labKernel();
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-lab-'));
  try {
    await fill(folder, authenticator);
    return await boot(folder, kernel, initrd, tell);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the guest finds at /lab: the suite in few files, since each file costs time over 9p. */
async function fill(folder: string, authenticator: string | undefined): Promise<void> {
  await build({
    entryPoints: {
      suite: path.join(root, 'test/lab/guest-main.ts'),
      bridge: path.join(root, 'test/lab/bridge.ts'),
      simulator: path.join(root, 'test/simulator/udp.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // No module of a bundle is the program that was started.
    define: { 'import.meta.filename': '"bundled"' },
    logLevel: 'warning',
  });
  writeFileSync(path.join(folder, 'config.json'), JSON.stringify(makeConfig(authenticator)));
  writeFileSync(path.join(folder, 'start'), `exec ${quote(process.execPath)} /lab/suite.mjs\n`);
}

function makeConfig(authenticator: string | undefined): GuestConfig {
  const people = ['first', 'second'].map((id) => ({ id, name: id, pin: expected.pin }));
  const { keys } = provision({ rpId: expected.rpId, people });
  const privateKey = keys[0]?.credentials[0]?.privateKey ?? '';
  const key = createPrivateKey({
    key: Buffer.from(privateKey, 'base64url'),
    format: 'der',
    type: 'pkcs8',
  });
  return {
    program: program('out/agent'),
    key: expected,
    checkout: root,
    register,
    memories: keys,
    publicKey: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    authenticator,
  };
}

function boot(
  folder: string,
  kernel: string,
  initrd: string,
  tell: (item: Item) => void,
): Promise<GuestRun> {
  const log = path.join(folder, 'console.log');
  const share = (id: string, place: string) => [
    '-fsdev',
    `local,id=${id},path=${place.replaceAll(',', ',,')},security_model=none,readonly=on,multidevs=remap`,
    '-device',
    `virtio-9p-pci,fsdev=${id},mount_tag=${id}`,
  ];
  const append =
    'console=ttyS0 quiet loglevel=4 panic=-1 tsc=reliable no_timer_check mitigations=off random.trust_cpu=on';
  const args = [
    ...'-M pc -accel tcg,thread=multi -cpu max -smp 2 -m 768 -nodefaults -no-user-config'.split(
      ' ',
    ),
    ...'-display none -no-reboot'.split(' '),
    ...['-kernel', kernel, '-initrd', initrd, '-append', append],
    // The first serial line is the console, the second carries the results.
    ...[
      '-chardev',
      `file,id=console,path=${log.replaceAll(',', ',,')}`,
      '-serial',
      'chardev:console',
      '-serial',
      'stdio',
    ],
    ...share('host', '/'),
    ...share('lab', folder),
    ...'-object rng-random,id=rng,filename=/dev/urandom -device virtio-rng-pci,rng=rng'.split(' '),
  ];
  return new Promise((resolve) => {
    // Ends with us, however we end.
    const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', 'qemu-system-x86_64', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const end = () => qemu.kill('SIGKILL');
    process.once('exit', end);
    let runtime = 'no guest';
    let error: string | undefined = 'the guest ended before its last case';
    const giveUp = (reason: string) => {
      error = reason;
      end();
    };
    const total = setTimeout(
      () => giveUp(`the guest was not done after ${TOTAL_SECONDS} s`),
      TOTAL_SECONDS * 1000,
    );
    const silence = setTimeout(
      () => giveUp(`the guest said nothing for ${SILENCE_SECONDS} s`),
      SILENCE_SECONDS * 1000,
    );
    createInterface({ input: qemu.stdout }).on('line', (line) => {
      silence.refresh();
      if (!line.startsWith('@')) return void process.stderr.write(`guest: ${line}\n`);
      const message = JSON.parse(line.slice(1)) as Message;
      if (message.runtime !== undefined) ({ runtime } = message);
      if (message.item) tell(message.item);
      if (message.error !== undefined) ({ error } = message);
      if (message.done) error = undefined;
    });
    qemu.on('error', (cause) => {
      error = cause.message;
    });
    qemu.on('close', () => {
      process.off('exit', end);
      clearTimeout(total);
      clearTimeout(silence);
      if (error === undefined) return resolve({ runtime });
      const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
      resolve({ runtime, error: `${error}\n${tail}`.trimEnd() });
    });
  });
}
