import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { TestClock } from '../../test/support/clock.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { base, newYear, snapshot, suspended, tableOf, waiting } from '../../test/support/windowsProcesses.js';
import { Isolation } from '../isolation.js';
import { ProcessEnded } from '../processTable.js';
import * as layouts from './layouts.js';
import { processSnapshot, WindowsProcessTable } from './processTable.js';
import { windowsProvider } from './provider.js';

test('a count of threads that lies reads no further than there is', () => {
  const { win32 } = new FakeWindows({});
  const table = new WindowsProcessTable(win32, new Isolation(2), snapshot([
    { values: { UniqueProcessId: 712n, NumberOfThreads: 1000 }, name: 'x.exe', threads: [waiting] }, { values: { UniqueProcessId: 800n }, name: 'y.exe', threads: [suspended] },
  ]), base);
  const threads = table.find(712)!.read('threads') as { id: number }[];
  assert.ok(threads[0]?.id === 71 && threads.length < 10, String(threads.length));
});

test('a snapshot that is cut, or not in order, tells of the processes that are whole in it, lowest pid first', () => {
  const { win32 } = new FakeWindows({});
  const list = snapshot([{ values: { UniqueProcessId: 800n }, name: '' }, { values: { UniqueProcessId: 712n }, name: '' }, { values: { UniqueProcessId: 4n }, name: '' }]);
  const pids = (cut: number): number[] => new WindowsProcessTable(win32, new Isolation(2), list.subarray(0, list.length - cut), base).all().map(({ pid }) => pid);
  // Behind the last there is no name.
  assert.deepEqual([pids(0), pids(8), pids(9)], [[4, 712, 800], [4, 712, 800], [712, 800]]);
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
  assert.equal(tableOf().find(804)!.read('status'), 'running', 'without threads');
  assert.deepEqual(tableOf().find(800)!.read('memory_info'), { rss: 0, peak_rss: 0, peak_vms: 0 }, 'what Windows leaves empty is absent');
  assert.throws(() => tableOf().find(804)!.read('num_ctx_switches'), { message: 'NtQuerySystemInformation(SystemProcessInformation) leaves context switches empty' });
  assert.deepEqual(tableOf().find(0)!.read('children'), [4], 'the idle process is its own parent');
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
  for (const pid of [0, 4]) {
    assert.throws(() => tableOf().find(pid)!.read('nice'), (error) => error instanceof UnavailableError && error.message === `Windows does not let this user open the process ${String(pid)}`);
  }
  const tired = tableOf({ GetLastError: () => 1450, FormatMessageW: () => 0 });
  assert.throws(() => tired.find(712)!.read('nice'), { message: 'OpenProcess of 712 failed with Win32 error 1450' });
});

test('paths of the kernel become paths on drives', () => {
  const table = tableOf({
    QueryDosDeviceW: (drive: string, target: Buffer, characters: number) => {
      assert.equal(2 * characters, target.length);
      return drive === 'C:' ? target.write('\\Device\\HarddiskVolume3\0', 'utf16le') : 0;
    },
  });
  assert.equal(table.drivePath('\\Device\\HarddiskVolume3\\Windows\\x.exe'), 'C:\\Windows\\x.exe');
  assert.equal(table.drivePath('\\Device\\HarddiskVolume31\\x.exe'), '\\Device\\HarddiskVolume31\\x.exe');
  assert.equal(table.drivePath('\\Device\\Mup\\server\\share\\x.exe'), '\\\\server\\share\\x.exe');
  assert.equal(table.drivePath('Registry'), 'Registry');
  assert.equal(table.drivePath('\\Device\\HarddiskVolume3\\Device\\Mup\\x.exe'), 'C:\\Device\\Mup\\x.exe');
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
  const sizes: number[] = [];
  const endless = new FakeWindows({ NtQuerySystemInformation: (_: number, __: Buffer, size: number) => { sizes.push(size); return 0xc0000004; } }).win32;
  assert.throws(() => processSnapshot(endless), /failed with status 0xC0000004/);
  assert.ok(sizes.length < 20, 'a list that never fits is given up');
  processSnapshot(windows(1));
  assert.equal(asked.at(-1), sizes[0], 'and its room with it');
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

test('a thread that runs is not suspended, whatever it waited for last; what was read is kept', () => {
  let opened = 0;
  const { win32 } = new FakeWindows({ OpenProcess: () => { opened += 1; return 5; }, GetPriorityClass: () => 32, CloseHandle: () => 1 });
  const runs = structure(layouts.SYSTEM_THREAD_INFORMATION, { ThreadState: 2, WaitReason: 5 });
  const one = new WindowsProcessTable(win32, new Isolation(2), snapshot([{ values: { UniqueProcessId: 712n }, name: 'x.exe', threads: [runs] }]), base).find(712)!;
  assert.equal(one.read('status'), 'running');
  assert.deepEqual([one.read('nice'), one.read('nice'), opened], [32, 32, 1]);
});
