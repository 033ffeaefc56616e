import { dirname, parse } from 'node:path/win32';
import { UnavailableError } from '../../model/errors.js';
import type { Fields } from '../../catalog/value.js';
import { INVALID_HANDLE_VALUE, type Handle, type Win32 } from './bindings.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import { onThread, type Answer } from './thread.js';
import { u64 } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { DISK_PERFORMANCE as Performance } from './layouts.js';

const FILE_SHARE_READ_WRITE = 3;
const OPEN_EXISTING = 3;
const IOCTL_DISK_PERFORMANCE = 0x00070020;
/** psutil's number of disks looked for. */
const diskNumbers = 33;
/** Drivers that append to DISK_PERFORMANCE are given up to this much. */
const longestPerformance = 1024 * 1024;

/**
 * Space on the volume of a path, in bytes (GetDiskFreeSpaceExW). `free` is the volume's, without regard to quotas.
 * Throws UnavailableError.
 */
export function diskUsage(win32: Win32, isolation: Isolation, path: string): Promise<Fields> {
  return isolation.run(`The drive ${parse(path).root}`, answerTimeout, async () => {
    const [total, free] = [Buffer.alloc(8), Buffer.alloc(8)];
    const ask = (directory: string): Promise<Answer<number>> =>
      onThread(win32, win32.GetDiskFreeSpaceExW, directory, null, total, free);
    let answer = await ask(path);
    // A file's volume is the one of its directory.
    if (answer.value === 0 && answer.code === ErrorCode.DIRECTORY) answer = await ask(dirname(path));
    if (answer.value === 0) throw failure(`GetDiskFreeSpaceExW of ${path}`, answer.code, win32);
    return { total: u64(total), used: u64(total) - u64(free), free: u64(free) };
  }, `space at ${path}`);
}

/**
 * Reads and writes since boot by `PhysicalDriveN`, times in milliseconds. Disks that do not count are left out; on
 * Windows Server `diskperf -y` makes them count. Throws UnavailableError where no disk tells its counts.
 */
export function diskCounters(win32: Win32, isolation: Isolation): Promise<Readonly<Record<string, Fields>>> {
  return isolation.run('The counters of disks', answerTimeout, async () => {
    const disks: Record<string, Fields> = {};
    const reasons: string[] = [];
    for (let number = 0; number < diskNumbers; number += 1) {
      const name = `PhysicalDrive${String(number)}`;
      const { value: device, code } = await openDevice(win32, `\\\\.\\${name}`);
      if (device === INVALID_HANDLE_VALUE) {
        if (number === 0) reasons.push(failure(`CreateFileW of ${name}`, code, win32).message);
        continue;
      }
      const performance = await diskPerformance(win32, device).finally(() => win32.CloseHandle(device));
      if (typeof performance === 'number') reasons.push(failure(`IOCTL_DISK_PERFORMANCE of ${name}`, performance, win32).message);
      else disks[name] = parseDiskPerformance(performance);
    }
    if (Object.keys(disks).length === 0) throw new UnavailableError(`No disk tells its counts: ${reasons.join('; ')}`);
    return disks;
  });
}

/** DISK_PERFORMANCE as psutil's fields. */
export function parseDiskPerformance(buffer: Buffer): Fields {
  const milliseconds = (offset: number): number => u64(buffer, offset) / 1e4;
  return {
    read_count: buffer.readUInt32LE(Performance.ReadCount),
    write_count: buffer.readUInt32LE(Performance.WriteCount),
    read_bytes: u64(buffer, Performance.BytesRead),
    write_bytes: u64(buffer, Performance.BytesWritten),
    read_time: milliseconds(Performance.ReadTime),
    write_time: milliseconds(Performance.WriteTime),
    idle_time: milliseconds(Performance.IdleTime),
    queue_depth: buffer.readUInt32LE(Performance.QueueDepth),
    split_count: buffer.readUInt32LE(Performance.SplitCount),
  };
}

/** Opens a disk without access rights: its counters need none, and so no administrator either. */
function openDevice(win32: Win32, path: string): Promise<Answer<Handle>> {
  return onThread(win32, win32.CreateFileW, path, 0, FILE_SHARE_READ_WRITE, null, OPEN_EXISTING, 0, 0);
}

/** DISK_PERFORMANCE of an open disk, or the Win32 error code of its refusal. */
async function diskPerformance(win32: Win32, device: Handle): Promise<Buffer | number> {
  const returned = Buffer.alloc(4);
  for (let size: number = Performance.size; ; size *= 2) {
    const output = Buffer.alloc(size);
    const { value, code } = await onThread(
      win32, win32.DeviceIoControl, device, IOCTL_DISK_PERFORMANCE, null, 0, output, size, returned, null,
    );
    if (value !== 0) return output;
    if (code !== ErrorCode.INSUFFICIENT_BUFFER || size >= longestPerformance) return code;
  }
}
