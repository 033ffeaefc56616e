import { Isolation } from '../../providers/isolation.js';
import * as layouts from '../../providers/windows/layouts.js';
import { WindowsProcessTable } from '../../providers/windows/processTable.js';
import { FakeWindows } from './fakeWindows.js';
import { structure } from './structure.js';

const Information = layouts.SYSTEM_PROCESS_INFORMATION;
const Thread = layouts.SYSTEM_THREAD_INFORMATION;
export const base = 0x7ff0_1234_0000n;
/** 2024-01-01T00:00:00Z in ticks. */
export const newYear = 133_485_408_000_000_000n;

/** A snapshot as Windows writes one: entries with their threads, names behind them, pointers into the buffer. */
export function snapshot(entries: readonly { values: Parameters<typeof structure<typeof Information>>[1]; name: string; threads?: readonly Buffer[] }[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const [index, { values, name, threads = [] }] of entries.entries()) {
    const text = Buffer.from(name, 'utf16le');
    const size = Information.size + threads.length * Thread.size + text.length + 8;
    const entry = Buffer.concat([structure(Information, { NumberOfThreads: threads.length, ...values }), ...threads, text, Buffer.alloc(8)]);
    entry.writeUInt32LE(index === entries.length - 1 ? 0 : size, Information.NextEntryOffset);
    entry.writeUInt16LE(text.length, Information.ImageName + layouts.UNICODE_STRING.Length);
    entry.writeBigUInt64LE(name === '' ? 0n : base + BigInt(at + size - text.length - 8), Information.ImageName + layouts.UNICODE_STRING.Buffer);
    parts.push(entry);
    at += size;
  }
  return Buffer.concat(parts);
}

export const waiting = structure(Thread, { UniqueThread: 71n, UserTime: 10_000_000n, KernelTime: 5_000_000n, ContextSwitches: 7, ThreadState: 5, WaitReason: 6 });
export const suspended = structure(Thread, { UniqueThread: 72n, ContextSwitches: 3, ThreadState: 5, WaitReason: 5 });

export function tableOf(functions: ConstructorParameters<typeof FakeWindows>[0] = {}): WindowsProcessTable {
  const { win32 } = new FakeWindows({ GetLastError: () => 87, OpenProcess: () => 0, ...functions });
  return new WindowsProcessTable(win32, new Isolation(2), snapshot([
    { values: { UniqueProcessId: 0n }, name: '' },
    { values: { UniqueProcessId: 4n, HandleCount: 99 }, name: 'System' },
    { values: {
      UniqueProcessId: 712n, InheritedFromUniqueProcessId: 4n, CreateTime: newYear, UserTime: 25_000_000n, KernelTime: 5_000_000n, HandleCount: 321,
      WorkingSetSize: 5_000_000_000n, PrivatePageCount: 6_000_000_000n, PeakWorkingSetSize: 7n, PeakPagefileUsage: 8n, VirtualSize: 9n, PeakVirtualSize: 10n,
      QuotaPagedPoolUsage: 11n, QuotaPeakPagedPoolUsage: 12n, QuotaNonPagedPoolUsage: 13n, QuotaPeakNonPagedPoolUsage: 14n, PageFaultCount: 100, HardFaultCount: 30,
      ReadOperationCount: 1n, WriteOperationCount: 2n, OtherOperationCount: 3n, ReadTransferCount: 4n, WriteTransferCount: 5n, OtherTransferCount: 6n,
    }, name: 'sqlservr.exe', threads: [waiting, suspended] },
    { values: { UniqueProcessId: 800n, InheritedFromUniqueProcessId: 712n, CreateTime: newYear + 1000n }, name: 'child.exe', threads: [suspended] },
    { values: { UniqueProcessId: 804n, InheritedFromUniqueProcessId: 712n, CreateTime: newYear - 1000n }, name: 'orphan.exe' },
  ]), base);
}

/** A Windows that lets its processes be opened; what was opened with which rights, and whether it was closed, is written down. */
export function opening(functions: ConstructorParameters<typeof FakeWindows>[0]) {
  const opened: string[] = [];
  const table = tableOf({
    OpenProcess: (access: number) => { opened.push(access.toString(16)); return 5; },
    CloseHandle: (handle: number | bigint) => { opened.push(`close ${String(handle)}`); return 1; },
    RtlNtStatusToDosError: (status: number) => status & 0xffff,
    QueryDosDeviceW: (drive: string, target: Buffer) => (drive === 'C:' ? target.write('\\Device\\HarddiskVolume3\0', 'utf16le') : 0),
    ...functions,
  });
  return { one: table.find(712)!, opened };
}

/** Memory of another process: buffers at their addresses. */
export function memory(parts: ReadonlyMap<bigint, Buffer>) {
  return (_: number, address: bigint, bytes: Buffer, length: number): number => {
    for (const [start, part] of parts) {
      const at = Number(address - start);
      if (at >= 0 && at + length <= part.length) return part.copy(bytes, 0, at, at + length);
    }
    return 0;
  };
}

/** A UNICODE_STRING in a structure. */
export function text(into: Buffer, offset: number, length: number, address: bigint): void {
  into.writeUInt16LE(length, offset + layouts.UNICODE_STRING.Length);
  into.writeBigUInt64LE(address, offset + layouts.UNICODE_STRING.Buffer);
}
