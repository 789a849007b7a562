import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cached, contentKey } from '../../tools/cache.mjs';
import { Stop } from '../../tools/log.mjs';
import { runVisibly } from '../../tools/progress.mjs';
import { run } from '../../tools/run.mjs';

const init = path.join(import.meta.dirname, 'init.sh');
/** In the order of need; what each depends on comes along. Two USB ports, for two keys. */
const modules = [
  ...['virtio_pci', '9pnet_virtio', '9p', 'overlay', 'virtio-rng'],
  ...['hid-generic', 'usbhid', 'dummy_hcd', 'usb_f_hid'],
];
const options: Readonly<Record<string, string>> = { 'dummy_hcd.ko': 'num=2' };

/** depmod lies where only root looks for programs. */
const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` };
const shell = (command: string, args: readonly string[], cwd?: string) =>
  run(command, args, { seconds: 300, env, ...(cwd === undefined ? {} : { cwd }) });

/**
 * Debian's current kernel, and an initial file system that mounts the host's files and runs `/lab/start`.
 * Downloaded once, kept in the cache.
 */
export async function labKernel(): Promise<{ readonly kernel: string; readonly initrd: string }> {
  const name = await packageName();
  const version = (await shell('apt-cache', ['show', '--no-all-versions', name])).stdout;
  const key = await contentKey([init, import.meta.filename], version);
  const place = await cached(`lab-${name}-${key}`, (draft: string) => unpack(name, draft));
  return { kernel: path.join(place, 'vmlinuz'), initrd: path.join(place, 'initrd.gz') };
}

/** linux-image-amd64 depends on the image of the day, which alone holds anything. */
async function packageName(): Promise<string> {
  const find = async () => {
    const { stdout } = await shell('apt-cache', ['depends', 'linux-image-amd64']);
    return /linux-image-\d\S+/.exec(stdout)?.[0];
  };
  const found = await find().catch(() => undefined);
  if (found !== undefined) return found;
  if (process.getuid?.() === 0)
    await runVisibly('apt-get update', 'apt-get', apt('update'), { seconds: 300, env });
  const updated = await find();
  if (updated === undefined)
    throw new Stop('The lab needs a Debian kernel, and apt knows of none: apt-get update');
  return updated;
}

const apt = (...args: string[]) => ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args];

async function unpack(name: string, draft: string): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'wardlock-kernel-'));
  try {
    const seconds = 600;
    await runVisibly(`downloading ${name}`, 'apt-get', apt('download', name), {
      seconds,
      env,
      cwd: work,
    });
    const [deb] = await readdir(work);
    if (deb === undefined) throw new Error(`apt-get download ${name} left nothing`);
    const tree = path.join(work, 'tree');
    await shell('dpkg-deb', ['-x', path.join(work, deb), tree]);
    const [release] = await readdir(path.join(tree, 'lib/modules'));
    if (release === undefined) throw new Error(`${deb} holds no modules`);
    await shell('depmod', ['-b', tree, release]);
    await copyFile(path.join(tree, 'boot', `vmlinuz-${release}`), path.join(draft, 'vmlinuz'));
    const root = path.join(work, 'root');
    for (const folder of 'bin modules proc sys dev host layer root'.split(' ')) {
      await mkdir(path.join(root, folder), { recursive: true });
    }
    await copyFile('/bin/busybox', path.join(root, 'bin/busybox'));
    await copyFile(init, path.join(root, 'init'));
    await chmod(path.join(root, 'init'), 0o755);
    await writeFile(path.join(root, 'modules/order'), await copyModules(tree, release, root));
    const pack = 'find . | cpio --quiet -o -H newc | gzip -1 > "$0"';
    await shell('bash', ['-o', 'pipefail', '-c', pack, path.join(draft, 'initrd.gz')], root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Copies the modules; the answer lists them with their options, one a line, dependencies first. */
async function copyModules(tree: string, release: string, root: string): Promise<string> {
  const files = new Set<string>();
  for (const module of modules) {
    const { stdout } = await shell('modprobe', [
      '-d',
      tree,
      '-S',
      release,
      '--show-depends',
      module,
    ]);
    for (const [, file] of stdout.matchAll(/^insmod (\S+)/gm))
      if (file !== undefined) files.add(file);
  }
  const lines: string[] = [];
  for (const file of files) {
    const base = path.basename(file);
    await copyFile(file, path.join(root, 'modules', base));
    lines.push(`${base} ${options[base] ?? ''}\n`);
  }
  return lines.join('');
}
