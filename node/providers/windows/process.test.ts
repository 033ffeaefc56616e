import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { Isolation } from '../isolation.js';
import { ProcessEnded } from '../processTable.js';
import { structure } from '../../test/support/structure.js';
import type { Win32 } from './bindings.js';
import * as layouts from './layouts.js';
import { privatePages } from './processMemory.js';
import { splitCommandLine } from './processQuery.js';
import { WindowsProcessTable } from './processTable.js';

const Information = layouts.SYSTEM_PROCESS_INFORMATION;
const Thread = layouts.SYSTEM_THREAD_INFORMATION;
const base = 0x7ff0_1234_0000n;
/** 2024-01-01T00:00:00Z in ticks. */
const newYear = 133_485_408_000_000_000n;

/** A snapshot as Windows writes one: entries with their threads, names behind them, pointers into the buffer. */
function snapshot(entries: readonly { values: Parameters<typeof structure<typeof Information>>[1]; name: string; threads?: readonly Buffer[] }[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const [index, { values, name, threads = [] }] of entries.entries()) {
    const text = Buffer.from(name, 'utf16le');
    const size = Information.size + threads.length * Thread.size + text.length + 8;
    const entry = Buffer.concat([structure(Information, { ...values, NumberOfThreads: threads.length }), ...threads, text, Buffer.alloc(8)]);
    entry.writeUInt32LE(index === entries.length - 1 ? 0 : size, Information.NextEntryOffset);
    entry.writeUInt16LE(text.length, Information.ImageName + layouts.UNICODE_STRING.Length);
    entry.writeBigUInt64LE(name === '' ? 0n : base + BigInt(at + size - text.length - 8), Information.ImageName + layouts.UNICODE_STRING.Buffer);
    parts.push(entry);
    at += size;
  }
  return Buffer.concat(parts);
}

const waiting = structure(Thread, { UniqueThread: 71n, UserTime: 10_000_000n, KernelTime: 5_000_000n, ContextSwitches: 7, ThreadState: 5, WaitReason: 6 });
const suspended = structure(Thread, { UniqueThread: 72n, ContextSwitches: 3, ThreadState: 5, WaitReason: 5 });

function tableOf(functions: Record<string, unknown> = {}): WindowsProcessTable {
  const win32 = { GetLastError: () => 87, OpenProcess: () => 0, ...functions } as unknown as Win32;
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

test('a snapshot tells of every process, lowest pid first', () => {
  assert.deepEqual(tableOf().all().map(({ pid, name }) => [pid, name]), [
    [0, 'System Idle Process'], [4, 'System'], [712, 'sqlservr.exe'], [800, 'child.exe'], [804, 'orphan.exe'],
  ]);
});

test('what the snapshot holds needs no handle', () => {
  const one = tableOf().find(712)!;
  const reads = Object.fromEntries([
    'ppid', 'create_time', 'num_threads', 'num_handles', 'threads', 'num_ctx_switches', 'cpu_times', 'memory_info', 'memory_info_ex', 'page_faults', 'io_counters', 'status',
    'is_running', 'children',
  ].map((name) => [name, one.read(name)]));
  assert.deepEqual(reads, {
    ppid: 4, create_time: Date.UTC(2024, 0, 1) / 1000, num_threads: 2, num_handles: 321,
    threads: [{ id: 71, user_time: 1, system_time: 0.5 }, { id: 72, user_time: 0, system_time: 0 }],
    num_ctx_switches: { voluntary: 10, involuntary: 0 }, cpu_times: { user: 2.5, system: 0.5, children_user: 0, children_system: 0 },
    memory_info: { rss: 5_000_000_000, vms: 6_000_000_000, peak_rss: 7, peak_vms: 8 },
    memory_info_ex: { virtual: 9, peak_virtual: 10, paged_pool: 11, peak_paged_pool: 12, nonpaged_pool: 13, peak_nonpaged_pool: 14 },
    page_faults: { minor: 70, major: 30 }, io_counters: { read_count: 1, write_count: 2, other_count: 3, read_bytes: 4, write_bytes: 5, other_bytes: 6 },
    status: 'running', is_running: true,
    // A process with this parent's pid that is older than it had another parent.
    children: [800],
  });
  assert.equal(tableOf().find(800)!.read('status'), 'stopped');
  assert.equal(tableOf().find(4)!.read('username'), 'NT AUTHORITY\\SYSTEM');
});

test('a handle is opened with the least rights and closed; who has ended or refuses is told so', () => {
  const calls: string[] = [];
  const table = tableOf({
    OpenProcess: (access: number, _: number, pid: number) => { calls.push(`open ${access.toString(16)} ${String(pid)}`); return 5; },
    GetPriorityClass: () => 32,
    CloseHandle: (handle: number) => { calls.push(`close ${String(handle)}`); return 1; },
  });
  assert.equal(table.find(712)!.read('nice'), 32);
  assert.deepEqual(calls, ['open 1000 712', 'close 5']);
  assert.throws(() => tableOf().find(712)!.read('nice'), ProcessEnded);
  assert.throws(() => tableOf({ GetLastError: () => 5 }).find(712)!.read('nice'), { message: 'Windows does not let this user open the process 712' });
  assert.throws(() => tableOf().find(4)!.read('nice'), (error) => error instanceof UnavailableError && !(error instanceof ProcessEnded));
});

test('paths of the kernel become paths on drives', () => {
  const table = tableOf({
    QueryDosDeviceW: (drive: string, target: Buffer) => (drive === 'C:' ? target.write('\\Device\\HarddiskVolume3\0', 'utf16le') : 0),
  });
  assert.equal(table.drivePath('\\Device\\HarddiskVolume3\\Windows\\x.exe'), 'C:\\Windows\\x.exe');
  assert.equal(table.drivePath('\\Device\\HarddiskVolume31\\x.exe'), '\\Device\\HarddiskVolume31\\x.exe');
  assert.equal(table.drivePath('\\Device\\Mup\\server\\share\\x.exe'), '\\\\server\\share\\x.exe');
  assert.equal(table.drivePath('Registry'), 'Registry');
});

test('command lines are split as Windows does', () => {
  for (const [line, words] of [
    ['a b c', ['a', 'b', 'c']], ['"C:\\Program Files\\x.exe" /y', ['C:\\Program Files\\x.exe', '/y']], ['a   b\t c ', ['a', 'b', 'c']],
    ['x "a b" c', ['x', 'a b', 'c']], ['x a\\\\b d"e f"g h', ['x', 'a\\\\b', 'de fg', 'h']], ['x a\\\\\\"b c', ['x', 'a\\"b', 'c']],
    ['x a\\\\\\\\"b c" d', ['x', 'a\\\\b c', 'd']], ['x ""', ['x', '']], ['x "a""b"', ['x', 'a"b']], ['', ['']], ['x \\"quoted\\"', ['x', '"quoted"']],
  ] as const) assert.deepEqual(splitCommandLine(line), words, line);
});

test('pages that nobody shares are a process\'s own', () => {
  const set = Buffer.from(new BigUint64Array([4n, 0x1000n, 0x2120n, 0x3140n, 0x4000n, 0n]).buffer);
  assert.equal(privatePages(set), 3);
});
