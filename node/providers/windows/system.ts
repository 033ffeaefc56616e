import type { Win32 } from './bindings.js';
import { unixTime } from './encoding.js';
import { failure } from './failure.js';
import { systemInformation } from './information.js';
import { SYSTEM_TIMEOFDAY_INFORMATION as TimeOfDay } from './layouts.js';

const idsAtFirst = 1024;

/** When the system started, seconds since 1970, as psutil has it: time asleep since then counts as up. Throws UnavailableError. */
export function bootTime(win32: Win32): number {
  return parseBootTime(systemInformation(win32, 'SystemTimeOfDayInformation', TimeOfDay.size));
}

/** SYSTEM_TIMEOFDAY_INFORMATION as the time of the start. */
export function parseBootTime(buffer: Buffer): number {
  return unixTime(buffer.readBigInt64LE(TimeOfDay.BootTime) - buffer.readBigInt64LE(TimeOfDay.SleepTimeBias));
}

/** The ids of running processes, ascending (EnumProcesses). Throws UnavailableError. */
export function processIds(win32: Win32): number[] {
  const needed = Buffer.alloc(4);
  for (let count = idsAtFirst; ; count += idsAtFirst) {
    const ids = Buffer.alloc(4 * count);
    if (win32.K32EnumProcesses(ids, ids.length, needed) === 0) throw failure('EnumProcesses', win32.GetLastError());
    const bytes = needed.readUInt32LE();
    // A full buffer may have been too short.
    if (bytes < ids.length) return parseIds(ids.subarray(0, bytes));
  }
}

/** An array of process ids, ascending. */
export function parseIds(ids: Buffer): number[] {
  return Array.from({ length: Math.floor(ids.length / 4) }, (_, index) => ids.readUInt32LE(4 * index)).sort((a, b) => a - b);
}

/**
 * Whether a process of that id runs. The list decides: OpenProcess, which psutil tries first, takes an id's neighbours
 * for it and opens ended processes too. Throws UnavailableError.
 */
export function processExists(win32: Win32, pid: number): boolean {
  // Some lists leave the idle process out.
  return pid === 0 || processIds(win32).includes(pid);
}
