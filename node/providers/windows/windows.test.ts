import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { structure } from '../../test/support/structure.js';
import { parseAdapters } from './adapters.js';
import { declarations, loadWin32 } from './bindings.js';
import { countCores, parseCpuStats, parseFrequencies, parseProcessorTimes } from './cpu.js';
import { parseDiskPerformance } from './disk.js';
import { unixTime, wideText, wideTexts } from './encoding.js';
import * as layouts from './layouts.js';
import { nextLoads } from './load.js';
import { memoryFields, parseMemoryState } from './memory.js';
import { addressRows, mergedAddresses, parseCounters, parseState } from './network.js';
import { partitionRows } from './partitions.js';
import { parseClientAddress, parseConnectTime } from './sessions.js';
import { parseBootTime, parseIds } from './system.js';

const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');

test('kernel time without idle time is system time', () => {
  const cpu = structure(layouts.SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, {
    IdleTime: 70_000_000n, KernelTime: 90_000_000n, UserTime: 15_000_000n, DpcTime: 1_000_000n, InterruptTime: 2_000_000n, InterruptCount: 12,
  });
  const times = { user: 1.5, system: 2, idle: 7, irq: 0.2, dpc: 0.1 };
  assert.deepEqual(parseProcessorTimes(Buffer.concat([cpu, cpu])), [times, times]);
});

test('interrupts are summed over CPUs beyond 32 bits', () => {
  const performance = structure(layouts.SYSTEM_PERFORMANCE_INFORMATION, { ContextSwitches: 4_000_000_000, SystemCalls: 7 });
  const cpu = structure(layouts.SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, { InterruptCount: 3_000_000_000 });
  const stats = { ctx_switches: 4_000_000_000, interrupts: 6_000_000_000, soft_interrupts: 0, syscalls: 7 };
  assert.deepEqual(parseCpuStats(performance, Buffer.concat([cpu, cpu])), stats);
});

test('counts that were left empty are unknown, not zero', () => {
  const told = (values: object): ReturnType<typeof parseCpuStats> => parseCpuStats(structure(layouts.SYSTEM_PERFORMANCE_INFORMATION, values), Buffer.alloc(0));
  assert.throws(() => told({}), { name: 'UnavailableError', message: 'NtQuerySystemInformation(SystemPerformanceInformation) leaves its counts empty' });
  // Of counts that wrap at 32 bits one may be 0 for a moment.
  assert.deepEqual([told({ ContextSwitches: 5 })['syscalls'], told({ SystemCalls: 6 })['ctx_switches']], [0, 0]);
});

test('cores are counted among records of any length', () => {
  const record = (relationship: number, size: number): Buffer => {
    const buffer = Buffer.alloc(size);
    buffer.writeUInt32LE(relationship, layouts.SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX.Relationship);
    buffer.writeUInt32LE(size, layouts.SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX.Size);
    return buffer;
  };
  assert.equal(countCores(Buffer.concat([record(0, 48), record(2, 56), record(0, 80), record(4, 48)])), 2);
  assert.equal(countCores(Buffer.concat([record(0, 48).fill(0, 4, 8), record(0, 48)])), 1, 'one without a length is the last');
  assert.throws(() => countCores(Buffer.alloc(0)), { name: 'UnavailableError', message: 'GetLogicalProcessorInformationEx told of no processor core' });
});

test('a processor that Windows tells nothing of has no frequency', () => {
  const cpu = structure(layouts.PROCESSOR_POWER_INFORMATION, { MaxMhz: 3600, CurrentMhz: 1200 });
  const empty = structure(layouts.PROCESSOR_POWER_INFORMATION, {});
  assert.deepEqual(parseFrequencies(Buffer.concat([cpu, empty])), [{ current: 1200, min: 0, max: 3600 }]);
  const half = [{ MaxMhz: 3600 }, { CurrentMhz: 1200 }].map((one) => structure(layouts.PROCESSOR_POWER_INFORMATION, one));
  assert.deepEqual(parseFrequencies(Buffer.concat(half)), [{ current: 0, min: 0, max: 3600 }, { current: 1200, min: 0, max: 0 }]);
  assert.throws(() => parseFrequencies(empty), { name: 'UnavailableError', message: 'CallNtPowerInformation told of no processor\'s frequency' });
});

test('memory is counted in pages, exactly beyond 32 bits', () => {
  const information = structure(layouts.PERFORMANCE_INFORMATION, {
    CommitLimit: 8_000_000n, PhysicalTotal: 6_171_023n, PhysicalAvailable: 5_000_001n, SystemCache: 300n, KernelNonpaged: 200n, PageSize: 4096n,
  });
  const memory = parseMemoryState(information);
  assert.equal(memory.commitLimit, 32_768_000_000);
  assert.deepEqual(memoryFields(memory), {
    total: 25_276_510_208, available: 20_480_004_096, used: 4_796_506_112, free: 20_480_004_096, cached: 1_228_800, wired: 819_200,
  });
  assert.deepEqual(Object.keys(memoryFields({ ...memory, systemCache: 0, kernelNonpaged: 0 })), ['total', 'available', 'used', 'free']);
});

test('disk times are milliseconds', () => {
  const disk = structure(layouts.DISK_PERFORMANCE, {
    BytesRead: 5_000_000_000n, BytesWritten: 7n, ReadTime: 15_000n, WriteTime: 20_000_000n, ReadCount: 4_000_000_000, WriteCount: 3,
    IdleTime: 30_000n, QueueDepth: 2, SplitCount: 5,
  });
  const fields = { read_count: 4_000_000_000, write_count: 3, read_bytes: 5_000_000_000, write_bytes: 7, read_time: 1.5, write_time: 2000, idle_time: 3, queue_depth: 2, split_count: 5 };
  assert.deepEqual(parseDiskPerformance(disk), fields);
});

test('a drive\'s row follows those of directories on it', () => {
  assert.deepEqual(partitionRows('D:\\', 'fixed', { flags: 0x8080, fstype: 'NTFS' }, ['data\\']), [
    { device: 'D:\\', fstype: 'NTFS', opts: 'rw,compressed,fixed', mountpoint: 'D:\\data\\' },
    { device: 'D:\\', fstype: 'NTFS', opts: 'rw,compressed,fixed', mountpoint: 'D:\\' },
  ]);
  assert.equal(partitionRows('E:\\', 'cdrom', { flags: 0x80000, fstype: 'CDFS' }, [])[0]?.opts, 'ro,readonly,cdrom');
  assert.deepEqual(partitionRows('E:\\', 'cdrom', undefined, []), [{ device: 'E:\\', fstype: '', opts: 'cdrom', mountpoint: 'E:\\' }]);
});

test('of Windows that of 64 bits is taken, on either processor', { skip: process.platform === 'win32' }, async () => {
  const before = { platform: process.platform, arch: process.arch };
  const be = (one: typeof before): void => { for (const [name, value] of Object.entries(one)) Object.defineProperty(process, name, { value }); };
  const refused = async (arch: NodeJS.Architecture): Promise<string> => {
    be({ platform: 'win32', arch });
    const loading = loadWin32();
    // At once: other test files may be loaded meanwhile, and ask where they are.
    be(before);
    return loading.then(() => '', (error: unknown) => (error instanceof Error ? error.message : ''));
  };
  assert.match(await refused('ia32'), /^Expected 64-bit Windows for Win32 readings, found win32 ia32: /);
  for (const arch of ['x64', 'arm64'] as const) assert.doesNotMatch(await refused(arch), /64-bit/);
});

test('a text without its terminating zero ends with its memory, also within a letter', () => {
  const text = Buffer.from('C:\\', 'utf16le');
  assert.deepEqual([wideText(text), wideText(text.subarray(0, 5)), wideText(text, 6), wideText(text, 2)], ['C:\\', 'C:', '', ':\\']);
});

test('a list of roots ends with an empty one', () => {
  assert.deepEqual(wideTexts(Buffer.concat([wide('C:\\'), wide('Z:\\'), Buffer.alloc(20)])), ['C:\\', 'Z:\\']);
  assert.deepEqual(wideTexts(Buffer.concat([wide('C:\\'), wide('Z:\\').subarray(0, 6)])), ['C:\\', 'Z:\\'], 'or with its memory');
});

test('packets are unicast and other ones; a speed that is not told is 0', () => {
  const row = structure(layouts.MIB_IF_ROW2, {
    Mtu: 1500, OperStatus: 1, AdminStatus: 1, TransmitLinkSpeed: 10_000_000_000n, InOctets: 1n, InUcastPkts: 2n, InNUcastPkts: 3n,
    InDiscards: 4n, InErrors: 5n, OutOctets: 6_000_000_000n, OutUcastPkts: 7n, OutNUcastPkts: 8n, OutDiscards: 9n, OutErrors: 10n,
  });
  assert.deepEqual(parseCounters(row), {
    bytes_sent: 6_000_000_000, bytes_recv: 1, packets_sent: 15, packets_recv: 5, errin: 5, errout: 10, dropin: 4, dropout: 9,
  });
  assert.deepEqual(parseState(row), { isup: true, duplex: 2, speed: 10_000, mtu: 1500, flags: '' });
  const down = parseState(structure(layouts.MIB_IF_ROW2, { OperStatus: 2, AdminStatus: 1, TransmitLinkSpeed: 2n ** 64n - 1n }));
  assert.deepEqual([down.isup, down.speed], [false, 0]);
});

test('adapters are read from a chain of pointers into their own buffer', () => {
  const adapter = layouts.IP_ADAPTER_ADDRESSES;
  const entry = layouts.IP_ADAPTER_UNICAST_ADDRESS;
  const base = 0x7ff0_0000_0000n;
  const buffer = Buffer.alloc(2048);
  const point = (offset: number, target: number): void => void buffer.writeBigUInt64LE(base + BigInt(target), offset);
  // Two adapters at 0 and 512; of the first, addresses at 128 and 192, socket addresses at 256 and 272, a name at 320.
  buffer.writeUInt32LE(7, adapter.IfIndex);
  point(adapter.Next, 512);
  point(adapter.FriendlyName, 320);
  point(adapter.FirstUnicastAddress, 128);
  Buffer.from([0, 0x15, 0x5d, 0xab]).copy(buffer, adapter.PhysicalAddress);
  buffer.writeUInt32LE(4, adapter.PhysicalAddressLength);
  point(128 + entry.Next, 192);
  point(128 + entry.Address, 256);
  buffer.writeUInt8(64, 128 + entry.OnLinkPrefixLength);
  buffer.writeUInt16LE(23, 256);
  Buffer.from('fe80000000000000021500fffe5dab01', 'hex').copy(buffer, 256 + layouts.SOCKADDR_IN6.sin6_addr);
  point(192 + entry.Address, 288);
  buffer.writeUInt8(20, 192 + entry.OnLinkPrefixLength);
  buffer.writeUInt16LE(2, 288);
  Buffer.from([172, 16, 33, 9]).copy(buffer, 288 + layouts.SOCKADDR_IN.sin_addr);
  // An address that is nowhere, and one of a family that is not IP's.
  point(192 + entry.Next, 1100);
  point(1100 + entry.Next, 1200);
  point(1200 + entry.Address, 1300);
  buffer.writeUInt16LE(99, 1300);
  wide('Ethernet 2').copy(buffer, 320);
  buffer.writeUInt32LE(9, 512 + adapter.Ipv6IfIndex);
  point(512 + adapter.FriendlyName, 360);
  wide('Loopback').copy(buffer, 360);

  const [first, second, ...rest] = parseAdapters(buffer, base);
  assert.ok(first !== undefined && second !== undefined && rest.length === 0);
  assert.deepEqual([first.index, first.name, second.index, second.name], [7, 'Ethernet 2', 9, 'Loopback']);
  assert.deepEqual(addressRows(second), []);
  assert.deepEqual(addressRows(first), [
    { family: -1, address: '00-15-5D-AB-00-00', netmask: null, broadcast: null, ptp: null },
    { family: 2, address: '172.16.33.9', netmask: '255.255.240.0', broadcast: '172.16.47.255', ptp: null },
    { family: 23, address: 'fe80::215:ff:fe5d:ab01', netmask: null, broadcast: null, ptp: null },
  ]);
  assert.throws(() => parseAdapters(buffer, base + 4096n), UnavailableError);
  point(512 + adapter.FriendlyName, buffer.length);
  assert.throws(() => parseAdapters(buffer, base), { name: 'UnavailableError', message: 'GetAdaptersAddresses gave a pointer to outside its buffer' });
  buffer.writeBigUInt64LE(0n, 512 + adapter.FriendlyName);
  assert.equal(parseAdapters(buffer, base)[1]?.name, '', 'a name that is nowhere');
});

test('adapters of one name are one, their rows by family', () => {
  const adapter = (index: number, name: string, last: number): Parameters<typeof mergedAddresses>[0][number] => ({
    index, name, hardwareAddress: Buffer.from([0, 0, 0, 0, 0, last]), addresses: [{ family: 2, address: `10.0.0.${String(last)}`, prefixLength: 24 }],
  });
  const merged = mergedAddresses([adapter(1, 'Team', 1), adapter(2, 'Other', 2), adapter(3, 'Team', 3)]);
  assert.deepEqual(Object.keys(merged), ['Team', 'Other']);
  assert.deepEqual(merged['Team']!.map(({ family, address }) => [family, address]), [
    [-1, '00-00-00-00-00-01'], [-1, '00-00-00-00-00-03'], [2, '10.0.0.1'], [2, '10.0.0.3'],
  ]);
});

test('masks reach from nothing to a single address', () => {
  const row = (prefixLength: number) =>
    addressRows({ index: 1, name: '', hardwareAddress: Buffer.alloc(0), addresses: [{ family: 2, address: '200.1.2.3', prefixLength }] })[0];
  assert.deepEqual([row(0)?.netmask, row(0)?.broadcast], ['0.0.0.0', '255.255.255.255']);
  assert.deepEqual([row(31)?.netmask, row(31)?.broadcast], ['255.255.255.254', '200.1.2.3']);
  assert.deepEqual([row(32)?.netmask, row(32)?.broadcast], ['255.255.255.255', null]);
});

test('the start of the system is corrected by its sleep', () => {
  // 2024-01-01T00:00:00Z is 133485408000000000 ticks.
  const time = structure(layouts.SYSTEM_TIMEOFDAY_INFORMATION, { BootTime: 133_485_408_100_000_000n, SleepTimeBias: 50_000_000n });
  assert.equal(parseBootTime(time), Date.UTC(2024, 0, 1) / 1000 + 5);
  assert.equal(unixTime(116_444_736_000_000_000n), 0);
});

test('sessions tell an IPv4 client and the time of their connection, or neither', () => {
  const client = structure(layouts.WTS_CLIENT_ADDRESS, { AddressFamily: 2 });
  Buffer.from([0, 0, 10, 0, 0, 42]).copy(client, layouts.WTS_CLIENT_ADDRESS.Address);
  assert.equal(parseClientAddress(client), '10.0.0.42');
  assert.equal(parseClientAddress(structure(layouts.WTS_CLIENT_ADDRESS, { AddressFamily: 23 })), null);
  assert.equal(parseClientAddress(undefined), null);
  assert.equal(parseClientAddress(client.subarray(0, -1)), null);
  assert.equal(parseConnectTime(structure(layouts.WTSINFOW, { ConnectTime: 116_444_736_000_000_000n + 10_000_000n })), 1);
  assert.equal(parseConnectTime(structure(layouts.WTSINFOW, {})), null);
  assert.deepEqual([parseConnectTime(undefined), parseConnectTime(Buffer.alloc(8, 1))], [null, null]);
});

test('process ids are ascending', () => {
  assert.deepEqual(parseIds(Buffer.from(new Uint32Array([4, 0, 3_000_000_000, 88]).buffer)), [0, 4, 88, 3_000_000_000]);
});

test('load averages approach a steady queue as fast as their minutes', () => {
  let loads: readonly number[] = [0, 0, 0];
  for (let second = 0; second < 60; second += 5) loads = nextLoads(loads, 10);
  // After one minute: 10 (1 - 1/e), 10 (1 - e^(-1/5)), 10 (1 - e^(-1/15)).
  assert.deepEqual(loads.map((load) => load.toFixed(4)), ['6.3212', '1.8127', '0.6449']);
});

test('koffi is loaded on Windows, and elsewhere the provider refuses without it', () => {
  // A process of its own: what else is tested in this one may have loaded it.
  const program = `
    import { openWindowsProvider } from ${JSON.stringify(new URL('provider.js', import.meta.url).href)};
    const outcome = await openWindowsProvider().then((provider) => { provider.close(); return 'opened'; }, (error) => error.code);
    console.log(JSON.stringify([outcome, process.report.getReport().sharedObjects.some((path) => /koffi[^/\\\\]*\\.node$/.test(path))]));`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(stdout), process.platform === 'win32' ? ['opened', true] : ['PSA_PLATFORM', false]);
});

test('every Win32 function is looked for where Microsoft has it, with a declaration that koffi takes', async () => {
  const { default: koffi } = await import('koffi');
  const homes: readonly (readonly [RegExp, string])[] = [
    [/^(Nt|Rtl)/, 'ntdll'], [/^Pdh/, 'pdh'], [/^Evt/, 'wevtapi'], [/^(Cert|Crypt)/, 'crypt32'], [/^WTS/, 'wtsapi32'], [/^CallNtPower/, 'powrprof'],
    [/^(Reg|LookupAccount|ReportEvent)|Service|SCManager|Token|EventSource/, 'advapi32'], [/^Get(Extended|Tcp|Udp|Adapters|If)/, 'iphlpapi'], [/^/, 'kernel32'],
  ];
  for (const [name, [dll, result, parameters]] of Object.entries(declarations)) {
    assert.equal(dll, homes.find(([pattern]) => pattern.test(name))?.[1], name);
    assert.doesNotThrow(() => koffi.proto(`${result} __stdcall ${name}(${parameters})`), name);
  }
});
