// The Debian packages a command needs. Root on Debian gets them installed; anybody else gets the
// exact command. Dependency-free: runs on Node 20.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runVisibly } from './progress.mjs';
import { Stop, say } from './log.mjs';

// What Electron links to, a display for it, what node-hid links to, and a compiler for the
// Node-API 8 build of better-sqlite3 that the fallback runtime needs.
const electron = (
  'libgtk-3-0 libnss3 libasound2 libgbm1 libatk-bridge2.0-0 libatspi2.0-0 libcups2 libdrm2 ' +
  'libxcomposite1 libxdamage1 libxrandr2 libxkbcommon0 libxss1 libudev1 libusb-1.0-0 ' +
  'xvfb xauth imagemagick gcc g++'
).split(' ');
const lists = {
  none: [],
  electron,
  // Beside ingest on PostgreSQL.
  bench: [...electron, 'rsyslog', 'rsyslog-pgsql'],
  labOverUdp: ['python3-fido2'],
  lab: 'qemu-system-x86 busybox-static kmod cpio util-linux bsdutils fido2-tools python3-fido2'.split(
    ' ',
  ),
  test: [
    ...electron,
    'chromium-headless-shell',
    'xdotool',
    'xprintidle',
    'mount',
    'x11-utils',
    'openbox',
    'util-linux',
    'passwd',
    'procps',
    'openssl',
    // operations.md, followed.
    'curl',
    'systemd',
    'python3-fido2',
    'golang-go',
    'golang-golang-x-mod-dev',
    // A mocked logind: suspend and resume.
    'dbus',
    'python3-dbusmock',
    'libglib2.0-bin',
    // Displays that come and go.
    'tigervnc-standalone-server',
    'x11-xserver-utils',
    // A printer, and certificates of the system's user.
    'cups-daemon',
    'cups-client',
    'libnss3-tools',
  ],
};

/** Makes sure that the packages of a list are there. */
export async function installSystemPackages(list) {
  if (process.platform !== 'linux' || lists[list].length === 0) return;
  if (!isDebian()) {
    say(`not Debian: make sure that what these packages hold is there: ${lists[list].join(' ')}`);
    return;
  }
  const missing = missingPackages(lists[list]);
  if (missing.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (process.getuid() !== 0) {
    throw new Stop(
      `These Debian packages are missing. Install them and start again:\n\n` +
        `  sudo apt-get update && sudo apt-get ${install.join(' ')}`,
    );
  }
  const apt = (args) =>
    runVisibly(`apt-get ${args[0]}`, 'apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], {
      seconds: 900,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  say(`installing ${missing.length} Debian packages: ${missing.join(' ')}`);
  await apt(['update']);
  await apt(install);
  const still = missingPackages(missing);
  if (still.length > 0)
    throw new Stop(`apt-get ended well, but these are missing: ${still.join(' ')}`);
}

function isDebian() {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function missingPackages(names) {
  const query = ['-W', '-f=${db:Status-Abbrev} ${Package}\n', ...names];
  const { stdout, error } = spawnSync('dpkg-query', query, { encoding: 'utf8' });
  if (error) throw error;
  const there = new Set(stdout.split('\n').map((line) => /^ii\s+(\S+)/.exec(line)?.[1]));
  return names.filter((name) => !there.has(name));
}
