import { UnavailableError } from '../../model/errors.js';
import type { Fields } from '../../catalog/value.js';
import { known, numberAfter, optionalTextOf, textOf, type Roots } from './source.js';

// pswpin and pswpout count pages; psutil takes 4 KiB for a page on every architecture.
const swapPage = 4096;

/** The rows of /proc/meminfo by name, in bytes; undefined where there is none. */
export function parseMeminfo(meminfo: string): (key: string) => number | undefined {
  return (key) => {
    const kibibytes = numberAfter(meminfo, `${key}:`);
    return kibibytes === undefined ? undefined : kibibytes * 1024;
  };
}

/**
 * psutil's `virtual_memory` out of the text of /proc/meminfo, bytes, without `percent`. `used` is what `free` of procps
 * prints: neither free, nor cache, nor buffers. A row that this kernel lacks is absent, where psutil warns and gives 0.
 */
export function parseVirtualMemory(meminfo: string): Fields {
  const bytes = parseMeminfo(meminfo);
  const total = bytes('MemTotal');
  const free = bytes('MemFree');
  if (total === undefined || free === undefined) throw new UnavailableError('/proc/meminfo has no MemTotal or no MemFree.');
  const buffers = bytes('Buffers');
  const pages = bytes('Cached');
  const cached = pages === undefined ? undefined : pages + (bytes('SReclaimable') ?? 0);
  const available = bytes('MemAvailable');
  return known({
    total,
    // More than there is: a container whose meminfo mixes its own limits with the host's numbers.
    available: (available ?? 0) > total ? free : available,
    used: usedOf(total, free, (cached ?? NaN) + (buffers ?? NaN)),
    free,
    active: bytes('Active'),
    inactive: bytes('Inactive'),
    buffers,
    cached,
    shared: bytes('Shmem'),
    slab: bytes('Slab'),
  });
}

function usedOf(total: number, free: number, cache: number): number {
  const used = total - free - cache;
  return used < 0 ? total - free : used;
}

/** psutil's `swap_memory` out of the texts of /proc/meminfo and /proc/vmstat, bytes, without `percent`. */
export function parseSwapMemory(meminfo: string, vmstat: string): Fields {
  const bytes = parseMeminfo(meminfo);
  const total = bytes('SwapTotal');
  const free = bytes('SwapFree');
  if (total === undefined || free === undefined) throw new UnavailableError('/proc/meminfo has no SwapTotal or no SwapFree.');
  const swapped = (key: string): number => (numberAfter(vmstat, `${key} `) ?? NaN) * swapPage;
  return known({ total, used: total - free, free, sin: swapped('pswpin'), sout: swapped('pswpout') });
}

/** psutil's `virtual_memory` without `percent`. */
export function virtualMemory(roots: Roots): Fields {
  return parseVirtualMemory(textOf(`${roots.proc}/meminfo`));
}

/** psutil's `swap_memory` without `percent`. */
export function swapMemory(roots: Roots): Fields {
  return parseSwapMemory(textOf(`${roots.proc}/meminfo`), optionalTextOf(`${roots.proc}/vmstat`) ?? '');
}
