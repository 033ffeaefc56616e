import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Arguments, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { disagreement, psutil } from '../../test/support/psutil.js';
import { linuxProvider } from './provider.js';
import { utmpRecord } from '../../test/support/utmp.js';

const MiB = 1024 * 1024;

/**
 * How far our reading may lie outside of the two that psutil made just before and just after it, by "function.field", or
 * "function" for all its other fields. Whatever is not named lies between the two, and is equal where they are equal.
 */
const tolerances: Readonly<Record<string, number>> = {
  // Clock ticks; the kernel may take back a little of idle and iowait.
  cpu_times: 0.02,
  // Frequencies are adapted all the time; min and max are not.
  'cpu_freq.current': 100,
  // Python has the kernel's fraction, Node rounds to a hundredth.
  getloadavg: 0.01,
  virtual_memory: 64 * MiB,
  'virtual_memory.total': 0,
  swap_memory: 16 * MiB,
  'swap_memory.total': 0,
  'swap_memory.sin': 0,
  'swap_memory.sout': 0,
  disk_usage: 64 * MiB,
  'disk_usage.total': 0,
  // The kernel computes it anew at each reading.
  boot_time: 1,
  // psutil 5.9.4 passes it through a 32-bit float, whose neighbours are 128 s apart.
  'users.started': 64,
  'net_if_stats.mtu': 0,
};

/** Fields that psutil has and a raw reading has not: derived elsewhere, or dropped by psutil 8. */
const leftOut = new Set(['percent', 'maxfile', 'maxpath']);

interface Case {
  readonly method: string;
  readonly args?: Arguments;
  readonly expression: string;
}

const cases: readonly Case[] = [
  { method: 'cpu_times', args: { percpu: false }, expression: 'psutil.cpu_times()' },
  { method: 'cpu_times', args: { percpu: true }, expression: 'psutil.cpu_times(percpu=True)' },
  { method: 'cpu_count', args: { logical: true }, expression: 'psutil.cpu_count()' },
  { method: 'cpu_count', args: { logical: false }, expression: 'psutil.cpu_count(logical=False)' },
  { method: 'cpu_stats', expression: 'psutil.cpu_stats()' },
  { method: 'cpu_freq', args: { percpu: false }, expression: 'psutil.cpu_freq(percpu=True)' },
  { method: 'cpu_freq', args: { percpu: true }, expression: 'psutil.cpu_freq(percpu=True)' },
  { method: 'getloadavg', expression: 'psutil.getloadavg()' },
  { method: 'virtual_memory', expression: 'psutil.virtual_memory()' },
  { method: 'swap_memory', expression: 'psutil.swap_memory()' },
  { method: 'disk_usage', args: { path: '/' }, expression: 'psutil.disk_usage("/")' },
  { method: 'disk_usage', args: { path: '/dev/shm' }, expression: 'psutil.disk_usage("/dev/shm")' },
  { method: 'disk_usage', args: { path: '/proc/self/status' }, expression: 'psutil.disk_usage("/proc/self/status")' },
  { method: 'disk_partitions', args: { all: false }, expression: 'psutil.disk_partitions()' },
  { method: 'disk_partitions', args: { all: true }, expression: 'psutil.disk_partitions(all=True)' },
  { method: 'disk_io_counters', args: { perdisk: true, nowrap: false }, expression: 'psutil.disk_io_counters(perdisk=True, nowrap=False)' },
  { method: 'net_io_counters', args: { pernic: true, nowrap: false }, expression: 'psutil.net_io_counters(pernic=True, nowrap=False)' },
  { method: 'net_if_stats', expression: 'psutil.net_if_stats()' },
  { method: 'net_if_addrs', expression: 'psutil.net_if_addrs()' },
  { method: 'boot_time', expression: 'psutil.boot_time()' },
  { method: 'users', expression: 'psutil.users()' },
  { method: 'pid_exists', args: { pid: process.pid }, expression: `psutil.pid_exists(${String(process.pid)})` },
  { method: 'pid_exists', args: { pid: 0 }, expression: 'psutil.pid_exists(0)' },
  { method: 'pid_exists', args: { pid: -1 }, expression: 'psutil.pid_exists(-1)' },
  { method: 'pid_exists', args: { pid: 4_194_305 }, expression: 'psutil.pid_exists(4194305)' },
];

const provider = linuxProvider();

async function reading(method: string, args: Arguments, expression: string): Promise<[ours: Result, before: unknown, after: unknown]> {
  const before = await psutil(expression);
  const ours = await provider.read(method, args);
  return [ours, before, await psutil(expression)];
}

for (const { method, args = {}, expression } of cases) {
  test(`${method} ${JSON.stringify(args)} agrees with ${expression}`, async () => {
    const [ours, before, after] = await reading(method, args, expression);
    assert.deepEqual(differences(method, ours, before, after), []);
  });
}

/** Every place at which ours is not what psutil said, one sentence each. `place` starts with the function's name. */
function differences(place: string, ours: unknown, before: unknown, after: unknown): string[] {
  if (typeof ours === 'number' && typeof before === 'number' && typeof after === 'number') {
    const found = disagreement(ours, before, after, toleranceOf(place));
    return found === undefined ? [] : [`${place}: ${found}`];
  }
  if (!isMap(ours) || !isMap(before) || !isMap(after)) {
    return ours === before || ours === after ? [] : [`${place}: ${JSON.stringify(ours)} is not ${JSON.stringify(after)}`];
  }
  const keys = (map: object): string => Object.keys(map).filter((key) => !leftOut.has(key)).sort().join();
  if (keys(ours) !== keys(after)) return [`${place}: the keys ${keys(ours)} are not ${keys(after)}`];
  return Object.keys(ours).flatMap((key) => differences(`${place}.${key}`, ours[key], before[key], after[key]));
}

function toleranceOf(place: string): number {
  const [method = '', ...rest] = place.split('.');
  return tolerances[`${method}.${rest.at(-1) ?? ''}`] ?? tolerances[method] ?? 0;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function summed(devices: Result): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const fields of Object.values(devices as Record<string, Record<string, number>>)) {
    for (const [name, value] of Object.entries(fields)) sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

for (const [method, argument] of [['disk_io_counters', 'perdisk'], ['net_io_counters', 'pernic']] as const) {
  test(`${method}: the devices of the plain form add up to psutil's sum`, async () => {
    const expression = `psutil.${method}(${argument}=False, nowrap=False)`;
    const [ours, before, after] = await reading(method, { [argument]: false, nowrap: false }, expression);
    assert.deepEqual(differences(method, summed(ours), before, after), []);
  });
}

test('pids has every process that psutil saw before and after, in order, and few more', async () => {
  const [ours, before, after] = (await reading('pids', {}, 'psutil.pids()')) as [number[], number[], number[]];
  assert.deepEqual(before.filter((pid) => after.includes(pid) && !ours.includes(pid)), []);
  const shortLived = ours.filter((pid) => !before.includes(pid) && !after.includes(pid));
  assert.ok(shortLived.length <= 20, `psutil saw none of ${shortLived.join()}`);
  assert.deepEqual(ours, [...ours].sort((one, other) => one - other));
});

test('pid_exists says no to a thread, as psutil does', async () => {
  // Of this process alone: any other may end while its threads are asked for.
  const id = await psutil(`next(t.id for t in psutil.Process(${String(process.pid)}).threads() if t.id != ${String(process.pid)})`);
  assert.ok(typeof id === 'number');
  assert.equal(await psutil(`psutil.pid_exists(${String(id)})`), false);
  assert.equal(await provider.read('pid_exists', { pid: id }), false);
});

test('users agrees with psutil on the same login records', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'psutil-agent-utmp-'));
  try {
    const utmp = join(directory, 'utmp');
    writeFileSync(utmp, Buffer.concat([
      utmpRecord({ type: 2, user: 'reboot', line: '~', host: '6.1.0', pid: 0, started: 1_790_000_000 }),
      utmpRecord({ type: 7, user: 'ada', line: 'pts/0', host: '192.0.2.7', pid: 4711, started: 1_790_000_123 }),
      utmpRecord({ type: 7, user: 'grace', line: 'tty7', host: ':0', pid: 815, started: 1_790_001_000 }),
      utmpRecord({ type: 8, user: '', line: 'pts/1', host: '', pid: 99, started: 1_790_002_000 }),
    ]));
    const expression = `(__import__("ctypes").CDLL(None).utmpname(${JSON.stringify(utmp)}.encode()), psutil.users())[1]`;
    const theirs = await psutil(expression);
    const ours = await linuxProvider({ utmp }).read('users', {});
    assert.deepEqual(differences('users', ours, theirs, theirs), []);
    assert.equal((ours as unknown[]).length, 2);
  } finally {
    await psutil('__import__("ctypes").CDLL(None).utmpname(b"/var/run/utmp")');
    rmSync(directory, { recursive: true });
  }
});

test('a root volume that the kernel calls /dev/root gets the name that psutil finds', async () => {
  const proc = mkdtempSync(join(tmpdir(), 'psutil-agent-proc-'));
  try {
    mkdirSync(join(proc, 'self'));
    writeFileSync(join(proc, 'self/mounts'), '/dev/root / ext4 rw 0 0\n');
    const found = await psutil('psutil._pslinux.RootFsDeviceFinder().find()');
    const device = found ?? '/dev/root';
    assert.deepEqual(await linuxProvider({ proc }).read('disk_partitions', { all: true }), [{ device, mountpoint: '/', fstype: 'ext4', opts: 'rw' }]);
  } finally {
    rmSync(proc, { recursive: true });
  }
});

test('a path that is not there is unavailable, by its name and the system\'s code', async () => {
  await assert.rejects(psutil('psutil.disk_usage("/no such path")'), /FileNotFoundError/);
  await assert.rejects(provider.read('disk_usage', { path: '/no such path' }), (error) =>
    error instanceof UnavailableError && /ENOENT.*\/no such path/.test(error.message));
});
