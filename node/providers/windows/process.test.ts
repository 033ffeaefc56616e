import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { Isolation } from '../isolation.js';
import { ProcessEnded } from '../processTable.js';
import { TestClock } from '../../test/support/clock.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import * as layouts from './layouts.js';
import { privatePages } from './processMemory.js';
import { splitCommandLine } from './processQuery.js';
import { processSnapshot, WindowsProcessTable } from './processTable.js';
import { windowsProvider } from './provider.js';

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
    const entry = Buffer.concat([structure(Information, { NumberOfThreads: threads.length, ...values }), ...threads, text, Buffer.alloc(8)]);
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

function tableOf(functions: ConstructorParameters<typeof FakeWindows>[0] = {}): WindowsProcessTable {
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

test('a count of threads that lies reads no further than there is', () => {
  const { win32 } = new FakeWindows({});
  const table = new WindowsProcessTable(win32, new Isolation(2), snapshot([
    { values: { UniqueProcessId: 712n, NumberOfThreads: 1000 }, name: 'x.exe', threads: [waiting] }, { values: { UniqueProcessId: 800n }, name: 'y.exe', threads: [suspended] },
  ]), base);
  const threads = table.find(712)!.read('threads') as { id: number }[];
  assert.ok(threads[0]?.id === 71 && threads.length < 10, String(threads.length));
});

test('a snapshot tells of every process, lowest pid first', () => {
  assert.deepEqual(tableOf().all().map(({ pid, name }) => [pid, name]), [
    [0, 'System Idle Process'], [4, 'System'], [712, 'sqlservr.exe'], [800, 'child.exe'], [804, 'orphan.exe'],
  ]);
});

test('the provider\'s table is of the moment at which it is asked for', async () => {
  const entries = [{ values: { UniqueProcessId: 4n }, name: 'System' }];
  const { win32 } = new FakeWindows({
    addressOf: () => base,
    NtQuerySystemInformation: (...[, buffer, , returned]: [number, Buffer, number, Buffer]) => { returned.writeUInt32LE(snapshot(entries).copy(buffer)); return 0; },
  });
  const provider = windowsProvider(win32, new Isolation(2), new TestClock());
  assert.deepEqual((await provider.processes()).all().map(({ name }) => name), ['System']);
  entries.push({ values: { UniqueProcessId: 8n }, name: 'x.exe' });
  assert.deepEqual((await provider.processes()).all().map(({ name }) => name), ['System', 'x.exe']);
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
  assert.equal(table.drivePath('\\??\\D:\\x.exe'), 'D:\\x.exe');
  assert.equal(table.drivePath('\\??\\UNC\\server\\share\\x.exe'), '\\\\server\\share\\x.exe');
});

test('the list of processes is asked for with more room until it fits; what is no lack of room is told', () => {
  const asked: number[] = [];
  const windows = (need: number) => new FakeWindows({
    NtQuerySystemInformation: (kind: number, list: Buffer, size: number, returned: Buffer) => {
      assert.deepEqual([kind, size], [5, list.length]);
      asked.push(size);
      returned.writeUInt32LE(Math.min(need, 8));
      if (size < need) {
        returned.writeUInt32LE(need);
        return 0xc0000004;
      }
      return 0;
    },
  }).win32;
  assert.equal(processSnapshot(windows(1)).length, 1);
  const [usual = 0] = asked;
  // What starts before the next call has room too.
  assert.equal(processSnapshot(windows(5 * usual)).length, 8);
  assert.equal(asked.length, 3);
  assert.ok((asked[2] ?? 0) > 5 * usual && (asked[2] ?? 0) < 6 * usual);
  // It remembers what was enough.
  processSnapshot(windows(5 * usual));
  assert.equal(asked.length, 4);
  assert.equal(processSnapshot(new FakeWindows({ NtQuerySystemInformation: () => 0 }).win32).length, asked[3], 'an older Windows does not tell the length');
  assert.throws(() => processSnapshot(new FakeWindows({ NtQuerySystemInformation: () => 0xc0000005 }).win32), { message: 'NtQuerySystemInformation(SystemProcessInformation) failed with status 0xC0000005' });
});

test('a process without a name or children, and the system\'s own, which have no start and no command line', () => {
  const win32 = new FakeWindows({
    NtQuerySystemInformation: (kind: number, time: Buffer, size: number, returned: Buffer) => {
      assert.equal(kind, 3);
      structure(layouts.SYSTEM_TIMEOFDAY_INFORMATION, { BootTime: newYear }).copy(time);
      returned.writeUInt32LE(size);
      return 0;
    },
  }).win32;
  const nameless = snapshot([{ values: { UniqueProcessId: 0n }, name: '' }, { values: { UniqueProcessId: 4n }, name: '' }, { values: { UniqueProcessId: 900n, CreateTime: newYear }, name: '' }]);
  const table = new WindowsProcessTable(win32, new Isolation(2), nameless, base);
  assert.deepEqual(table.all().map(({ name }) => name), ['System Idle Process', 'System', '']);
  assert.deepEqual(table.find(900)!.read('children'), []);
  for (const pid of [0, 4]) assert.deepEqual(table.find(pid)!.read('cmdline'), []);
  assert.equal(table.find(0)!.read('create_time'), Date.UTC(2024, 0, 1) / 1000);
  assert.equal(table.find(901), undefined);
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

/** A Windows that lets its processes be opened; what was opened with which rights, and whether it was closed, is written down. */
function opening(functions: ConstructorParameters<typeof FakeWindows>[0]) {
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
function memory(parts: ReadonlyMap<bigint, Buffer>) {
  return (_: number, address: bigint, bytes: Buffer, length: number): number => {
    for (const [start, part] of parts) {
      const at = Number(address - start);
      if (at >= 0 && at + length <= part.length) return part.copy(bytes, 0, at, at + length);
    }
    return 0;
  };
}

/** A UNICODE_STRING in a structure. */
function text(into: Buffer, offset: number, length: number, address: bigint): void {
  into.writeUInt16LE(length, offset + layouts.UNICODE_STRING.Length);
  into.writeBigUInt64LE(address, offset + layouts.UNICODE_STRING.Buffer);
}

test('the current directory, and where Windows does not tell it the command line, stand in the memory of the process', () => {
  const Parameters = layouts.RTL_USER_PROCESS_PARAMETERS;
  const read = (directory: string, more: ConstructorParameters<typeof FakeWindows>[0] = {}) => {
    const [block, parameters] = [Buffer.alloc(64), Buffer.alloc(256)];
    block.writeBigUInt64LE(0x2000n, layouts.PEB.ProcessParameters);
    const [folder, line] = [Buffer.from(directory, 'utf16le'), Buffer.from('"C:\\a b\\x.exe" /y', 'utf16le')];
    text(parameters, Parameters.CurrentDirectory, folder.length, 0x3000n);
    text(parameters, Parameters.CommandLine, line.length, 0x4000n);
    return opening({
      NtQueryInformationProcess: (_: number, what: number, information: Buffer) => {
        if (what !== 0) return 0xc000_0003;
        structure(layouts.PROCESS_BASIC_INFORMATION, { PebBaseAddress: 0x1000n }).copy(information);
        return 0;
      },
      ReadProcessMemory: memory(new Map([[0x1000n, block], [0x2000n, parameters], [0x3000n, folder], [0x4000n, line]])),
      ...more,
    });
  };
  const { one, opened } = read('C:\\Program Files\\MSSQL\\');
  assert.equal(one.read('cwd'), 'C:\\Program Files\\MSSQL');
  assert.deepEqual(opened, ['1010', 'close 5']);
  assert.equal(read('D:\\').one.read('cwd'), 'D:\\');
  assert.deepEqual(one.read('cmdline'), ['C:\\a b\\x.exe', '/y']);
  const closed = read('', { ReadProcessMemory: () => 0, GetLastError: () => 299 });
  assert.throws(() => closed.one.read('cwd'), (error) => error instanceof UnavailableError && error.message === 'ReadProcessMemory of the process 712 failed with Win32 error 299');
  assert.deepEqual(closed.opened, ['1010', 'close 5']);
});

test('the command line that Windows tells is taken from behind its head, in the buffer', () => {
  const line = Buffer.from('x.exe "a b"', 'utf16le');
  /** `place`: of the text, from the end of the buffer where it is below 0. */
  const told = (place: number, pointer = (length: number) => (place < 0 ? length + place : place)) => opening({
    addressOf: () => 0x9000n,
    NtQueryInformationProcess: (_: number, what: number, information: Buffer) => {
      if (what !== 60) return 0xc000_0022;
      text(information, 0, line.length, 0x9000n + BigInt(pointer(information.length)));
      line.copy(information, place < 0 ? information.length + place : place);
      return 0;
    },
    ReadProcessMemory: () => 0,
  });
  const behind = layouts.UNICODE_STRING.size;
  for (const place of [behind, -line.length]) assert.deepEqual(told(place).one.read('cmdline'), ['x.exe', 'a b']);
  // A pointer out of the buffer is none, nor is one to a text that ends outside.
  for (const pointer of [() => -16, () => 0x2_0000, (length: number) => length - line.length + 2]) assert.throws(() => told(behind, pointer).one.read('cmdline'), UnavailableError);
});

test('the program: by pid alone, or where Windows does not tell it so by a handle', () => {
  const buffers: Buffer[] = [];
  const path = Buffer.from('\\Device\\HarddiskVolume3\\sql\\sqlservr.exe', 'utf16le');
  const { one, opened } = opening({
    addressOf: (buffer: Buffer) => BigInt(buffers.push(buffer) - 1),
    NtQuerySystemInformation: (what: number, information: Buffer) => {
      const Image = layouts.SYSTEM_PROCESS_ID_INFORMATION;
      assert.deepEqual([what, information.readBigUInt64LE(Image.ProcessId)], [88, 712n]);
      path.copy(buffers[Number(information.readBigUInt64LE(Image.ImageName + layouts.UNICODE_STRING.Buffer))]!);
      information.writeUInt16LE(path.length, Image.ImageName);
      return 0;
    },
  });
  assert.equal(one.read('exe'), 'C:\\sql\\sqlservr.exe');
  assert.deepEqual(opened, []);
  const older = opening({
    addressOf: () => 0n, NtQuerySystemInformation: () => 0xc000_0003,
    QueryFullProcessImageNameW: (_: number, __: number, name: Buffer, characters: Buffer) => {
      characters.writeUInt32LE(name.write('C:\\x.exe', 'utf16le') / 2);
      return 1;
    },
  });
  assert.equal(older.one.read('exe'), 'C:\\x.exe');
  assert.deepEqual(older.opened, ['1000', 'close 5']);
});

test('a call on a process that fails is named with its process, and the handle closed', async () => {
  const failing = {
    addressOf: () => 0n, NtQuerySystemInformation: () => 0xc000_0003, QueryFullProcessImageNameW: () => 0, GetPriorityClass: () => 0, GetProcessAffinityMask: () => 0,
    OpenProcessToken: (_: number, __: number, token: Buffer) => { token.writeBigInt64LE(66n); return 1; }, GetTokenInformation: () => 0, GetLastError: () => 31,
  };
  for (const [attribute, call] of [['exe', 'QueryFullProcessImageNameW'], ['nice', 'GetPriorityClass'], ['cpu_affinity', 'GetProcessAffinityMask'], ['username', 'GetTokenInformation']] as const) {
    const { one, opened } = opening(failing);
    await assert.rejects(async () => one.read(attribute), { message: `${call} of the process 712 failed with Win32 error 31` });
    assert.deepEqual(opened, ['1000', ...(attribute === 'username' ? ['close 66'] : []), 'close 5']);
  }
  assert.throws(() => tableOf().find(712)!.read('terminal'), { message: 'Windows does not tell terminal of a process' });
});

test('cpu_affinity: the CPUs of the mask; none of several processor groups', () => {
  const of = (bits: bigint) => opening({ GetProcessAffinityMask: (_: number, mask: Buffer) => { mask.writeBigUInt64LE(bits); return 1; } }).one;
  assert.deepEqual(of(0b1011n).read('cpu_affinity'), [0, 1, 3]);
  assert.deepEqual(of(1n << 63n).read('cpu_affinity'), [63]);
  assert.throws(() => of(0n).read('cpu_affinity'), /the process 712 runs in several processor groups/);
});

test('ionice is the I/O priority, and a status that is none has Windows\' number for it', () => {
  const of = (status: number) => opening({
    NtQueryInformationProcess: (_: number, what: number, priority: Buffer) => { assert.equal(what, 33); priority.writeUInt32LE(2); return status; },
  }).one;
  assert.equal(of(0).read('ionice'), 2);
  assert.throws(() => of(0x57).read('ionice'), { message: 'NtQueryInformationProcess(ProcessIoPriority) of the process 712 failed with Win32 error 87' });
});

test('memory_footprint: a list of pages that has room to be told, 4 KiB each', async () => {
  const sizes: number[] = [];
  const { one, opened } = opening({
    NtQueryVirtualMemory: (_: number, __: number, what: number, set: Buffer, size: number) => {
      assert.equal(what, 1);
      sizes.push(size);
      if (size < 128 * 1024) return 0xc0000004;
      set.writeBigUInt64LE(10_000n);
      // Shared by two, all but the first five hundred.
      for (let at = 1; at <= 10_000; at += 1) set.writeBigUInt64LE(BigInt(at <= 500 ? 0x1000 : 0x1140), at * 8);
      return 0;
    },
  });
  assert.deepEqual(await one.read('memory_footprint'), { uss: 500 * 4096 });
  assert.deepEqual([sizes, opened], [[32_768, 65_536, 131_072], ['400', 'close 5']]);
  const refused = opening({ NtQueryVirtualMemory: () => 5 });
  await assert.rejects(Promise.resolve(refused.one.read('memory_footprint')), /NtQueryVirtualMemory\(MemoryWorkingSetInformation\) of the process 712 failed with Win32 error 5/);
  assert.deepEqual(refused.opened, ['400', 'close 5']);
});

test('memory_maps: the mapped files, and the bytes of all regions of each', () => {
  const regions = [[0x1000n, 0x2000n, 'a.dll'], [0x3000n, 0x1000n, ''], [0x4000n, 0x1000n, 'a.dll'], [0x5000n, 0x7000n, 'b.dll']] as const;
  const { one, opened } = opening({
    VirtualQueryEx: (_: number, address: bigint, region: Buffer) => {
      const found = regions.find(([start, size]) => address < start + size);
      if (found === undefined) return 0;
      structure(layouts.MEMORY_BASIC_INFORMATION, { BaseAddress: found[0], RegionSize: found[1] }).copy(region);
      return layouts.MEMORY_BASIC_INFORMATION.size;
    },
    K32GetMappedFileNameW: (_: number, address: bigint, name: Buffer) => {
      const file = regions.find(([start]) => start === address)?.[2] ?? '';
      return file === '' ? 0 : name.write(`\\Device\\HarddiskVolume3\\${file}\0`, 'utf16le') / 2;
    },
  });
  assert.deepEqual(one.read('memory_maps'), [{ path: 'C:\\a.dll', rss: 0x3000 }, { path: 'C:\\b.dll', rss: 0x7000 }]);
  assert.deepEqual(opened, ['410', 'close 5']);
  assert.throws(() => opening({ VirtualQueryEx: () => 0 }).one.read('memory_maps'), /VirtualQueryEx of the process 712 failed with Win32 error 87/);
});

test('open_files: handles that are files on a disk; those that are not, cannot be copied or were closed meanwhile are left out', async () => {
  const [Head, Entry] = [layouts.PROCESS_HANDLE_SNAPSHOT_INFORMATION, layouts.PROCESS_HANDLE_TABLE_ENTRY_INFO];
  const [file, pipe, foreign, gone, astray, edge, beyond, empty] = [0x10n, 0x14n, 0x18n, 0x1cn, 0x20n, 0x24n, 0x28n, 0x2cn];
  const sizes: number[] = [];
  const { one, opened } = opening({
    addressOf: () => 0x9000n, GetCurrentProcess: () => -1,
    NtQueryInformationProcess: (_: number, what: number, list: Buffer, size: number) => {
      assert.equal(what, 51);
      sizes.push(size);
      if (size < 128 * 1024) return 0xc0000004;
      list.writeBigUInt64LE(8n, Head.NumberOfHandles);
      for (const [at, handle] of [file, pipe, foreign, gone, astray, edge, beyond, empty].entries()) structure(Entry, { HandleValue: handle }).copy(list, Head.size + at * Entry.size);
      return 0;
    },
    DuplicateHandle: (...args: [number, bigint, number, Buffer]) => { args[3].writeBigInt64LE(args[1] + 0x100n); return args[1] === foreign ? 0 : 1; },
    GetFileType: (handle: bigint) => (handle === pipe + 0x100n ? 3 : 1),
    NtQueryObject: (handle: bigint, what: number, name: Buffer) => {
      assert.equal(what, 1);
      const path = Buffer.from('\\Device\\HarddiskVolume3\\data.mdf', 'utf16le');
      // Names are said to lie before the buffer, at its very end, and a character beyond that.
      const places = new Map([[astray, 0x1000 - 0x9000], [edge, name.length - path.length], [beyond, name.length - path.length + 2]]);
      const place = places.get(handle - 0x100n) ?? layouts.UNICODE_STRING.size;
      text(name, 0, handle === empty + 0x100n ? 0 : path.length, 0x9000n + BigInt(place));
      if (place >= 0) path.copy(name, place);
      return handle === gone + 0x100n ? 0xc0000008 : 0;
    },
  });
  assert.deepEqual(await one.read('open_files'), [file, edge].map(() => ({ path: 'C:\\data.mdf', fd: -1 })));
  assert.deepEqual([sizes, opened], [[65_536, 131_072], ['440', ...[file, pipe, gone, astray, edge, beyond, empty].map((handle) => `close ${String(handle + 0x100n)}`), 'close 5']]);
});

test('username: DOMAIN\\user of the token\'s SID, which is looked up once; who refuses is told so', async () => {
  const sid = Buffer.from([1, 1, 0, 0, 0, 0, 0, 5, 20, 7, 7, 7]);
  let lookups = 0;
  const functions = {
    addressOf: () => 0x9000n,
    OpenProcessToken: (_: number, access: number, token: Buffer) => { assert.equal(access, 8); token.writeBigInt64LE(66n); return 1; },
    GetTokenInformation: (_: bigint, what: number, user: Buffer | null, __: number, length: Buffer) => {
      assert.equal(what, 1);
      length.writeUInt32LE(16 + sid.length);
      if (user === null) return 0;
      user.writeBigUInt64LE(0x9010n);
      sid.copy(user, 16);
      return 1;
    },
    LookupAccountSidW: (_: null, given: Buffer, name: Buffer, __: Buffer, domain: Buffer) => {
      lookups += 1;
      assert.deepEqual(given, sid);
      name.write('svc-sql\0', 'utf16le');
      domain.write('CONTOSO\0', 'utf16le');
      return 1;
    },
  };
  const { one, opened } = opening(functions);
  assert.equal(await one.read('username'), 'CONTOSO\\svc-sql');
  assert.equal(await opening(functions).one.read('username'), 'CONTOSO\\svc-sql');
  assert.deepEqual([lookups, opened], [1, ['1000', 'close 66', 'close 5']]);
  const refused = opening({ ...functions, OpenProcessToken: () => 0, GetLastError: () => 5 });
  await assert.rejects(async () => refused.one.read('username'), { message: 'OpenProcessToken of the process 712 failed with Win32 error 5' });
});

test('net_connections: the sockets of the process, among all; a table that grows meanwhile, and no IPv6', () => {
  const row = (pid: number, state: number): Buffer => structure(layouts.MIB_TCPROW_OWNER_PID, { dwState: state, dwLocalAddr: 0x0100007f, dwLocalPort: 0x5000, dwOwningPid: pid });
  const udp = structure(layouts.MIB_UDPROW_OWNER_PID, { dwLocalPort: 0x3500, dwOwningPid: 712 });
  const sizes: number[] = [];
  const { one } = opening({
    GetExtendedTcpTable: (table: Buffer | null, size: Buffer, _: number, family: number, kind: number) => {
      if (family !== 2) return 50;
      assert.equal(kind, 5);
      const rows = [row(712, 2), row(800, 2), row(712, 5)];
      // Each time more sockets than it said before, but for the last.
      sizes.push(size.readUInt32LE());
      if (table === null || sizes.length < 3) {
        size.writeUInt32LE(sizes.length * 200);
        return 122;
      }
      Buffer.concat([Buffer.from([3, 0, 0, 0]), ...rows]).copy(table);
      return 0;
    },
    GetExtendedUdpTable: (table: Buffer | null, size: Buffer, _: number, family: number, kind: number) => {
      if (family !== 2) return 50;
      assert.equal(kind, 1);
      size.writeUInt32LE(4 + udp.length);
      if (table === null) return 122;
      Buffer.concat([Buffer.from([1, 0, 0, 0]), udp]).copy(table);
      return 0;
    },
  });
  const laddr = { ip: '127.0.0.1', port: 80 };
  assert.deepEqual(one.read('net_connections'), [
    { fd: -1, family: 2, type: 1, laddr, raddr: null, status: 'LISTEN' }, { fd: -1, family: 2, type: 1, laddr, raddr: null, status: 'ESTABLISHED' },
    { fd: -1, family: 2, type: 2, laddr: { ip: '0.0.0.0', port: 53 }, raddr: null, status: 'NONE' },
  ]);
  assert.deepEqual(sizes, [0, 314, 564]);
  assert.throws(() => opening({ GetExtendedTcpTable: () => 5 }).one.read('net_connections'), /GetExtendedTcpTable failed with Win32 error 5/);
});
