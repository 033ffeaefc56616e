import type { Fields } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { u64 } from './encoding.js';
import { failure } from './failure.js';
import { PERFORMANCE_INFORMATION as Information } from './layouts.js';

/** What GetPerformanceInfo tells, in bytes. */
export interface MemoryState {
  readonly commitLimit: number;
  readonly physicalTotal: number;
  readonly physicalAvailable: number;
  readonly systemCache: number;
  readonly kernelNonpaged: number;
}

/** Physical memory in bytes (GetPerformanceInfo). */
export function virtualMemory(win32: Win32): Fields {
  return memoryFields(memoryState(win32));
}

/** psutil's fields; Windows knows no difference between free and available. */
export function memoryFields(memory: MemoryState): Fields {
  return {
    total: memory.physicalTotal,
    available: memory.physicalAvailable,
    used: memory.physicalTotal - memory.physicalAvailable,
    free: memory.physicalAvailable,
    // No Windows runs without either: where they are 0, as on Wine, they are not told.
    ...(memory.systemCache > 0 ? { cached: memory.systemCache } : {}),
    ...(memory.kernelNonpaged > 0 ? { wired: memory.kernelNonpaged } : {}),
  };
}

/**
 * The page files in bytes, `percent` unrounded.
 *
 * @param usage the performance counter `\Paging File(_Total)\% Usage`; not asked where there are no page files.
 * Where the counter cannot be had, which psutil takes for 0 %, the rest is told, and under `untold` why what it tells is not.
 */
export async function swapMemory(win32: Win32, usage: () => Promise<number>): Promise<Record<string, number | string>> {
  const memory = memoryState(win32);
  // The commit limit is physical memory plus page files.
  const total = Math.max(0, memory.commitLimit - memory.physicalTotal);
  let percent = 0;
  try {
    if (total > 0) percent = await usage();
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { total, sin: 0, sout: 0, untold: error.message };
  }
  const used = Math.trunc((percent / 100) * total);
  return { total, used, free: total - used, percent, sin: 0, sout: 0 };
}

/** PERFORMANCE_INFORMATION in bytes. */
export function parseMemoryState(buffer: Buffer): MemoryState {
  const pageSize = u64(buffer, Information.PageSize);
  const bytes = (offset: number): number => u64(buffer, offset) * pageSize;
  return {
    commitLimit: bytes(Information.CommitLimit),
    physicalTotal: bytes(Information.PhysicalTotal),
    physicalAvailable: bytes(Information.PhysicalAvailable),
    systemCache: bytes(Information.SystemCache),
    kernelNonpaged: bytes(Information.KernelNonpaged),
  };
}

function memoryState(win32: Win32): MemoryState {
  return parseMemoryState(performanceInformation(win32));
}

/** PERFORMANCE_INFORMATION of now. Throws UnavailableError. */
export function performanceInformation(win32: Win32): Buffer {
  const information = Buffer.alloc(Information.size);
  information.writeUInt32LE(Information.size, Information.cb);
  if (win32.K32GetPerformanceInfo(information, information.length) === 0) throw failure('GetPerformanceInfo', win32.GetLastError());
  return information;
}
