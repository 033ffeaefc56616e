import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import type { Arguments, Platform, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { fakeProvider } from '../test/support/fakeProcesses.js';
import { openReader } from './reader.js';
import { select } from './selection.js';

async function resultOf(method: string, args: Arguments, readings: Record<string, Result>, platform: Platform = 'linux'): Promise<Result> {
  const processes = [{ pid: 7, name: 'nginx', reads: {} }, { pid: 8, name: 'sshd', reads: {} }];
  return (await openReader(new SharedProvider(fakeProvider(() => processes, readings, platform)), new TestClock(), { method, args }).read()).result;
}

const row = (port: number, status: string, pid: number | null, remote: number | null = null): Result => ({
  fd: -1, family: 2, type: 1, laddr: { ip: '0.0.0.0', port }, raddr: remote === null ? null : { ip: '10.0.0.1', port: remote }, status, pid,
});
const net_connections = [row(80, 'LISTEN', 7), row(80, 'ESTABLISHED', 7, 5000), row(80, 'ESTABLISHED', 7, 5001), row(22, 'LISTEN', 8), row(22, 'TIME_WAIT', null, 6000)];

describe('net_connections', () => {
  const count = async (args: Arguments, extras: Record<string, Result> = {}, platform?: Platform): Promise<number> =>
    ((await resultOf('net_connections', args, { net_connections, ...extras }, platform)) as unknown[]).length;

  it('lists those that pass the filters', async () => {
    assert.equal(await count({}), 5);
    assert.equal(await count({ status: 'ESTABLISHED' }), 2);
    assert.equal(await count({ port: 22 }), 2);
    assert.equal(await count({ remote_port: 5001 }), 1);
    assert.equal(await count({ pid: 8 }), 1);
    assert.equal(await count({ process: 'ng*', status: 'LISTEN' }), 1);
    const services = { win_service_pids: { W3SVC: 7, Other: 8 } };
    assert.equal(await count({ service: 'w3*' }, services, 'win32'), 3);
    assert.equal(await count({ process: 'NGINX' }, {}, 'win32'), 3);
  });

  it('tells whether a port is listened on as 1 or 0', async () => {
    const definition = functionNamed('net_connections')!;
    for (const [port, expected] of [[80, 1], [443, 0]] as const) {
      const args = { port, status: 'LISTEN' };
      const { selected } = select(definition, args, await resultOf('net_connections', args, { net_connections }), ['any']);
      assert.deepEqual(selected.map(({ path, value }) => [path, value]), [['', expected]]);
    }
  });

  it('counts by state, port, process and service; a state that none is in is 0', async () => {
    const by = async (key: string, platform?: Platform): Promise<Record<string, number>> =>
      (await resultOf('net_connections', { by: key }, { net_connections, win_service_pids: { W3SVC: 7 } }, platform)) as Record<string, number>;
    const states = await by('status');
    assert.deepEqual([states['ESTABLISHED'], states['LISTEN'], states['CLOSE_WAIT']], [2, 2, 0]);
    assert.deepEqual(await by('port'), { 22: 2, 80: 3 });
    assert.deepEqual(await by('pid'), { 7: 3, 8: 1, unknown: 1 });
    assert.deepEqual(await by('process'), { nginx: 3, sshd: 1, unknown: 1 });
    assert.deepEqual(await by('service', 'win32'), { W3SVC: 3 });
  });
});

describe('disk_usage of every volume', () => {
  it('each by its mount point; of a dead one why, an empty drive not at all, a device once', async () => {
    const partitions = [
      { device: 'a', mountpoint: '/', fstype: 'ext4', opts: '' }, { device: 'a', mountpoint: '/etc/hosts', fstype: 'ext4', opts: '' },
      { device: 'b', mountpoint: '/dead', fstype: 'nfs', opts: '' }, { device: 'c', mountpoint: '/cd', fstype: '', opts: '' },
    ];
    const provider = fakeProvider(() => [], { disk_partitions: partitions });
    const read = provider.read.bind(provider);
    const shared = new SharedProvider({
      ...provider,
      read: (method, args) => (method !== 'disk_usage' ? read(method, args)
        : args['path'] === '/dead' ? Promise.reject(new UnavailableError('/dead is dead')) : Promise.resolve({ total: 100, used: 50, free: 50 })),
    });
    const args = { path: '*' };
    const { result, reasons } = await openReader(shared, new TestClock(), { method: 'disk_usage', args }).read();
    const { selected, missing } = select(functionNamed('disk_usage')!, args, result, ['*', 'percent'], reasons);
    assert.deepEqual(selected.map(({ path, value }) => [path, value]), [['/_percent', 50]]);
    assert.deepEqual(missing, ['/dead is dead']);
  });

  it('on Windows folders where volumes are mounted by their own paths, though they are told of with their drive', async () => {
    const rows = ['C:\\data\\', 'C:\\'].map((mountpoint) => ({ device: 'C:\\', mountpoint, fstype: 'NTFS', opts: 'rw,fixed' }));
    const usage = await resultOf('disk_usage', { path: '*' }, { disk_partitions: rows, disk_usage: { total: 100, used: 50, free: 50 } }, 'win32');
    assert.deepEqual(Object.keys(usage as object).sort(), ['C:\\', 'C:\\data\\']);
  });
});

describe('win_service_iter', () => {
  it('those that run, do not run, or have failed', async () => {
    const win_service_iter = { a: { running: true, failed: false }, b: { running: false, failed: false }, c: { running: false, failed: true } };
    const names = async (only: string | null): Promise<string[]> => Object.keys((await resultOf('win_service_iter', { name: null, only }, { win_service_iter }, 'win32')) as object);
    assert.deepEqual(await Promise.all([null, 'running', 'stopped', 'failed'].map(names)), [['a', 'b', 'c'], ['a'], ['b', 'c'], ['c']]);
  });
});

describe('swap_memory', () => {
  it('without the counter of its use tells the total, and why the rest is absent', async () => {
    const definition = functionNamed('swap_memory')!;
    const raw = { swap_memory: { total: 1000, sin: 0, sout: 0, untold: 'the counter of the page files is not there' } };
    const reader = openReader(new SharedProvider(fakeProvider(() => [], raw, 'win32')), new TestClock(), { method: 'swap_memory', args: {} });
    const { result, reasons } = await reader.read();
    const { selected, missing } = select(definition, {}, result, undefined, reasons);
    assert.deepEqual(selected.map(({ path, value }) => [path, value]), [['total', 1000], ['sin', 0], ['sout', 0]]);
    assert.deepEqual(missing, Array(3).fill('the counter of the page files is not there'));
  });

  it('with it tells all', async () => {
    assert.deepEqual(await resultOf('swap_memory', {}, { swap_memory: { total: 1000, used: 250, free: 750, percent: 25, sin: 0, sout: 0 } }), {
      total: 1000, used: 250, free: 750, sin: 0, sout: 0, percent: 25,
    });
  });
});

describe('Windows services of connections', () => {
  it('are unavailable on Linux, in a sentence', async () => {
    for (const args of [{ service: 'w3*' }, { by: 'service' }]) {
      await assert.rejects(resultOf('net_connections', args, { net_connections }), (error) => error instanceof UnavailableError && /no Windows services on Linux/.test(error.message));
    }
  });
});
