import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { pino } from 'pino';
import { Agent } from './agent.js';
import { completeSettings } from './config/reader.js';
import { validate } from './config/validation.js';
import { silentOutput } from './output/lines.js';
import { linuxProvider } from './providers/linux/provider.js';
import type { Provider } from './providers/provider.js';
import { windowsProvider } from './providers/windows/provider.js';
import { settle, TestClock } from './test/support/clock.js';
import { FakeWindows } from './test/support/fakeWindows.js';

// A collector that starts before what it reads is there: each source appears later, and no restart is needed.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-starved-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const entries = [
  { method: 'cpu_times' }, { method: 'cpu_percent' }, { method: 'virtual_memory' }, { method: 'swap_memory' }, { method: 'disk_io_counters', rate: true },
];

interface Collector {
  /** The names of those that give values as things stand. */
  readonly alive: () => Promise<string[]>;
  readonly reasons: () => (string | undefined)[];
  readonly values: (name: string) => Readonly<Record<string, number>>;
  readonly stop: () => Promise<unknown>;
}

/** A collector of these entries, once a second. */
function collector(provider: Provider, more: readonly object[]): Collector {
  const clock = new TestClock();
  const { document, faults } = validate({ status: { path: join(home, 'status') }, psutil_config: [...entries, ...more].map((entry) => ({ ...entry, interval: 1 })) });
  assert.deepEqual(faults, []);
  const agent = new Agent({
    settings: completeSettings(document, home, {}), provider, clock, output: silentOutput(), onStopRequest: () => undefined,
    log: { logger: pino({ enabled: false }), close: () => Promise.resolve() },
  });
  agent.start();
  // Of a second, and of what is asked of many disks one after another.
  const oneSecond = async (): Promise<void> => {
    await clock.pass(1000);
    for (let turn = 0; turn < 50; turn++) await settle();
  };
  return {
    alive: async () => {
      // Two seconds begin a measurement, the third gives what was measured.
      for (let second = 0; second < 2; second++) await oneSecond();
      const before = agent.report().entries.map(({ taken }) => taken);
      await oneSecond();
      return agent.report().entries.filter(({ taken }, at) => taken > before[at]!).map(({ name }) => name);
    },
    reasons: () => agent.report().entries.map(({ last_error }) => last_error?.message),
    values: (name) => agent.report().entries.find((entry) => entry.name === name)?.last?.values ?? {},
    stop: async () => {
      const stopped = agent.stop();
      await clock.pass(10_000);
      return stopped;
    },
  };
}

test('Linux: /proc and /sys appear file by file, and each entry comes to life as its own is there', async () => {
  const [proc, sys] = [join(home, 'proc'), join(home, 'sys')];
  const { alive, reasons, values, stop } = collector(linuxProvider({ proc, sys }), [
    { method: 'net_io_counters' }, { method: 'pids', result_argument: 'count' }, { method: 'Process', args: { name: 'web' }, result_argument: 'cpu_percent' },
  ]);
  assert.deepEqual(await alive(), []);
  for (const reason of reasons()) assert.match(reason ?? '', /\w+ \w+/);

  let busy = 1000;
  const stat = (): string => `cpu ${String(busy += 50)} 0 100 ${String(5000 + busy)} 0 0 0 0 0 0\ncpu0 ${String(busy)} 0 100 ${String(5000 + busy)} 0 0 0 0 0 0\nctxt 5\nbtime 1700000000\n`;
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  put(join(proc, 'stat'), stat());
  // No time passes in these counters yet, so that there is none to share out.
  assert.deepEqual(await alive(), ['cpu_times', 'pids']);
  put(join(proc, 'meminfo'), readFileSync('/proc/meminfo', 'utf8'));
  put(join(proc, 'vmstat'), 'pswpin 1\npswpout 2\n');
  assert.deepEqual(await alive(), ['cpu_times', 'virtual_memory', 'swap_memory', 'pids']);
  put(join(proc, 'net/dev'), 'Inter-| Receive | Transmit\n face |bytes\n  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n');
  put(join(proc, 'diskstats'), '   8       0 sda 10 1 80 5 20 2 160 7 0 9 12 0 0 0 0\n');
  put(join(sys, 'block/sda/size'), '1000');
  const words = readFileSync('/proc/self/stat', 'utf8').replace(/^\d+ \(.*\)/, '4242 (web)');
  put(join(proc, '4242/stat'), words);
  put(join(proc, '4242/status'), 'Name: web\nTgid:\t4242\n');
  const working = ['cpu_times', 'virtual_memory', 'swap_memory', 'disk_io_counters', 'net_io_counters', 'pids', 'Process'];
  assert.deepEqual(await alive(), working);
  assert.equal(values('net_io_counters')['bytes_recv'], 1);
  assert.equal(values('pids')['value'], 1);
  writeFileSync(join(proc, 'stat'), stat());
  assert.deepEqual((await alive()).length, working.length);
  assert.ok(Number.isFinite(values('cpu_percent')['value']), 'cpu_percent, once its counters move');
  await stop();
});

test('Windows: what refuses at first is asked again, and each entry comes to life', async () => {
  const there = new Set<string>();
  let seconds = 0;
  const source = <A extends unknown[]>(name: string, refusal: number, call: (...args: A) => number) => (...args: A): number => {
    windows.lastError = 1460;
    return there.has(name) ? call(...args) : refusal;
  };
  const windows = new FakeWindows({
    GetSystemTimes: source('cpu', 0, (idle: Buffer, kernel: Buffer, user: Buffer) => {
      seconds += 1;
      for (const [at, buffer] of [idle, kernel, user].entries()) buffer.writeBigUInt64LE(BigInt(seconds * [1, 2, 1][at]!) * 10_000_000n);
      return 1;
    }),
    GetActiveProcessorGroupCount: () => 1, GetActiveProcessorCount: () => 1,
    NtQuerySystemInformation: source('cpu', -1073741823, (...args: [number, Buffer, number, Buffer]) => { args[3].writeUInt32LE(args[0] === 8 ? 48 : Math.min(256, args[2])); return 0; }),
    K32GetPerformanceInfo: source('memory', 0, (information: Buffer) => {
      for (let at = 8; at + 8 <= information.length; at += 8) information.writeBigUInt64LE(BigInt(at < 16 ? 1 : 4096), at);
      information.writeBigUInt64LE(8192n, 16);
      return 1;
    }),
    PdhOpenQueryW: source('counters', 0x800007d0, (_: null, __: number, query: Buffer) => { query.writeBigInt64LE(5n); return 0; }),
    PdhAddEnglishCounterW: (...args: [bigint, string, number, Buffer]) => { args[3].writeBigInt64LE(6n); return 0; },
    PdhCollectQueryData: () => 0, PdhCloseQuery: () => 0,
    PdhGetFormattedCounterValue: (_: bigint, __: number, ___: null, value: Buffer) => { value.writeDoubleLE(25, 8); return 0; },
    CreateFileW: source('disk', -1, (name: string) => (name.endsWith('Drive0') ? 100 : -1)),
    DeviceIoControl: (...args: [number, number, null, number, Buffer, number]) => { windows.lastError = args[5] < 176 ? 122 : 0; return args[5] < 176 ? 0 : 1; },
    CloseHandle: () => 1,
    GetDiskFreeSpaceExW: source('volume', 0, (_: string, __: null, total: Buffer, free: Buffer) => { total.writeBigUInt64LE(100n); free.writeBigUInt64LE(40n); return 1; }),
    OpenSCManagerW: source('services', 0, () => 7), CloseServiceHandle: () => 1, addressOf: () => 0n,
    EnumServicesStatusExW: (...args: [number, number, number, number, Buffer | null, number, Buffer, Buffer, Buffer, null]) => { args[6].writeUInt32LE(0); args[7].writeUInt32LE(0); return 1; },
    K32EnumProcesses: source('processes', 0, (ids: Buffer, _: number, needed: Buffer) => { ids.writeUInt32LE(4); needed.writeUInt32LE(4); return 1; }),
  });
  const provider = windowsProvider(windows.win32);
  const { alive, reasons, values, stop } = collector(provider, [
    { method: 'disk_usage', args: { path: 'D:\\' }, result_argument: 'free' }, { method: 'win_service_iter', result_argument: 'count' }, { method: 'pids', result_argument: 'count' },
  ]);
  assert.deepEqual(await alive(), []);
  for (const reason of reasons()) assert.match(reason ?? '', /\w+ \w+/);
  there.add('cpu');
  assert.deepEqual(await alive(), ['cpu_times', 'cpu_percent']);
  there.add('memory');
  assert.deepEqual(await alive(), ['cpu_times', 'cpu_percent', 'virtual_memory', 'swap_memory']);
  assert.match(reasons()[3] ?? '', /PdhOpenQueryW/, 'the counter of the page files is what is missing');
  there.add('counters');
  await alive();
  assert.equal(values('swap_memory')['percent'], 25);
  const late = [['disk', 'disk_io_counters'], ['volume', 'disk_usage'], ['services', 'win_service_iter'], ['processes', 'pids']] as const;
  for (const [name, entry] of late) {
    there.add(name);
    assert.ok((await alive()).includes(entry), `${entry}: ${String(reasons())}`);
  }
  assert.equal((await alive()).length, 8);
  await stop();
});
