import { loadavg } from 'node:os';
import { UnavailableError } from '../../model/errors.js';
import type { Fields } from '../../catalog/value.js';
import { known, numberAfter, optionalNamesIn, optionalTextOf, textOf, type Roots } from './source.js';

// USER_HZ, the unit of /proc/stat: 100 on every architecture that Node runs on.
const ticksPerSecond = 100;
const modes = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal', 'guest', 'guest_nice'];

/** CPU times out of the text of /proc/stat, in seconds: `total` over all CPUs, `each` gives those of each CPU. Older kernels tell fewer modes. */
export function parseCpuTimes(stat: string): { total: Fields; each: () => Fields[] } {
  const rows = cpuRows(stat);
  const total = rows.find((row) => row.startsWith('cpu '));
  if (total === undefined) throw new UnavailableError('/proc/stat has no line of CPU times.');
  return { total: timesOf(total), each: () => rows.filter((row) => row !== total).map(timesOf) };
}

/** The lines of CPU times, which stand together. */
function cpuRows(stat: string): string[] {
  const start = stat.startsWith('cpu') ? 0 : stat.indexOf('\ncpu') + 1;
  const rows: string[] = [];
  for (let at = start; stat.startsWith('cpu', at); ) {
    const end = stat.indexOf('\n', at);
    rows.push(end < 0 ? stat.slice(at) : stat.slice(at, end));
    if (end < 0) break;
    at = end + 1;
  }
  return rows;
}

function timesOf(row: string): Fields {
  const [, ...ticks] = row.trimEnd().split(/ +/);
  const times: Record<string, number> = {};
  modes.forEach((mode, at) => { times[mode] = Number(ticks[at] ?? NaN) / ticksPerSecond; });
  return known(times);
}

/** Context switches and interrupts out of the text of /proc/stat. Linux counts no system calls: 0, as psutil documents. */
export function parseCpuStats(stat: string): Fields {
  const count = (key: string): number | undefined => numberAfter(stat, `${key} `);
  return known({ ctx_switches: count('ctxt'), interrupts: count('intr'), soft_interrupts: count('softirq'), syscalls: 0 });
}

/** The frequencies in the text of /proc/cpuinfo, MHz, in the order of CPUs; none on architectures that do not tell. */
export function parseCpuInfoFrequencies(cpuinfo: string): number[] {
  return [...cpuinfo.matchAll(/^(?:cpu MHz|clock|cpu MHz dynamic)\s*: ([\d.]+)/gim)].map(([, mhz]) => Number(mhz));
}

/** Physical cores by the text of /proc/cpuinfo: cores of each package, added up; undefined where it does not tell. */
export function parsePhysicalCores(cpuinfo: string): number | undefined {
  const packages = new Map<string, number>();
  for (const section of cpuinfo.split('\n\n')) {
    const id = /^physical id\s*: (\d+)/m.exec(section)?.[1];
    const cores = /^cpu cores\s*: (\d+)/m.exec(section)?.[1];
    if (id !== undefined && cores !== undefined) packages.set(id, Number(cores));
  }
  const sum = [...packages.values()].reduce((total, cores) => total + cores, 0);
  return sum > 0 ? sum : undefined;
}

/** The numbers in a list such as `0-3,8`. */
export function parseCpuList(text: string): number[] {
  return [...text.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last]) => {
    const from = Number(first);
    return Array.from({ length: Number(last ?? first) - from + 1 }, (_, at) => from + at);
  });
}

/** psutil's `cpu_times`: seconds since boot, one map or one a CPU. */
export function cpuTimes(roots: Roots, perCpu: boolean): Fields | Fields[] {
  const { total, each } = parseCpuTimes(textOf(`${roots.proc}/stat`));
  return perCpu ? each() : total;
}

/** psutil's `cpu_count`: CPUs online, or physical cores. */
export function cpuCount(roots: Roots, logical: boolean): number {
  const count = logical ? cpuRows(textOf(`${roots.proc}/stat`)).filter((row) => !row.startsWith('cpu ')).length : physicalCores(roots);
  if (count === undefined || count < 1) {
    throw new UnavailableError(`This kernel tells no number of ${logical ? 'CPUs in /proc/stat' : 'physical cores in /sys or /proc/cpuinfo'}.`);
  }
  return count;
}

function physicalCores(roots: Roots): number | undefined {
  const cpus = `${roots.sys}/devices/system/cpu`;
  const topologies = optionalNamesIn(cpus).filter((name) => /^cpu\d+$/.test(name)).map((name) => `${cpus}/${name}/topology`);
  for (const siblings of ['core_cpus_list', 'thread_siblings_list']) {
    const cores = new Set(topologies.map((topology) => optionalTextOf(`${topology}/${siblings}`)));
    cores.delete(undefined);
    if (cores.size > 0) return cores.size;
  }
  return parsePhysicalCores(optionalTextOf(`${roots.proc}/cpuinfo`) ?? '');
}

/** psutil's `cpu_stats`: counts since boot. */
export function cpuStats(roots: Roots): Fields {
  return parseCpuStats(textOf(`${roots.proc}/stat`));
}

/**
 * psutil's `cpu_freq`, one map a CPU, MHz: by cpufreq, or where there is none (virtual machines) by /proc/cpuinfo with
 * `min` and `max` 0, psutil's sign for unknown.
 */
export function cpuFrequencies(roots: Roots): Fields[] {
  const told = parseCpuInfoFrequencies(optionalTextOf(`${roots.proc}/cpuinfo`) ?? '');
  const policies = policyByCpu(`${roots.sys}/devices/system/cpu/cpufreq`);
  if (policies.length === 0 && told.length === 0) {
    throw new UnavailableError('This system tells no CPU frequency: it has no cpufreq in /sys and no MHz in /proc/cpuinfo.');
  }
  if (policies.length === 0) return told.map((current) => ({ current, min: 0, max: 0 }));
  return policies.map((policy, at) => {
    const megahertz = (name: string): number | undefined => {
      const kilohertz = optionalTextOf(`${policy}/${name}`);
      return kilohertz === undefined ? undefined : Number(kilohertz) / 1000;
    };
    const measured = told.length === policies.length ? told[at] : undefined;
    return known({
      current: measured ?? megahertz('scaling_cur_freq') ?? megahertz('cpuinfo_cur_freq'),
      min: megahertz('scaling_min_freq'),
      max: megahertz('scaling_max_freq'),
    });
  });
}

// One policy may govern several CPUs; psutil 8 gives each of them a row.
function policyByCpu(cpufreq: string): string[] {
  const byCpu = new Map<number, string>();
  for (const name of optionalNamesIn(cpufreq)) {
    const own = /^policy(\d+)$/.exec(name)?.[1];
    if (own === undefined) continue;
    const affected = optionalTextOf(`${cpufreq}/${name}/affected_cpus`) ?? own;
    for (const cpu of affected.split(' ').filter((word) => word !== '')) byCpu.set(Number(cpu), `${cpufreq}/${name}`);
  }
  return [...byCpu].sort(([one], [other]) => one - other).map(([, policy]) => policy);
}

/** psutil's `getloadavg`: processes running or waiting, over 1, 5 and 15 minutes. */
export function loadAverage(): number[] {
  return loadavg();
}
