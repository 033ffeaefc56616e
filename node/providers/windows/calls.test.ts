/** What each reading asks of Windows, and what it says where a call fails. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Arguments, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { TestClock } from '../../test/support/clock.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { Isolation } from '../isolation.js';
import { MissingFunction } from './bindings.js';
import * as layouts from './layouts.js';
import { windowsProvider } from './provider.js';

type Functions = ConstructorParameters<typeof FakeWindows>[0];

/** One reading of a Windows with these functions. */
async function read(functions: Functions, name: string, args: Arguments = {}): Promise<Result> {
  const provider = windowsProvider(new FakeWindows(functions).win32, new Isolation(2), new TestClock());
  try {
    return await provider.read(name, args);
  } finally {
    provider.close();
  }
}

async function refused(functions: Functions, message: string | RegExp, name: string, args: Arguments = {}): Promise<void> {
  await assert.rejects(read(functions, name, args), (error) => {
    assert.ok(error instanceof UnavailableError, String(error));
    if (typeof message === 'string') assert.equal(error.message, message);
    else assert.match(error.message, message);
    return true;
  });
}

describe('the processors', () => {
  const failing = { GetLastError: () => 31, FormatMessageW: () => 0 };

  it('a call that fails is named with its Win32 error', async () => {
    const own = { ...failing, GetActiveProcessorGroupCount: () => 1, GetActiveProcessorCount: () => 0, GetSystemTimes: () => 0 };
    await refused(own, 'GetSystemTimes failed with Win32 error 31', 'cpu_times', { percpu: false });
    await refused(own, 'GetActiveProcessorCount failed with Win32 error 31', 'cpu_count', { logical: true });
    await refused({ GetLogicalProcessorInformationEx: () => 1 }, 'GetLogicalProcessorInformationEx told of no processor core', 'cpu_count', { logical: false });
    await refused({ ...failing, K32GetPerformanceInfo: () => 0 }, 'GetPerformanceInfo failed with Win32 error 31', 'virtual_memory');
    await refused({ ...failing, GetLogicalProcessorInformationEx: () => 0 }, 'GetLogicalProcessorInformationEx failed with Win32 error 31', 'cpu_count', { logical: false });
    await refused({ GetActiveProcessorCount: () => 1, CallNtPowerInformation: () => 0xc000_0022, RtlNtStatusToDosError: (status: number) => (status === 0xc000_0022 ? 5 : 0), FormatMessageW: () => 0 },
      'CallNtPowerInformation(ProcessorInformation) failed with Win32 error 5', 'cpu_freq');
  });

  it('cores are counted in a list that is asked for with as much room as it needs', async () => {
    const cores = Buffer.concat([0, 0, 2].map((kind) => { const record = Buffer.alloc(48); record.writeUInt32LE(kind, 0); record.writeUInt32LE(48, 4); return record; }));
    const asked: (number | undefined)[] = [];
    const functions = {
      GetLastError: () => 122,
      GetLogicalProcessorInformationEx: (relation: number, records: Buffer | null, length: Buffer) => {
        assert.equal(relation, 0);
        asked.push(records?.length);
        length.writeUInt32LE(cores.length);
        if (records === null) return 0;
        cores.copy(records);
        return 1;
      },
    };
    assert.equal(await read(functions, 'cpu_count', { logical: false }), 2);
    assert.deepEqual(asked, [undefined, cores.length]);
  });

  it('frequencies and counts are of every processor', async () => {
    const power = [[3000, 4000], [0, 0], [1200, 2400]].map(([current = 0, most = 0]) => structure(layouts.PROCESSOR_POWER_INFORMATION, { CurrentMhz: current, MaxMhz: most }));
    assert.deepEqual(await read({
      GetActiveProcessorCount: (group: number) => { assert.equal(group, 0xffff); return 3; },
      CallNtPowerInformation: (level: number, _: null, none: number, buffer: Buffer) => { assert.deepEqual([level, none], [11, 0]); Buffer.concat(power).copy(buffer); return 0; },
    }, 'cpu_freq', { percpu: true }), [{ current: 3000, min: 0, max: 4000 }, { current: 1200, min: 0, max: 2400 }]);
    const processors = Buffer.concat([1, 2].map((n) => structure(layouts.SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, { InterruptCount: n, UserTime: BigInt(n) * 10_000_000n, DpcTime: 10_000_000n, InterruptTime: 20_000_000n })));
    const functions = {
      GetActiveProcessorGroupCount: () => 1, GetActiveProcessorCount: () => 2,
      NtQuerySystemInformationEx: () => assert.fail('of one group the other call is asked, as psutil does'),
      GetSystemTimes: (idle: Buffer, kernel: Buffer, user: Buffer) => {
        for (const [at, buffer] of [idle, kernel, user].entries()) buffer.writeBigUInt64LE(BigInt(at + 1) * 50_000_000n);
        return 1;
      },
      NtQuerySystemInformation: (kind: number, buffer: Buffer, size: number, returned: Buffer) => {
        if (kind === 2) structure(layouts.SYSTEM_PERFORMANCE_INFORMATION, { ContextSwitches: 7, SystemCalls: 8 }).copy(buffer);
        else processors.copy(buffer);
        returned.writeUInt32LE(size);
        return 0;
      },
    };
    assert.deepEqual(await read(functions, 'cpu_stats'), { ctx_switches: 7, interrupts: 3, soft_interrupts: 0, syscalls: 8 });
    assert.deepEqual(await read(functions, 'cpu_times', { percpu: false }), { user: 15, system: 5, idle: 5, irq: 4, dpc: 2 });
    const older = Object.fromEntries(Object.entries(functions).filter(([name]) => name !== 'GetActiveProcessorGroupCount')) as Functions;
    for (const each of [functions, older]) assert.deepEqual((await read(each, 'cpu_times', { percpu: true }) as { user: number }[]).map(({ user }) => user), [1, 2]);
    await assert.rejects(read({ ...functions, GetActiveProcessorGroupCount: () => { throw new TypeError('a fault of ours'); } }, 'cpu_times', { percpu: true }), TypeError);
  });
});

describe('the network', () => {
  const Adapter = layouts.IP_ADAPTER_ADDRESSES;
  const base = 0x1000n;
  const chain = Buffer.alloc(2048);
  for (const [at, name] of ['Ethernet', 'Broken', 'Wi-Fi'].entries()) {
    const offset = at * 512;
    chain.writeUInt32LE(at + 1, offset + Adapter.IfIndex);
    if (at < 2) chain.writeBigUInt64LE(base + BigInt(offset + 512), offset + Adapter.Next);
    chain.writeBigUInt64LE(base + BigInt(offset + 448), offset + Adapter.FriendlyName);
    chain.write(name, offset + 448, 'utf16le');
    chain.write('\0', offset + 448 + 2 * name.length, 'utf16le');
    chain[offset + Adapter.PhysicalAddress + 5] = at + 1;
    chain.writeUInt32LE(6, offset + Adapter.PhysicalAddressLength);
  }
  /** Adapters that a call fills in once it has room for them. */
  const network = (need = 4096) => ({
    addressOf: () => base,
    GetAdaptersAddresses: (family: number, flags: number, _: null, buffer: Buffer, size: Buffer) => {
      assert.deepEqual([family, flags, size.readUInt32LE()], [0, 0xe, buffer.length]);
      size.writeUInt32LE(need);
      if (buffer.length < need) return 111;
      chain.copy(buffer);
      return 0;
    },
    GetIfEntry2: (row: Buffer) => {
      const index = row.readUInt32LE(layouts.MIB_IF_ROW2.InterfaceIndex);
      structure(layouts.MIB_IF_ROW2, { InterfaceIndex: index, OperStatus: 1, AdminStatus: index === 3 ? 2 : 1, TransmitLinkSpeed: 1_000_000_000n, Mtu: 1500, OutOctets: BigInt(index) }).copy(row);
      return index === 2 ? 1168 : 0;
    },
  });

  it('traffic and state are told by adapter; one that tells nothing is left out', async () => {
    const traffic = await read(network(), 'net_io_counters', { pernic: true }) as Record<string, { bytes_sent: number }>;
    assert.deepEqual(Object.entries(traffic).map(([name, { bytes_sent: sent }]) => [name, sent]), [['Ethernet', 1], ['Wi-Fi', 3]]);
    const state = { duplex: 2, speed: 1000, mtu: 1500, flags: '' };
    assert.deepEqual(await read(network(), 'net_if_stats'), { 'Ethernet': { isup: true, ...state }, 'Wi-Fi': { isup: false, ...state } });
  });

  it('adapters are asked for with as much room as they need, and no more than three times', async () => {
    const told = (last: string): object[] => [{ family: -1, address: `00-00-00-00-00-${last}`, netmask: null, broadcast: null, ptp: null }];
    assert.deepEqual(await read(network(20_000), 'net_if_addrs'), { 'Ethernet': told('01'), 'Broken': told('02'), 'Wi-Fi': told('03') });
    let asked = 0;
    const failing = (code: number) => ({ FormatMessageW: () => 0, GetAdaptersAddresses: () => { asked += 1; return code; } });
    await refused(failing(111), 'GetAdaptersAddresses failed with Win32 error 111', 'net_if_addrs');
    assert.equal(asked, 3);
    await refused(failing(8), 'GetAdaptersAddresses failed with Win32 error 8', 'net_if_addrs');
    assert.equal(asked, 4, 'what is no lack of room is not tried again');
  });

  /** Tables of one socket each; what was asked for. */
  function sockets(code: (asked: string) => number = () => 0): { functions: Functions; asked: string[] } {
    const asked: string[] = [];
    const call = (protocol: string) => (table: Buffer | null, size: Buffer, sorted: number, family: number, kind: number, reserved: number): number => {
      assert.deepEqual([sorted, kind, reserved], [0, protocol === 'tcp' ? 5 : 1, 0]);
      const name = `${protocol}${family === 23 ? '6' : '4'}`;
      if (table === null) asked.push(name);
      if (code(name) !== 0) return code(name);
      size.writeUInt32LE(100);
      if (table === null || table.length < 100) return 122;
      table.writeUInt32LE(1);
      return 0;
    };
    return { functions: { FormatMessageW: () => 0, GetExtendedTcpTable: call('tcp'), GetExtendedUdpTable: call('udp') }, asked };
  }

  it('connections of a kind are asked for in its tables alone', async () => {
    for (const [kind, tables] of [
      ['all', ['tcp4', 'tcp6', 'udp4', 'udp6']], ['inet', ['tcp4', 'tcp6', 'udp4', 'udp6']], ['inet4', ['tcp4', 'udp4']], ['inet6', ['tcp6', 'udp6']],
      ['tcp', ['tcp4', 'tcp6']], ['tcp4', ['tcp4']], ['tcp6', ['tcp6']], ['udp', ['udp4', 'udp6']], ['udp4', ['udp4']], ['udp6', ['udp6']], ['unix', []],
    ] as const) {
      const { functions, asked } = sockets();
      const rows = await read(functions, 'net_connections', { kind }) as unknown[];
      assert.deepEqual([asked, rows.length], [tables, tables.length], kind);
    }
    for (const kind of ['tcp5', 'xtcp', 'tcp4 ']) await refused(sockets().functions, `there is no kind of connections "${kind}"`, 'net_connections', { kind });
  });

  it('a Windows without IPv6 has none of it; what else fails is named', async () => {
    const { functions } = sockets((name) => (name.endsWith('6') ? 50 : 0));
    assert.equal((await read(functions, 'net_connections', { kind: 'inet' }) as unknown[]).length, 2);
    await refused(sockets(() => 31).functions, 'GetExtendedUdpTable failed with Win32 error 31', 'net_connections', { kind: 'udp4' });
    let calls = 0;
    await refused(sockets(() => { calls += 1; return 31; }).functions, /31/, 'net_connections', { kind: 'tcp4' });
    assert.equal(calls, 2, 'it is asked once');
    calls = 0;
    await refused(sockets(() => { calls += 1; return 122; }).functions, 'GetExtendedTcpTable failed with Win32 error 122', 'net_connections', { kind: 'tcp4' });
    assert.equal(calls, 2 * 4, 'a table that grows on and on is given up');
  });
});

describe('drives, battery and sessions', () => {
  const failing = { GetLastError: () => 31, FormatMessageW: () => 0 };

  it('a call that fails is named with its Win32 error', async () => {
    await refused({ ...failing, GetSystemPowerStatus: () => 0 }, 'GetSystemPowerStatus failed with Win32 error 31', 'sensors_battery');
    await refused({ ...failing, GetLogicalDriveStringsW: () => 0 }, 'GetLogicalDriveStringsW failed with Win32 error 31', 'disk_partitions', { all: false });
    await refused({ ...failing, K32EnumProcesses: () => 0 }, 'EnumProcesses failed with Win32 error 31', 'pids');
    await refused({ ...failing, WTSEnumerateSessionsW: () => 0 }, 'WTSEnumerateSessionsW failed with Win32 error 31', 'users');
    assert.deepEqual(await read({ ...failing, GetLastError: () => 120, WTSEnumerateSessionsW: () => 0 }, 'users'), [], 'a service that this Windows has not got');
    await refused({ NtQuerySystemInformation: () => 0xc0000005, RtlNtStatusToDosError: () => 998, FormatMessageW: () => 0 }, 'NtQuerySystemInformation(SystemTimeOfDayInformation) failed with Win32 error 998', 'boot_time');
  });

  it('the diskette is not looked at, a drive of a type that has no word is one of unknown type, and one that does not tell its type too', async () => {
    const asked: string[] = [];
    const functions: Functions = {
      FormatMessageW: () => 0,
      GetLogicalDriveStringsW: (characters: number, roots: Buffer) => {
        assert.deepEqual([characters, roots.length], [104, 210]);
        return roots.write('A:\\\0B:\\\0C:\\\0U:\\\0', 'utf16le') / 2;
      },
      GetDriveTypeW: (root: string) => ({ 'A:\\': 2, 'B:\\': 2, 'C:\\': 3 })[root] ?? 9,
      GetVolumeInformationW: (...args: [string, null, number, null, null, Buffer, Buffer, number]) => {
        assert.deepEqual([args[6].length, args[7]], [522, 261]);
        asked.push(args[0]);
        return 0;
      },
    };
    const drives = async (all: boolean): Promise<string[]> => ((await read(functions, 'disk_partitions', { all })) as { device: string; opts: string }[]).map(({ device, opts }) => `${device} ${opts}`);
    assert.deepEqual(await drives(false), ['B:\\ removable', 'C:\\ fixed']);
    assert.deepEqual(asked, ['B:\\', 'C:\\']);
    assert.deepEqual(await drives(true), ['A:\\ removable', 'B:\\ removable', 'C:\\ fixed', 'U:\\ unknown']);
    const failing = (error: Error) => windowsProvider(new Proxy(new FakeWindows({ ...functions, GetDriveTypeW: () => 3 }).win32, {
      get: (target, name) => { if (name === 'GetVolumeInformationW') throw error; return Reflect.get(target, name) as unknown; },
    }), new Isolation(2)).read('disk_partitions', { all: false });
    const row = (device: string): object => ({ device, mountpoint: device, fstype: '', opts: 'fixed' });
    assert.deepEqual(await failing(new MissingFunction('This Windows has no GetVolumeInformationW')), ['A:\\', 'B:\\', 'C:\\', 'U:\\'].map(row));
    await assert.rejects(failing(new TypeError('a fault of ours')), TypeError);
    const typeless = Object.fromEntries(Object.entries(functions).filter(([name]) => name !== 'GetDriveTypeW'));
    assert.deepEqual(await read(typeless, 'disk_partitions', { all: false }), []);
    assert.deepEqual((await read(typeless, 'disk_partitions', { all: true }) as { opts: string }[]).map(({ opts }) => opts), Array(4).fill('unknown'));
  });

  it('a battery is told as Windows has it', async () => {
    const functions = { GetSystemPowerStatus: (status: Buffer) => { Buffer.from([0, 1, 80, 0, 0x10, 0x0e, 0, 0]).copy(status); return 1; } };
    assert.deepEqual(await read(functions, 'sensors_battery'), { percent: 80, secsleft: 3600, power_plugged: false });
  });
});
