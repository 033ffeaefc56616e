import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functions } from '../../catalog/functions.js';
import type { Arguments } from '../../catalog/value.js';
import { AgentError, PlatformError, UnavailableError } from '../../model/errors.js';
import { startTimeServer } from '../../test/support/timeServer.js';
import { kernelTree } from '../../test/support/tree.js';
import { linuxProvider } from './provider.js';

// These are made of readings of others (sample/).
const derived = ['cpu_percent', 'cpu_times_percent', 'Process', 'process_iter', 'certificate_expiry'];

test('every function that the catalog has for Linux has a raw reading', async () => {
  const nowhere = linuxProvider({ proc: '/no such proc', sys: '/no such sys' });
  for (const { name, group, platforms } of functions) {
    if (!platforms.includes('linux') || ['external', 'agent'].includes(group) || derived.includes(name)) continue;
    const error: unknown = await nowhere.read(name, {}).then(() => undefined, (reason: unknown) => reason);
    assert.ok(error === undefined || error instanceof UnavailableError, `${name}: ${String(error)}`);
  }
});

test('kernel files that cannot be read are unavailable, by their path and the system\'s code', async () => {
  const nowhere = linuxProvider({ proc: '/no such proc' });
  await assert.rejects(nowhere.read('virtual_memory', {}), (error) =>
    error instanceof UnavailableError && error.code === 'PSA_UNAVAILABLE' && /\/no such proc\/meminfo .*ENOENT/.test(error.message));
});

test('what is no function of psutil\'s is refused, names of objects\' own included', async () => {
  for (const method of ['Popen', 'constructor', '__proto__', 'cpu_percent']) {
    await assert.rejects(linuxProvider().read(method, {}), (error) => error instanceof PlatformError && error instanceof AgentError);
  }
});

test('what is asked for decides what is told', async (t) => {
  const server = await startTimeServer();
  t.after(() => { server.close(); });
  const counts = '8 0 sda 1 1 1 1 1 1 1 1 0 1 1\n8 1 sda1 1 1 1 1 1 1 1 1 0 1 1\n';
  const provider = linuxProvider(kernelTree({
    'proc/stat': 'cpu 300 0 0 0\ncpu0 100 0 0 0\ncpu1 200 0 0 0\n', 'sys/devices/system/cpu/cpu0/topology/core_cpus_list': '0-1\n',
    'proc/self/mounts': '/dev/a / ext4 rw 0 0\nproc /proc proc rw 0 0\n', 'proc/filesystems': '\text4\nnodev\tproc\n', 'proc/diskstats': counts, 'sys/block/sda/size': '1\n',
  }));
  assert.equal(provider.platform, 'linux');
  const read = (method: string, args: Arguments): Promise<unknown> => provider.read(method, args);
  assert.deepEqual(await read('cpu_times', { percpu: false }), { user: 3, nice: 0, system: 0, idle: 0 });
  assert.deepEqual(((await read('cpu_times', { percpu: true })) as { user: number }[]).map(({ user }) => user), [1, 2]);
  assert.deepEqual([await read('cpu_count', { logical: true }), await read('cpu_count', { logical: false })], [2, 1]);
  assert.deepEqual([await read('disk_partitions', { all: true }), await read('disk_partitions', { all: false })].map((rows) => (rows as unknown[]).length), [2, 1]);
  assert.deepEqual([await read('disk_io_counters', { perdisk: true }), await read('disk_io_counters', { perdisk: false })].map((disks) => Object.keys(disks as object)), [['sda', 'sda1'], ['sda']]);
  await assert.rejects(read('disk_usage', { path: '/no/such/path' }), /\/no\/such\/path/);
  await assert.rejects(read('certificates', { path: '/no/such.pem' }), /\/no\/such\.pem/);
  assert.equal(((await read('clock_offset', { server: '127.0.0.1', port: server.port, timeout: 60 })) as { stratum: number }).stratum, 2);
  await assert.rejects(read('win_service_iter', {}), (error) => error instanceof UnavailableError && error.message.startsWith('win_service_iter cannot be had here: '));
  await assert.rejects(read('Popen', {}), (error) => error instanceof PlatformError && error.code === 'PSA_PLATFORM' && error.message.startsWith('"Popen" has no raw reading on Linux; known are cpu_times, cpu_count, '));
});
