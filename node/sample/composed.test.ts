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

describe('net_connections', () => {
  /** What is asked of the system for the arguments. */
  const asked = async (args: Arguments, platform: Platform = 'win32'): Promise<string[]> => {
    const calls: string[] = [];
    const provider = fakeProvider(() => [{ pid: 7, name: 'nginx', reads: {} }], { net_connections, win_service_pids: { W3SVC: 7 } }, platform);
    const shared = new SharedProvider({
      ...provider,
      read: (method, given) => { calls.push(`${method} ${JSON.stringify(given)}`); return provider.read(method, given); },
      processes: () => { calls.push('processes'); return provider.processes(); },
    });
    await openReader(shared, new TestClock(), { method: 'net_connections', args }).read();
    return calls;
  };
  const rows = (owners: boolean, kind = 'inet'): string => `net_connections ${JSON.stringify({ kind, owners })}`;
  const unset = { process: null, service: null, pid: null, by: null, status: null, port: null, remote_port: null };

  it('asks for owners, processes and services only where they are needed', async () => {
    for (const args of [{}, unset]) assert.deepEqual(await asked(args), [rows(true)]);
    assert.deepEqual(await asked({ ...unset, kind: 'tcp' }), [rows(true, 'tcp')]);
    for (const by of ['status', 'port']) assert.deepEqual(await asked({ ...unset, by }), [rows(false)]);
    for (const more of [{ pid: 7 }, { by: 'pid' }]) assert.deepEqual(await asked({ ...unset, by: 'status', ...more }), [rows(true)]);
    for (const more of [{ process: 'x' }, { by: 'process' }]) assert.deepEqual(await asked({ ...unset, by: 'status', ...more }), [rows(true), 'processes']);
    for (const more of [{ service: 'x' }, { by: 'service' }]) assert.deepEqual(await asked({ ...unset, by: 'status', ...more }), [rows(true), 'win_service_pids {}']);
  });

  it('takes all filters together, and none that is not set', async () => {
    const count = async (args: Arguments, platform?: Platform): Promise<number> =>
      ((await resultOf('net_connections', { ...unset, ...args }, { net_connections, win_service_pids: { W3SVC: 7, Other: 8 } }, platform)) as unknown[]).length;
    assert.equal(await count({}), 5);
    for (const [args, expected] of [
      [{ port: 80, status: 'ESTABLISHED', remote_port: 5000 }, 1], [{ port: 80, status: 'TIME_WAIT' }, 0], [{ port: 22, pid: 7 }, 0], [{ port: 5000 }, 0], [{ remote_port: 80 }, 0],
      [{ process: 'unknown' }, 1], [{ process: 'NGINX' }, 0], [{ process: 'nginx', port: 22 }, 0],
    ] as const) assert.equal(await count(args), expected, JSON.stringify(args));
    assert.deepEqual([await count({ service: 'OTHER' }, 'win32'), await count({ service: 'other', port: 80 }, 'win32'), await count({ process: 'ngin' }, 'win32')], [1, 0, 0]);
    assert.deepEqual(await resultOf('net_connections', { ...unset, by: 'process', status: 'LISTEN' }, { net_connections }), { nginx: 1, sshd: 1 });
  });

  it('a program of Windows is known without its .exe as well, one of Linux by its name alone; no letter is another', async () => {
    const count = async (process: string, platform: Platform): Promise<number> => {
      const provider = fakeProvider(() => [{ pid: 7, name: 'nginx.exe', reads: {} }, { pid: 8, name: 'straße.exe', reads: {} }], { net_connections }, platform);
      return ((await openReader(new SharedProvider(provider), new TestClock(), { method: 'net_connections', args: { process } }).read()).result as unknown[]).length;
    };
    assert.deepEqual([await count('NGINX', 'win32'), await count('nginx.EXE', 'win32'), await count('strasse', 'win32'), await count('nginx', 'linux'), await count('nginx.exe', 'linux')], [3, 3, 0, 0, 3]);
  });

  it('counts what has no port, and what belongs to several services', async () => {
    const odd = [{ ...(row(80, 'NONE', 7) as object), laddr: '/run/x' }, { ...(row(80, 'NONE', 7) as object), laddr: null }] as Result;
    assert.deepEqual(await resultOf('net_connections', { by: 'port' }, { net_connections: odd }), { none: 2 });
    assert.deepEqual(await resultOf('net_connections', { by: 'service' }, { net_connections, win_service_pids: { A: 7, B: 7, C: 9 } }, 'win32'), { A: 3, B: 3 });
    const states = (await resultOf('net_connections', { by: 'status' }, { net_connections: [] })) as Record<string, number>;
    assert.ok(Object.keys(states).length > 10 && Object.values(states).every((value) => value === 0));
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

  it('asks for the one that is meant, and hides no mistake of the code', async () => {
    const asked: Arguments[] = [];
    const provider = (error?: Error): SharedProvider => new SharedProvider({
      ...fakeProvider(() => []),
      read: (method, args) => {
        if (method === 'disk_partitions') return Promise.resolve([{ device: 'a', mountpoint: '/', fstype: 'ext4' }]);
        asked.push(args);
        return error === undefined ? Promise.resolve({ total: 100, used: 50, free: 50 }) : Promise.reject(error);
      },
    });
    await openReader(provider(), new TestClock(), { method: 'disk_usage', args: { path: '/var' } }).read();
    assert.deepEqual(asked, [{ path: '/var' }]);
    await assert.rejects(openReader(provider(new TypeError('mistake')), new TestClock(), { method: 'disk_usage', args: { path: '*' } }).read(), /mistake/);
  });

  it('on Windows folders where volumes are mounted by their own paths, though they are told of with their drive', async () => {
    const rows = ['C:\\data\\', 'C:\\'].map((mountpoint) => ({ device: 'C:\\', mountpoint, fstype: 'NTFS', opts: 'rw,fixed' }));
    const usage = await resultOf('disk_usage', { path: '*' }, { disk_partitions: rows, disk_usage: { total: 100, used: 50, free: 50 } }, 'win32');
    assert.deepEqual(Object.keys(usage as object).sort(), ['C:\\', 'C:\\data\\']);
  });
});

describe('reboot_pending', () => {
  it('tells what waits for a reboot, and why some of it is not told', async () => {
    const of = async (raw: Result): Promise<unknown> => {
      const { result, reasons } = await openReader(new SharedProvider(fakeProvider(() => [], { reboot_pending: raw }, 'win32')), new TestClock(), { method: 'reboot_pending', args: {} }).read();
      return [result, reasons];
    };
    assert.deepEqual(await of({ pending: true, updates: null, untold: { updates: 'access is denied' } }), [{ pending: true, updates: null }, { updates: 'access is denied' }]);
    assert.deepEqual(await of({ pending: false }), [{ pending: false }, {}]);
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
