import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { MissingFunction, type Win32 } from './bindings.js';
import { settle, TestClock } from '../../test/support/clock.js';
import { FakePdh, type FakeObject } from '../../test/support/fakePdh.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { startTimeServer } from '../../test/support/timeServer.js';
import { Isolation } from '../isolation.js';
import { failure } from './failure.js';
import { ENUM_SERVICE_STATUS_PROCESSW, PERFORMANCE_INFORMATION } from './layouts.js';
import { LoadAverage } from './load.js';
import { windowsProvider } from './provider.js';

test('a missing function takes only its own readings with it', async () => {
  const { win32 } = new FakeWindows({ GetActiveProcessorCount: () => 12 });
  const provider = windowsProvider(win32);
  assert.equal(await provider.read('cpu_count', { logical: true }), 12);
  await assert.rejects(provider.read('cpu_count', { logical: false }), { message: 'This Windows has no GetLogicalProcessorInformationEx' });
  assert.deepEqual(await provider.read('users', {}), [], 'a Windows without sessions');
  await assert.rejects(provider.read('cpu_percent', {}), UnavailableError);
  await assert.rejects(provider.read('cpu_tines', {}), { message: 'Windows gives no raw reading named cpu_tines' });
  provider.close();
});

test('what Windows cannot tell at all says so', async () => {
  const provider = windowsProvider(missingSessions());
  assert.equal(provider.platform, 'win32');
  await assert.rejects(provider.read('sensors_temperatures', {}), /^UnavailableError: sensors_temperatures cannot be had here: /);
});

test('load, page files and counters are of the performance counters', async () => {
  const [pdh, clock] = [new FakePdh(), new TestClock()];
  const object = (english: string, counter: string, instance: string, value: number): FakeObject => ({ english, local: english, counters: { [counter]: { local: counter, values: () => [[instance, value]] } } });
  pdh.objects = [object('System', 'Processor Queue Length', '', 100), object('Paging File', '% Usage', '_Total', 25)];
  const performance = (information: Buffer): number => structure(PERFORMANCE_INFORMATION, { PageSize: 4096n, PhysicalTotal: 100n, CommitLimit: 300n }).copy(information) && 1;
  const others = new FakeWindows({ K32GetPerformanceInfo: performance }).win32;
  const provider = windowsProvider(new Proxy(pdh.win32, { get: (target, name) => Reflect.get(name === 'K32GetPerformanceInfo' ? others : target, name) as unknown }), new Isolation(4, clock), clock);
  assert.deepEqual(await provider.read('swap_memory', {}), { total: 819_200, used: 204_800, free: 614_400, percent: 25, sin: 0, sout: 0 });
  const load = provider.read('getloadavg', {});
  await clock.pass(5000);
  assert.deepEqual(await load, [8, 1.65, 0.55]);
  assert.deepEqual(await provider.read('perf_counter', { path: '\\System\\Processor Queue Length', group: 'g' }), [{ counter: 'Processor Queue Length', instance: null, value: 100, reason: null, pending: false }]);
  await provider.read('perf_counter', { path: '\\System\\Processor Queue Length', group: 'h' });
  assert.equal(pdh.count('open'), 4, 'a query for each group of readers');
  provider.close();
});

test('certificates of a file, a time server and services are asked for by what is given', async (t) => {
  const server = await startTimeServer();
  t.after(() => { server.close(); });
  const asked: unknown[] = [];
  const Entry = ENUM_SERVICE_STATUS_PROCESSW;
  const windows: FakeWindows = new FakeWindows({
    addressOf: () => 0n, OpenSCManagerW: () => 1, CloseServiceHandle: () => 1,
    OpenServiceW: (_: number, name: string) => { asked.push(name); windows.lastError = 1060; return 0; },
    EnumServicesStatusExW: (...args: unknown[]) => {
      const list = args[4] as Buffer;
      for (const [at, name] of ['Spooler', 'Dnscache'].entries()) {
        structure(Entry, { lpServiceName: BigInt(4096 + at * 64), lpDisplayName: BigInt(4096 + at * 64) }).copy(list, at * Entry.size);
        list.write(`${name}\0`, 4096 + at * 64, 'utf16le');
      }
      (args[7] as Buffer).writeUInt32LE(2);
      return 1;
    },
    NtQuerySystemInformation: (...args: [number, Buffer, number, Buffer]) => { args[1].fill(0, 0, 256); args[3].writeUInt32LE(256); return 0; },
  });
  const provider = windowsProvider(windows.win32, new Isolation(4));
  const services = async (name: string | null): Promise<string[]> => Object.keys((await provider.read('win_service_iter', { name })) as object);
  assert.deepEqual([await services('dns*'), await services(null)], [['Dnscache'], ['Spooler', 'Dnscache']]);
  await assert.rejects(provider.read('win_service_get', { name: 'W32Time' }), { message: 'there is no service "W32Time"' });
  assert.equal(asked.at(-1), 'W32Time');
  await assert.rejects(provider.read('certificates', { path: 'no such file.pem', store: 'My', location: 'LocalMachine' }), /no such file\.pem/);
  assert.equal(((await provider.read('clock_offset', { server: '127.0.0.1', port: server.port, timeout: 60 })) as { stratum: number }).stratum, 2);
  provider.close();
});

test('what fails on a thread of the pool is the failure of the reading', async () => {
  const failing = { async: (...args: unknown[]) => { setImmediate(args.at(-1) as (error: Error) => void, new Error('the library is gone')); } };
  const windows = new Proxy({} as Win32, { get: (_, name) => (name === 'GetLastError' ? () => 0 : failing) });
  await assert.rejects(windowsProvider(windows).read('disk_usage', { path: 'C:\\' }), { message: 'the library is gone' });
});

test('buffers grow until they hold all', async () => {
  const { win32 } = new FakeWindows({
    K32EnumProcesses: (ids: Buffer, size: number, needed: Buffer) => {
      const count = Math.min(1500, size / 4);
      for (let index = 0; index < count; index += 1) ids.writeUInt32LE(4 * (1500 - index), 4 * index);
      needed.writeUInt32LE(4 * count);
      return 1;
    },
  });
  const provider = windowsProvider(win32);
  const pids = await provider.read('pids', {});
  assert.ok(Array.isArray(pids));
  assert.deepEqual([pids.length, pids[0], pids[1499]], [1500, 4, 6000]);
  assert.equal(await provider.read('pid_exists', { pid: 6000 }), true);
  assert.equal(await provider.read('pid_exists', { pid: 6001 }), false);
  assert.equal(await provider.read('pid_exists', { pid: 0 }), true);
});

test('a file\'s space is that of its directory; a failure names the call and its Win32 error', async () => {
  const asked: string[] = [];
  const windows = new FakeWindows({
    GetDiskFreeSpaceExW: (path: string, _: null, total: Buffer, free: Buffer) => {
      asked.push(path);
      windows.lastError = path === 'C:\\data\\file.txt' ? 267 : path.startsWith('C:\\data') ? 0 : 3;
      total.writeBigUInt64LE(1_000_000_000_000n);
      free.writeBigUInt64LE(400_000_000_000n);
      return windows.lastError === 0 ? 1 : 0;
    },
  });
  const provider = windowsProvider(windows.win32);
  const space = { total: 1_000_000_000_000, used: 600_000_000_000, free: 400_000_000_000 };
  assert.deepEqual(await provider.read('disk_usage', { path: 'C:\\data\\file.txt' }), space);
  await assert.rejects(provider.read('disk_usage', { path: 'Q:\\' }), { message: 'GetDiskFreeSpaceExW of Q:\\ failed with Win32 error 3' });
  assert.deepEqual(asked.splice(0), ['C:\\data\\file.txt', 'C:\\data', 'Q:\\']);
  // Another volume may be mounted in a folder of the drive: each is asked for by itself.
  await Promise.all(['C:\\data', 'C:\\data\\mounted'].map((path) => provider.read('disk_usage', { path })));
  assert.deepEqual(asked, ['C:\\data', 'C:\\data\\mounted']);
});

test('disks that do not count are left out, and every disk is closed', async () => {
  const open = new Set<number>();
  const looked: number[] = [];
  const windows = new FakeWindows({
    CreateFileW: (name: string) => {
      const number = Number(name.replace(/^\\\\\.\\PhysicalDrive/, ''));
      looked.push(number);
      if (number > 1) return -1;
      open.add(number + 100);
      return number + 100;
    },
    DeviceIoControl: (device: number, ...rest: [number, null, number, Buffer, number]) => {
      windows.lastError = device === 100 ? 1 : rest[4] < 176 ? 122 : 0;
      if (windows.lastError === 0) rest[3].writeBigUInt64LE(512n);
      return windows.lastError === 0 ? 1 : 0;
    },
    CloseHandle: (device: number) => (open.delete(device) ? 1 : 0),
  });
  const provider = windowsProvider(windows.win32);
  const disks = { PhysicalDrive1: { read_count: 0, write_count: 0, read_bytes: 512, write_bytes: 0, read_time: 0, write_time: 0, idle_time: 0, queue_depth: 0, split_count: 0 } };
  assert.deepEqual(await provider.read('disk_io_counters', { perdisk: true, nowrap: true }), disks);
  assert.equal(open.size, 0);
  assert.deepEqual(looked, Array.from({ length: 33 }, (_, number) => number), 'psutil looks for so many');
});

test('where no disk tells its counts the reason of each is told, or that there is none to open', async () => {
  const refusing = (disks: number) => {
    const windows = new FakeWindows({
      FormatMessageW: () => 0, CloseHandle: () => 1, DeviceIoControl: () => { windows.lastError = 1; return 0; },
      CreateFileW: (name: string) => { windows.lastError = 2; return Number(/\d+$/.exec(name)?.[0]) < disks ? 100 : -1; },
    });
    return windowsProvider(windows.win32).read('disk_io_counters', { perdisk: true, nowrap: true });
  };
  const refused = (number: number): string => `IOCTL_DISK_PERFORMANCE of PhysicalDrive${String(number)} failed with Win32 error 1`;
  await assert.rejects(refusing(0), { message: 'No disk tells its counts: CreateFileW of PhysicalDrive0 failed with Win32 error 2' });
  await assert.rejects(refusing(2), { message: `No disk tells its counts: ${refused(0)}; ${refused(1)}` });
});

test('a disk whose counters want ever more room is given up at a megabyte, any other refusal at once', async () => {
  const asking = (code: number) => {
    const sizes: number[] = [];
    const windows = new FakeWindows({
      FormatMessageW: () => 0, CloseHandle: () => 1, CreateFileW: (name: string) => (name.endsWith('PhysicalDrive0') ? 100 : -1),
      DeviceIoControl: (...args: [number, number, null, number, Buffer, number]) => { assert.equal(args[4].length, args[5]); sizes.push(args[5]); windows.lastError = code; return 0; },
    });
    return { sizes, told: windowsProvider(windows.win32).read('disk_io_counters', { perdisk: true, nowrap: true }) };
  };
  const growing = asking(122);
  await assert.rejects(growing.told, { message: 'No disk tells its counts: IOCTL_DISK_PERFORMANCE of PhysicalDrive0 failed with Win32 error 122' });
  const [last = 0, before = 0] = growing.sizes.toReversed();
  assert.ok(last >= 2 ** 20 && before < 2 ** 20 && last === 2 * before, growing.sizes.join());
  const refused = asking(5);
  await assert.rejects(refused.told, /Win32 error 5$/);
  assert.equal(refused.sizes.length, 1);
});

test('a drive that cannot be read is listed without a file system', async () => {
  const { win32 } = new FakeWindows({
    GetLogicalDriveStringsW: (_: number, roots: Buffer) => roots.write('C:\\\0D:\\\0N:\\\0', 'utf16le') / 2,
    GetDriveTypeW: (root: string) => ({ 'C:\\': 3, 'D:\\': 5 })[root] ?? 4,
    GetVolumeInformationW: (...args: [string, null, number, null, null, Buffer, Buffer]) => {
      if (args[0] !== 'C:\\') return 0;
      args[5].writeUInt32LE(0x80);
      args[6].write('NTFS\0', 'utf16le');
      return 1;
    },
    FindFirstVolumeMountPointW: () => -1,
  });
  const provider = windowsProvider(win32);
  const rows = [
    { device: 'C:\\', fstype: 'NTFS', opts: 'rw,fixed', mountpoint: 'C:\\' },
    { device: 'D:\\', fstype: '', opts: 'cdrom', mountpoint: 'D:\\' },
  ];
  assert.deepEqual(await provider.read('disk_partitions', { all: false }), rows);
  const remote = { device: 'N:\\', fstype: '', opts: 'remote', mountpoint: 'N:\\' };
  assert.deepEqual(await provider.read('disk_partitions', { all: true }), [...rows, remote]);
});

test('folders where volumes are mounted are listed with their drive, of a file system that has such', async () => {
  const closed: number[] = [];
  const found = ['data\\', 'mnt\\logs\\'];
  let asked = 0;
  const say = (name: Buffer): void => { name.write(`${found[asked++] ?? ''}\0`, 'utf16le'); };
  const { win32 } = new FakeWindows({
    GetLogicalDriveStringsW: (_: number, roots: Buffer) => roots.write('C:\\\0F:\\\0', 'utf16le') / 2,
    GetDriveTypeW: () => 3,
    GetVolumeInformationW: (...args: [string, null, number, null, null, Buffer, Buffer]) => {
      args[5].writeUInt32LE(args[0] === 'C:\\' ? 0x80 : 0);
      args[6].write(`${args[0] === 'C:\\' ? 'NTFS' : 'FAT32'}\0`, 'utf16le');
      return 1;
    },
    FindFirstVolumeMountPointW: (root: string, name: Buffer) => { assert.equal(root, 'C:\\'); say(name); return 9; },
    FindNextVolumeMountPointW: (_: number, name: Buffer) => (asked < found.length ? (say(name), 1) : 0),
    FindVolumeMountPointClose: (search: number) => closed.push(search),
  });
  const row = (device: string, mountpoint: string, fstype: string): object => ({ device, mountpoint, fstype, opts: 'rw,fixed' });
  assert.deepEqual(await windowsProvider(win32).read('disk_partitions', { all: false }), [
    row('C:\\', 'C:\\data\\', 'NTFS'), row('C:\\', 'C:\\mnt\\logs\\', 'NTFS'), row('C:\\', 'C:\\', 'NTFS'), row('F:\\', 'F:\\', 'FAT32'),
  ]);
  assert.deepEqual(closed, [9]);
});

test('users come from their sessions, and all memory is freed', async () => {
  const memory = new Map<bigint, Buffer>();
  let address = 0n;
  const give = (content: Buffer, pointer: Buffer, length: Buffer, size = content.length): number => {
    address += 4096n;
    memory.set(address, content);
    pointer.writeBigUInt64LE(address);
    length.writeUInt32LE(size);
    return 1;
  };
  const sessions = Buffer.alloc(72);
  sessions.writeUInt32LE(2, 24);
  // One that has just ended.
  sessions.writeUInt32LE(3, 48);
  const fake = new FakeWindows({
    WTSEnumerateSessionsW: (_: number, __: number, ___: number, pointer: Buffer, count: Buffer) => give(sessions, pointer, count, 3),
    WTSQuerySessionInformationW: (_: number, session: number, kind: number, pointer: Buffer, length: Buffer) =>
      kind === 5 && session !== 3 ? give(Buffer.from(session === 2 ? 'Jane\0' : '\0', 'utf16le'), pointer, length) : 0,
    WTSFreeMemory: (given: bigint) => { memory.delete(given); },
    bytesAt: (given: bigint, length: number) => memory.get(given)?.subarray(0, length),
  });
  const users = await windowsProvider(fake.win32).read('users', {});
  assert.deepEqual(users, [{ name: 'Jane', terminal: null, host: null, started: null, pid: null }]);
  assert.equal(memory.size, 0);
});

test('the load average is unknown after a failed look, waited for before the first, and rounded', async () => {
  const clock = new TestClock();
  let queue: () => Promise<number> = () => Promise.resolve(100);
  const load = new LoadAverage(clock, () => queue());
  const look = async (): Promise<void> => {
    await clock.pass(5000);
    await settle();
  };
  const first = load.read();
  await look();
  assert.deepEqual([await first, await load.read()], [[8, 1.65, 0.55], [8, 1.65, 0.55]]);
  queue = () => Promise.reject(new UnavailableError('no counter'));
  await look();
  await assert.rejects(load.read(), { message: 'No load average: no counter' });
  load.close();
  assert.equal(clock.waiting, 0);
  await assert.rejects(load.read(), { message: 'No load average: no counter' });
  const stopped = new LoadAverage(clock, queue);
  const unanswered = assert.rejects(stopped.read(), { message: 'No load average: the collector stops' });
  stopped.close();
  await unanswered;
});

/** SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION: idle, kernel, user in seconds. */
function processor(idle: number, kernel: number, user: number): Buffer {
  const buffer = Buffer.alloc(48);
  for (const [at, value] of [idle, kernel, user].entries()) buffer.writeBigUInt64LE(BigInt(value) * 10_000_000n, at * 8);
  return buffer;
}

test('CPU times are of all processor groups, and of the caller\'s own where the others are not told', async () => {
  const groups = [[processor(5, 7, 1), processor(6, 8, 2)], [processor(7, 9, 3)]];
  const fill = (buffers: readonly Buffer[], information: Buffer, returned: Buffer): number => {
    Buffer.concat(buffers).copy(information);
    returned.writeUInt32LE(48 * buffers.length);
    return 0;
  };
  const functions = {
    GetActiveProcessorGroupCount: () => 2,
    GetActiveProcessorCount: (group: number) => (group === 0xffff ? 3 : groups[group]!.length),
    NtQuerySystemInformation: (_: number, information: Buffer, __: number, returned: Buffer) => fill(groups[0]!, information, returned),
    NtQuerySystemInformationEx: (kind: number, group: Buffer, size: number, information: Buffer, _: number, returned: Buffer) => {
      assert.deepEqual([kind, size], [8, 2]);
      return fill(groups[group.readUInt16LE()]!, information, returned);
    },
  };
  const whole = windowsProvider(new FakeWindows(functions).win32);
  assert.deepEqual(await whole.read('cpu_times', { percpu: false }), { user: 6, system: 6, idle: 18, irq: 0, dpc: 0 });
  assert.equal(((await whole.read('cpu_times', { percpu: true })) as unknown[]).length, 3);
  const { NtQuerySystemInformationEx: told, ...older } = functions;
  const partly = (...args: Parameters<typeof told>): number => (args[1].readUInt16LE() === 1 ? 0xc0000002 : told(...args));
  for (const each of [older, { ...functions, NtQuerySystemInformationEx: () => 0xc0000002 }, { ...functions, NtQuerySystemInformationEx: partly }]) {
    assert.equal(((await windowsProvider(new FakeWindows(each).win32).read('cpu_times', { percpu: true })) as unknown[]).length, 2);
  }
  const faulty = { ...functions, NtQuerySystemInformationEx: () => { throw new TypeError('a fault of ours'); } };
  await assert.rejects(windowsProvider(new FakeWindows(faulty).win32).read('cpu_times', { percpu: true }), TypeError);
});

test('a Windows without sessions has no users', async () => {
  assert.deepEqual(await windowsProvider(missingSessions()).read('users', {}), []);
});

function missingSessions(): Win32 {
  return new Proxy({}, { get: (_, name) => { throw new MissingFunction(`This Windows has no ${String(name)}`); } }) as Win32;
}

test('Windows\' words for an error are one line, without the stop at its end; a status has none', () => {
  const saying = (text: string) => ({ FormatMessageW: (...args: unknown[]) => { assert.equal(args[5], (args[4] as Buffer).length / 2); return (args[4] as Buffer).write(text, 'utf16le') / 2; } }) as unknown as Win32;
  assert.equal(failure('It', 21, saying('Not ready. \r\nWait a while.\r\n')).message, 'It failed with Win32 error 21 (Not ready. Wait a while)');
  for (const code of [0x80000000, 0xc0000022]) assert.equal(failure('It', code, saying('?')).message, `It failed with status 0x${code.toString(16).toUpperCase()}`);
  assert.equal(failure('It', 0x7fffffff, missingSessions()).message, 'It failed with Win32 error 2147483647');
  assert.throws(() => failure('It', 21, new FakeWindows({ FormatMessageW: () => { throw new TypeError('a fault of ours'); } }).win32), TypeError);
});

test('an error of a disk is told in Windows\' words', async () => {
  const windows = new FakeWindows({
    GetDiskFreeSpaceExW: () => { windows.lastError = 21; return 0; },
    FormatMessageW: (...args: [number, null, number, number, Buffer]) => args[4].write(args[2] === 21 ? 'The device is not ready.\r\n' : '?', 'utf16le') / 2,
  });
  await assert.rejects(windowsProvider(windows.win32).read('disk_usage', { path: 'E:\\' }), { message: 'GetDiskFreeSpaceExW of E:\\ failed with Win32 error 21 (The device is not ready)' });
});
