import { UnavailableError } from '../../model/errors.js';
import { namesIn, numberAfter, optionalTextOf, textOf, type Roots } from './source.js';

const digit0 = '0'.charCodeAt(0);

/** When the system started, seconds since 1970, out of the text of /proc/stat. */
export function parseBootTime(stat: string): number {
  const seconds = numberAfter(stat, 'btime ');
  if (seconds === undefined) throw new UnavailableError('/proc/stat has no line "btime".');
  return seconds;
}

/** The process that a thread belongs to, out of the text of /proc/PID/status. */
export function parseProcessOf(status: string): number | undefined {
  const pid = /^Tgid:\s*(\d+)/m.exec(status)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

/** psutil's `boot_time`: the kernel's, which moves when the clock is set. */
export function bootTime(roots: Roots): number {
  return parseBootTime(textOf(`${roots.proc}/stat`));
}

/** psutil's `pids`: processes running now, lowest first. */
export function processIds(roots: Roots): number[] {
  const pids: number[] = [];
  let sorted = true;
  const names = namesIn(roots.proc);
  for (let n = 0; n < names.length; n += 1) {
    const name = names[n] ?? '';
    const first = name.charCodeAt(0);
    const pid = first >= digit0 && first < digit0 + 10 ? Number(name) : NaN;
    if (!Number.isInteger(pid)) continue;
    sorted &&= pid > (pids.at(-1) ?? 0);
    pids.push(pid);
  }
  // The kernel lists them in this order.
  return sorted ? pids : pids.sort((one, other) => one - other);
}

/** psutil's `pid_exists`: whether it is a process; the kernel also answers under the ids of threads, which do not count. */
export function processExists(roots: Roots, pid: number): boolean {
  const status = optionalTextOf(`${roots.proc}/${String(pid)}/status`);
  return status === undefined ? processIds(roots).includes(pid) : parseProcessOf(status) === pid;
}
