import type { Fields } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { parseMeminfo } from './memory.js';
import { known, optionalTextOf, textOf, type Roots } from './source.js';
import { processIds } from './system.js';

/** What the kernel has promised to programs, out of the text of /proc/meminfo; bytes, without `percent`. */
export function parseCommitMemory(meminfo: string): Fields {
  const bytes = parseMeminfo(meminfo);
  const [used, limit] = [bytes('Committed_AS'), bytes('CommitLimit')];
  if (used === undefined || limit === undefined) throw new UnavailableError('/proc/meminfo has no Committed_AS or no CommitLimit.');
  return { used, limit };
}

/** The kernel's own memory out of the text of /proc/meminfo; bytes. A row that this kernel lacks is absent. */
export function parseKernelMemory(meminfo: string): Fields {
  const bytes = parseMeminfo(meminfo);
  const told = known({ reclaimable: bytes('SReclaimable'), unreclaimable: bytes('SUnreclaim'), stacks: bytes('KernelStack'), page_tables: bytes('PageTables') });
  if (Object.keys(told).length === 0) throw new UnavailableError('/proc/meminfo has no row of the kernel\'s own memory.');
  return told;
}

/** Memory promised to programs. */
export function commitMemory(roots: Roots): Fields {
  return parseCommitMemory(textOf(`${roots.proc}/meminfo`));
}

/** The kernel's own memory. */
export function kernelMemory(roots: Roots): Fields {
  return parseKernelMemory(textOf(`${roots.proc}/meminfo`));
}

/**
 * Open files, threads and processes. The threads are all that the kernel schedules, its own among them; the files are of the
 * whole machine, too, where the processes of a container are its own.
 */
export function systemStats(roots: Roots): Fields {
  const handles = /^\d+/.exec(optionalTextOf(`${roots.proc}/sys/fs/file-nr`) ?? '')?.[0];
  const threads = /^\S+ \S+ \S+ \S+\/(\d+)/.exec(optionalTextOf(`${roots.proc}/loadavg`) ?? '')?.[1];
  return known({ handles: Number(handles), threads: Number(threads), processes: processIds(roots).length });
}

/** Seconds since the start, those asleep included. */
export function uptime(roots: Roots): number {
  const seconds = /^\d+(?:\.\d+)?/.exec(textOf(`${roots.proc}/uptime`))?.[0];
  if (seconds === undefined) throw new UnavailableError('/proc/uptime holds no number.');
  return Number(seconds);
}
