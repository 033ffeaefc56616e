import type { Fields, Result } from '../../catalog/value.js';
import { wideText, wordSize } from './encoding.js';
import { failure } from './failure.js';
import { MEMORY_BASIC_INFORMATION as Region } from './layouts.js';
import type { WindowsProcess } from './process.js';
import { Access, statusFailure, withProcess } from './processHandle.js';
import { onThread } from './thread.js';

const MemoryWorkingSetInformation = 1;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
const smallestWorkingSet = 32 * 1024;
const largestWorkingSet = 256 * 1024 * 1024;
/** Bits of an entry of the working set: whether the page can be shared, and by how many it is. */
const SHARED = 0x100;
const SHARE_COUNT = 0xe0;
const oneSharer = 0x20;
const pageSize = 4096;

/** Memory that nobody else has: the pages of the working set that are not shared with another process. */
export function memoryFootprint(one: WindowsProcess): Promise<Fields> {
  return withProcess(one, Access.query, async (process) => {
    const { win32 } = one.table;
    for (let size = smallestWorkingSet; ; size *= 2) {
      const set = Buffer.alloc(size);
      const { value: status } = await onThread(win32, win32.NtQueryVirtualMemory, process, 0, MemoryWorkingSetInformation, set, size, Buffer.alloc(wordSize));
      if (status === 0) return { uss: privatePages(set) * pageSize };
      if (status !== STATUS_INFO_LENGTH_MISMATCH || size >= largestWorkingSet) throw statusFailure(one, 'NtQueryVirtualMemory(MemoryWorkingSetInformation)', status);
    }
  });
}

/** How many pages in a MEMORY_WORKING_SET_INFORMATION are the process's alone. */
export function privatePages(set: Buffer): number {
  const count = Math.min(Number(set.readBigUInt64LE()), set.length / wordSize - 1);
  let pages = 0;
  for (let at = 1; at <= count; at += 1) {
    const flags = set.readUInt32LE(at * wordSize);
    if ((flags & SHARED) === 0 || (flags & SHARE_COUNT) <= oneSharer) pages += 1;
  }
  return pages;
}

/** Mapped files by path, and the bytes that are mapped of each. */
export function memoryMaps(one: WindowsProcess): Result[] {
  return withProcess(one, Access.query | Access.readMemory, (process) => {
    const { win32 } = one.table;
    const byPath = new Map<string, number>();
    const region = Buffer.alloc(Region.size);
    const name = Buffer.alloc(2 * 1024);
    let address = 0n;
    while (win32.VirtualQueryEx(process, address, region, region.length) > 0) {
      const [start, size] = [region.readBigUInt64LE(Region.BaseAddress), region.readBigUInt64LE(Region.RegionSize)];
      const length = win32.K32GetMappedFileNameW(process, start, name, name.length / 2);
      if (length > 0) {
        const path = one.table.drivePath(wideText(name));
        byPath.set(path, (byPath.get(path) ?? 0) + Number(size));
      }
      if (size === 0n) break;
      address = start + size;
    }
    if (address === 0n) throw failure(`VirtualQueryEx of the process ${String(one.pid)}`, win32.GetLastError());
    return [...byPath].map(([path, rss]) => ({ path, rss }));
  });
}
