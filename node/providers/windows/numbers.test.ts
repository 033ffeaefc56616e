import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { MissingFunction, type Win32 } from './bindings.js';
import * as layouts from './layouts.js';
import { windowsProvider } from './provider.js';

// Windows' own numbers beside psutil's: of structures that a fake Windows fills.

/** A Windows that gives PERFORMANCE_INFORMATION. */
function performance(values: Parameters<typeof structure<typeof layouts.PERFORMANCE_INFORMATION>>[1]) {
  return windowsProvider(new FakeWindows({
    K32GetPerformanceInfo: (information: Buffer, size: number) => {
      assert.deepEqual([size, information.readUInt32LE()], [104, 104]);
      structure(layouts.PERFORMANCE_INFORMATION, { cb: 104, PageSize: 4096n, ...values }).copy(information);
      return 1;
    },
    GetTickCount64: () => 9_007_199_254_001n,
  }).win32);
}

test('committed memory and the kernel\'s pools are bytes, counts are counts, and the uptime passes 49 days', async () => {
  const provider = performance({
    CommitTotal: 3_000_000n, CommitLimit: 8_000_000n, CommitPeak: 3_500_000n, KernelTotal: 300n, KernelPaged: 200n, KernelNonpaged: 100n,
    HandleCount: 91_234, ProcessCount: 150, ThreadCount: 2_345,
  });
  assert.deepEqual(await provider.read('commit_memory', {}), { used: 3_000_000 * 4096, limit: 8_000_000 * 4096, peak: 3_500_000 * 4096 });
  assert.deepEqual(await provider.read('kernel_memory', {}), { total: 300 * 4096, paged: 200 * 4096, nonpaged: 100 * 4096 });
  assert.deepEqual(await provider.read('system_stats', {}), { handles: 91_234, threads: 2_345, processes: 150 });
  assert.equal(await provider.read('uptime', {}), 9_007_199_254.001);
  assert.deepEqual(await performance({ PhysicalTotal: 5n, PhysicalAvailable: 2n }).read('virtual_memory', {}), { total: 5 * 4096, available: 2 * 4096, used: 3 * 4096, free: 2 * 4096 });
});

test('a peak and pools that are left empty are unknown, not 0', async () => {
  const provider = performance({ CommitTotal: 1n, CommitLimit: 2n });
  assert.deepEqual(await provider.read('commit_memory', {}), { used: 4096, limit: 8192 });
  assert.deepEqual(await performance({ CommitTotal: 1n, CommitLimit: 2n, CommitPeak: 1n }).read('commit_memory', {}), { used: 4096, limit: 8192, peak: 4096 }, 'it has just been reached');
  await assert.rejects(provider.read('kernel_memory', {}), /tells of no kernel memory/);
  assert.deepEqual(await performance({ KernelPaged: 5n }).read('kernel_memory', {}), { paged: 5 * 4096 });
});

const tcp2 = structure(layouts.MIB_TCPSTATS2, {
  dwActiveOpens: 1, dwPassiveOpens: 2, dwAttemptFails: 3, dwEstabResets: 4, dwCurrEstab: 5, dw64InSegs: 2n ** 40n, dw64OutSegs: 2n ** 41n, dwRetransSegs: 6, dwInErrs: 7, dwOutRsts: 8,
});
const tcp = structure(layouts.MIB_TCPSTATS, {
  dwActiveOpens: 1, dwPassiveOpens: 2, dwAttemptFails: 3, dwEstabResets: 4, dwCurrEstab: 5, dwInSegs: 4_000_000_000, dwOutSegs: 9, dwRetransSegs: 6, dwInErrs: 7, dwOutRsts: 8,
});
const common = {
  retransmits: 6, errin: 7, resets_sent: 8, connections_reset: 4, connections_failed: 3, connections_opened: 1, connections_accepted: 2, established: 5,
};

/** A call that fills its structure for the families it has, by their numbers, and refuses the others. */
function filling(content: Buffer, families: readonly number[], asked: number[] = []) {
  return (statistics: Buffer, family: number): number => {
    asked.push(family);
    assert.equal(statistics.length, content.length);
    if (!families.includes(family)) return 50;
    content.copy(statistics);
    return 0;
  };
}

/** Windows without the calls of 64 bits. */
const older = { GetTcpStatisticsEx2: undefined, GetUdpStatisticsEx2: undefined };

function windows(functions: Readonly<Record<string, ((...args: never[]) => unknown) | undefined>>) {
  const there = Object.fromEntries(Object.entries(functions).filter(([, call]) => call !== undefined)) as Record<string, (...args: never[]) => unknown>;
  const { win32 } = new FakeWindows(there);
  const missing = new Set(Object.keys(functions).filter((name) => functions[name] === undefined));
  return windowsProvider(new Proxy(win32, {
    get: (target, name) => {
      if (missing.has(String(name))) throw new MissingFunction(`This Windows has no ${String(name)}`);
      return Reflect.get(target, name) as unknown;
    },
  }));
}

test('TCP is told by IP, with 64 bits where this Windows has them', async () => {
  const asked: number[] = [];
  const provider = windows({ GetTcpStatisticsEx2: filling(tcp2, [2, 23], asked) });
  const fields = { segments_sent: 2 ** 41, segments_recv: 2 ** 40, ...common };
  assert.deepEqual(await provider.read('net_tcp_stats', { family: null }), { ipv4: fields, ipv6: fields });
  assert.deepEqual(await provider.read('net_tcp_stats', { family: 'ipv6' }), { ipv6: fields });
  assert.deepEqual(asked, [2, 23, 23]);
});

test('an older Windows tells TCP in 32 bits', async () => {
  const provider = windows({ ...older, GetTcpStatisticsEx: filling(tcp, [2, 23]) });
  assert.deepEqual(await provider.read('net_tcp_stats', { family: 'ipv4' }), { ipv4: { segments_sent: 9, segments_recv: 4_000_000_000, ...common } });
});

test('UDP is told by IP, and an IP that is switched off is left out unless it is asked for', async () => {
  const udp2 = structure(layouts.MIB_UDPSTATS2, { dw64InDatagrams: 2n ** 33n, dwNoPorts: 1, dwInErrors: 2, dw64OutDatagrams: 2n ** 34n, dwNumAddrs: 3 });
  const udp = structure(layouts.MIB_UDPSTATS, { dwInDatagrams: 5, dwNoPorts: 1, dwInErrors: 2, dwOutDatagrams: 6, dwNumAddrs: 3 });
  const fields = { no_port: 1, errin: 2, listeners: 3 };
  assert.deepEqual(await windows({ GetUdpStatisticsEx2: filling(udp2, [2]) }).read('net_udp_stats', { family: null }), { ipv4: { datagrams_sent: 2 ** 34, datagrams_recv: 2 ** 33, ...fields } });
  const provider = windows({ ...older, GetUdpStatisticsEx: filling(udp, [2]), FormatMessageW: () => 0 });
  assert.deepEqual(await provider.read('net_udp_stats', { family: null }), { ipv4: { datagrams_sent: 6, datagrams_recv: 5, ...fields } });
  await assert.rejects(provider.read('net_udp_stats', { family: 'ipv6' }), { message: 'GetUdpStatisticsEx of ipv6 failed with Win32 error 50' });
});

test('a Windows that counts neither way says so, as one whose call fails does; a fault of ours is none', async () => {
  await assert.rejects(windows({ ...older, GetTcpStatisticsEx: undefined }).read('net_tcp_stats', { family: null }), { name: 'UnavailableError', message: 'This Windows has no GetTcpStatisticsEx2' });
  await assert.rejects(windows({ GetUdpStatisticsEx2: () => 31, FormatMessageW: () => 0 }).read('net_udp_stats', { family: null }), { message: 'GetUdpStatisticsEx2 of ipv4 failed with Win32 error 31' });
  const faulty = new Proxy({} as Win32, { get: () => { throw new TypeError('a fault of ours'); } });
  await assert.rejects(windowsProvider(faulty).read('net_tcp_stats', { family: null }), TypeError);
});
