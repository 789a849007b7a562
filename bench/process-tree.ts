import { readFile, readdir } from 'node:fs/promises';

/** Proportional set size of a process and all its descendants, in MiB (Linux). */
export async function memoryOfTree(root: number): Promise<number> {
  let kilobytes = 0;
  for (const pid of (await tree(root)).keys()) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
  }
  return kilobytes / 1024;
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
