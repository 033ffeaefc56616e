import { readFileSync } from 'node:fs';
import type { Fields, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { LinuxProcess } from './process.js';

let pageBytes: number | undefined;

/** Bytes of a page, as the kernel told this process at its start. */
function pageSize(): number {
  if (pageBytes === undefined) {
    const auxiliary = readFileSync('/proc/self/auxv');
    const AT_PAGESZ = 6n;
    for (let at = 0; at + 16 <= auxiliary.length; at += 16) {
      if (auxiliary.readBigUInt64LE(at) === AT_PAGESZ) pageBytes = Number(auxiliary.readBigUInt64LE(at + 8));
    }
  }
  if (pageBytes === undefined) throw new UnavailableError('/proc/self/auxv does not tell the size of a page');
  return pageBytes;
}

/** psutil 8's memory_info out of the text of /proc/PID/statm, bytes. Of its members `lib` and `dirty` have been 0 since Linux 2.6. */
export function memoryInfo(statm: string): Fields {
  const [vms = 0, rss = 0, shared = 0, text = 0, , data = 0] = statm.split(' ').map((pages) => Number(pages) * pageSize());
  return { rss, vms, shared, text, data };
}

/** Kibibytes of the rows of smaps whose name matches, in bytes. */
function bytesOf(smaps: string, name: string): number {
  let sum = 0;
  for (const [, kibibytes] of smaps.matchAll(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'gm'))) sum += Number(kibibytes) * 1024;
  return sum;
}

/** What would be free if the process ended, its share of what several hold, and what is swapped out; bytes. */
export function memoryFootprint(process: LinuxProcess): Fields {
  const smaps = process.file('smaps_rollup');
  return { uss: bytesOf(smaps, 'Private_\\w+'), pss: bytesOf(smaps, 'Pss'), swap: bytesOf(smaps, 'Swap') };
}

const mapRows: readonly (readonly [field: string, row: string])[] = [
  ['rss', 'Rss'], ['size', 'Size'], ['pss', 'Pss'], ['shared_clean', 'Shared_Clean'], ['shared_dirty', 'Shared_Dirty'],
  ['private_clean', 'Private_Clean'], ['private_dirty', 'Private_Dirty'], ['referenced', 'Referenced'], ['anonymous', 'Anonymous'], ['swap', 'Swap'],
];

/** psutil's memory_maps, grouped by path, out of the text of /proc/PID/smaps; bytes. */
export function memoryMaps(smaps: string): Result[] {
  const byPath = new Map<string, Record<string, number>>();
  let current: Record<string, number> | undefined;
  const fieldOf = new Map(mapRows.map(([field, row]) => [row, field]));
  for (const line of smaps.split('\n')) {
    const region = /^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \d+ *(.*)$/.exec(line);
    if (region !== null) {
      const path = (region[1] ?? '') === '' ? '[anon]' : (region[1] ?? '').replace(/ \(deleted\)$/, '');
      current = byPath.get(path) ?? Object.fromEntries(mapRows.map(([field]) => [field, 0]));
      byPath.set(path, current);
      continue;
    }
    const [, row = '', kibibytes] = /^(\w+):\s+(\d+) kB$/.exec(line) ?? [];
    const field = fieldOf.get(row);
    if (field !== undefined && current !== undefined) current[field] = (current[field] ?? 0) + Number(kibibytes) * 1024;
  }
  return [...byPath].map(([path, fields]) => ({ path, ...fields }));
}
