import type { Fields } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { u64 } from './encoding.js';
import { PERFORMANCE_INFORMATION as Information } from './layouts.js';
import { performanceInformation } from './memory.js';

/** The commit charge, its limit and its peak in bytes (GetPerformanceInfo), without `percent`. Throws UnavailableError. */
export function commitMemory(win32: Win32): Fields {
  return parseCommitMemory(performanceInformation(win32));
}

/** PERFORMANCE_INFORMATION as what is committed; a peak below what is committed now, as Wine's 0, is not told. */
export function parseCommitMemory(information: Buffer): Fields {
  const [used, limit, peak] = [Information.CommitTotal, Information.CommitLimit, Information.CommitPeak].map((member) => bytes(information, member)) as [number, number, number];
  return { used, limit, ...(peak < used ? {} : { peak }) };
}

/** The kernel's pools in bytes (GetPerformanceInfo). Throws UnavailableError. */
export function kernelMemory(win32: Win32): Fields {
  return parseKernelMemory(performanceInformation(win32));
}

/** PERFORMANCE_INFORMATION as the kernel's pools. No Windows runs without: where they are 0, as on Wine, they are not told. */
export function parseKernelMemory(information: Buffer): Fields {
  const members = { total: Information.KernelTotal, paged: Information.KernelPaged, nonpaged: Information.KernelNonpaged };
  const told = Object.entries(members).map(([name, member]) => [name, bytes(information, member)] as const).filter(([, value]) => value > 0);
  if (told.length === 0) throw new UnavailableError('GetPerformanceInfo tells of no kernel memory here, which no Windows is without');
  return Object.fromEntries(told);
}

/** How many handles, threads and processes there are (GetPerformanceInfo). Throws UnavailableError. */
export function systemStats(win32: Win32): Fields {
  return parseSystemStats(performanceInformation(win32));
}

/** PERFORMANCE_INFORMATION as counts. */
function parseSystemStats(information: Buffer): Fields {
  return {
    handles: information.readUInt32LE(Information.HandleCount),
    threads: information.readUInt32LE(Information.ThreadCount),
    processes: information.readUInt32LE(Information.ProcessCount),
  };
}

/** Seconds since the start (GetTickCount64), those asleep included. */
export function uptime(win32: Win32): number {
  return Number(win32.GetTickCount64()) / 1000;
}

function bytes(information: Buffer, member: number): number {
  return u64(information, member) * u64(information, Information.PageSize);
}
