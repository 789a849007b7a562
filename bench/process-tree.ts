import { readFile, readdir } from 'node:fs/promises';

/**
 * Proportional set size of a process and all its descendants, in MiB (Linux). The pages of the executable are
 * shared with any other Electron that runs: only with none beside it do two readings compare.
 */
export async function memoryOfTree(root: number): Promise<number> {
  let sum = 0;
  for (const pid of (await tree(root)).keys()) sum += await mebibytes(pid, ['Pss']);
  return sum;
}

/**
 * What a process and all its descendants have allocated, in MiB by Chromium's `--type` (Linux): anonymous and shared
 * memory, without the pages of files, which come and go with whoever else has them mapped.
 */
export async function allocatedByType(root: number): Promise<ReadonlyMap<string, number>> {
  const sums = new Map<string, number>();
  for (const pid of (await tree(root)).keys()) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // A zygote's children write their arguments with spaces between.
    const type = /--type=([\w-]+)/.exec(command)?.[1] ?? 'main';
    sums.set(type, (sums.get(type) ?? 0) + (await mebibytes(pid, ['Pss_Anon', 'Pss_Shmem'])));
  }
  return sums;
}

async function mebibytes(pid: number, fields: readonly string[]): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const kilobytes = fields.map((field) =>
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, one) => sum + one, 0) / 1024;
}

/** Of every second the kernel counts a hundred ticks, whatever its own clock (Linux, USER_HZ). */
const TICKS = 100;

/** CPU time of a process and all its descendants that live, in seconds (Linux). */
export async function cpuOfTree(root: number): Promise<number> {
  let ticks = 0;
  // utime and stime, fields 14 and 15 of proc_pid_stat(5).
  for (const fields of (await tree(root)).values())
    ticks += Number(fields[11]) + Number(fields[12]);
  return ticks / TICKS;
}

/** By process: the fields of /proc/PID/stat that come after its name. */
async function tree(root: number): Promise<Map<number, readonly string[]>> {
  const all = new Map<number, readonly string[]>();
  for (const name of await readdir('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    // The name in parentheses may hold spaces: fields are counted after it.
    if (stat !== undefined) all.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' '));
  }
  const belongs = (pid: number): boolean => {
    for (let at = pid; at > 1; at = Number(all.get(at)?.[1] ?? 0)) if (at === root) return true;
    return false;
  };
  return new Map([...all].filter(([pid]) => belongs(pid)));
}
