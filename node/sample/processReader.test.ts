import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import { parseSelector } from '../catalog/selector.js';
import type { Arguments, Platform, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { ended, fakeProvider, type FakeProcess } from '../test/support/fakeProcesses.js';
import { openReader } from './reader.js';
import { select } from './selection.js';

/** An entry that reads processes which the test may change between readings. */
function entry(args: Arguments, source: string | undefined, extras: { method?: string; rate?: boolean; platform?: Platform; readings?: Record<string, Result> } = {}) {
  const { method = 'Process' } = extras;
  const state: { processes: readonly FakeProcess[] } = { processes: [] };
  const clock = new TestClock();
  const provider = fakeProvider(() => state.processes, extras.readings, extras.platform ?? 'linux');
  const definition = functionNamed(method)!;
  const selector = source === undefined ? undefined : parseSelector(definition, args, source);
  assert.ok(selector === undefined || !('expected' in selector), source);
  const reader = openReader(new SharedProvider(provider), clock, { method, args, ...(selector === undefined ? {} : { select: selector }), rate: extras.rate ?? false });
  const publish = async (): Promise<{ values: Record<string, number>; missing: readonly string[] }> => {
    const { result, reasons } = await reader.read();
    const { selected, missing } = select(definition, args, result, selector, reasons);
    return { values: Object.fromEntries(selected.map(({ path, value }) => [path, value])), missing };
  };
  return { state, clock, reader, publish, calls: provider.calls };
}

const web = (pid: number, rss: number, reads: FakeProcess['reads'] = {}, created = pid): FakeProcess => ({
  pid, created, name: 'web', reads: { memory_info: { rss, vms: rss }, num_threads: 1, ...reads },
});
const times = (user: number, system = 0): { cpu_times: Result } => ({ cpu_times: { user, system } });

describe('Process', () => {
  it('sums, and takes the greatest, least or mean, of those that match', async () => {
    for (const [aggregate, expected] of [['sum', 60], ['max', 30], ['min', 10], ['avg', 20]] as const) {
      const { state, publish } = entry({ name: 'w*', aggregate }, 'memory_info.rss');
      state.processes = [web(1, 10), web(2, 20), { ...web(3, 99), name: 'other' }, web(4, 30)];
      assert.deepEqual(await publish(), { values: { '': expected }, missing: [] });
    }
  });

  it('counts 0 where none runs, and tells nothing else', async () => {
    assert.deepEqual((await entry({ name: 'w*' }, 'count').publish()).values, { '': 0 });
    assert.deepEqual((await entry({ name: 'w*' }, 'any').publish()).values, { '': 0 });
    assert.deepEqual(await entry({ name: 'w*' }, 'memory_info.rss').publish(), { values: {}, missing: ['no process matches name "w*"'] });
    assert.deepEqual((await entry({ name: 'w*' }, undefined).publish()).values, { count: 0 });
    assert.deepEqual((await entry({ pid: 77 }, 'num_threads').publish()).missing, ['no process matches pid 77']);
  });

  it('each: a path a process, the same while it lives whatever its name becomes', async () => {
    const { state, publish } = entry({ name: '*', aggregate: 'each' }, 'memory_info.rss');
    state.processes = [web(1, 10), web(2, 20)];
    assert.deepEqual((await publish()).values, { web_1_memory_info_rss: 10, web_2_memory_info_rss: 20 });
    state.processes = [{ ...web(1, 11), name: 'renamed' }, web(2, 21, {}, 99)];
    assert.deepEqual((await publish()).values, { web_1_memory_info_rss: 11, web_2_memory_info_rss: 21 });
    state.processes = [{ ...web(1, 11), created: 5, name: 'renamed' }];
    assert.deepEqual((await publish()).values, { renamed_1_memory_info_rss: 11 });
  });

  it('each: counts, and lists are counted', async () => {
    const counted = entry({ name: '*', aggregate: 'each' }, 'count');
    counted.state.processes = [web(1, 10), web(2, 20)];
    assert.deepEqual((await counted.publish()).values, { '': 2 });
    const threads = entry({ name: '*', aggregate: 'each' }, 'threads.count');
    threads.state.processes = [web(1, 10, { threads: [{}, {}] })];
    assert.deepEqual((await threads.publish()).values, { web_1_threads_count: 2 });
    const summed = entry({ name: '*' }, 'threads.count');
    summed.state.processes = [web(1, 10, { threads: [{}, {}] }), web(2, 10, { threads: [{}] })];
    assert.deepEqual((await summed.publish()).values, { '': 3 });
  });

  it('cpu_percent: growth of each by pid and start, never more than the CPUs give, all CPUs together where asked', async () => {
    for (const [normalize, busy] of [[false, 60], [true, 30]] as const) {
      const { state, clock, reader, publish } = entry({ name: 'web', normalize }, 'cpu_percent');
      assert.equal(reader.sinceLast, true);
      state.processes = [web(1, 0, times(10, 5)), web(2, 0, times(100))];
      await reader.prime();
      await clock.pass(10_000);
      state.processes = [web(1, 0, times(12, 7)), web(2, 0, times(102))];
      assert.deepEqual((await publish()).values, { '': busy });
      await clock.pass(10_000);
      // 2 is another's now, and has used 1 s; 3 is new.
      state.processes = [web(1, 0, times(12, 7)), web(2, 0, times(1), 50), web(3, 0, times(2))];
      assert.deepEqual((await publish()).values, { '': normalize ? 15 : 30 });
      await clock.pass(1000);
      state.processes = [web(1, 0, times(999, 999)), web(2, 0, times(0), 50)];
      assert.deepEqual((await publish()).values, { '': normalize ? 100 : 200 });
    }
  });

  it('cpu_percent: several together are no more than the CPUs give, whatever their clocks disagree by', async () => {
    for (const [aggregate, normalize, expected] of [['sum', false, 200], ['sum', true, 100], ['max', false, 150], ['avg', false, 150], ['max', true, 75]] as const) {
      const { state, clock, publish } = entry({ name: 'web', aggregate, normalize }, 'cpu_percent');
      state.processes = [web(1, 0, times(0)), web(2, 0, times(0))];
      await publish();
      await clock.pass(1000);
      state.processes = [web(1, 0, times(1, 0.5)), web(2, 0, times(1.5))];
      assert.deepEqual((await publish()).values, { '': expected }, `${aggregate} ${String(normalize)}`);
    }
  });

  it('cpu_percent: the first reading only starts the measurement', async () => {
    const { state, publish } = entry({ name: 'web' }, 'cpu_percent');
    state.processes = [web(1, 0, times(10))];
    assert.deepEqual(await publish(), { values: {}, missing: ['the first reading only starts the measurement'] });
  });

  it('cpu_percent of a pid: whoever takes it over is measured from his second reading on', async () => {
    const { state, clock, publish } = entry({ pid: 1 }, 'cpu_percent');
    state.processes = [web(1, 0, times(10))];
    await publish();
    await clock.pass(1000);
    state.processes = [web(1, 0, times(500), 2)];
    assert.deepEqual((await publish()).values, {});
    await clock.pass(1000);
    state.processes = [web(1, 0, times(500.5), 2)];
    assert.deepEqual((await publish()).values, { '': 50 });
  });

  it('rate: growth of counters, summed; a process that ended takes nothing back', async () => {
    const io = (read_bytes: number): FakeProcess['reads'] => ({ io_counters: { read_bytes, write_bytes: 0 } });
    const { state, clock, reader, publish } = entry({ name: 'web' }, 'io_counters.read_bytes', { rate: true });
    state.processes = [web(1, 0, io(1000)), web(2, 0, io(5000))];
    await reader.prime();
    await clock.pass(2000);
    state.processes = [web(1, 0, io(1400)), web(3, 0, io(100))];
    assert.deepEqual((await publish()).values, { '': 250 });
  });

  it('memory_percent is of physical memory', async () => {
    const { state, publish } = entry({ name: 'web' }, 'memory_percent');
    state.processes = [web(1, 100), web(2, 150)];
    assert.deepEqual((await publish()).values, { '': 25 });
  });

  it('who ends while he is read is left out; who refuses makes the sum unknown, with his reason, and nothing else', async () => {
    const { state, publish } = entry({ name: 'web' }, 'num_fds');
    state.processes = [web(1, 0, { num_fds: 3 }), web(2, 0, { num_fds: ended(2) })];
    assert.deepEqual((await publish()).values, { '': 3 });
    state.processes = [web(1, 0, { num_fds: 3 }), web(2, 0, { num_fds: new UnavailableError('2 refuses') })];
    assert.deepEqual(await publish(), { values: {}, missing: ['2 refuses'] });
    const each = entry({ name: 'web', aggregate: 'each' }, 'num_fds');
    each.state.processes = state.processes;
    assert.deepEqual(await each.publish(), { values: { web_1_num_fds: 3 }, missing: ['2 refuses'] });
  });

  it('filters by user, program and command line; without any Process is this process, and process_iter every one', async () => {
    const a = web(1, 1, { username: 'ada', exe: '/usr/bin/web', cmdline: ['web', '--port', '80'] });
    const b = web(2, 2, { username: 'bob', exe: '/opt/web', cmdline: ['web', '--port', '8080'] });
    const denied = web(3, 4, { username: new UnavailableError('no'), exe: new UnavailableError('no'), cmdline: [] });
    for (const [args, expected] of [
      [{ username: 'a*' }, 1], [{ exe: '/opt/*' }, 2], [{ cmdline: '*--port 80' }, 1], [{ cmdline: '*--port 80*' }, 3], [{ name: 'web', username: 'bob' }, 2],
      [{ name: 'WEB' }, 0],
    ] as const) {
      const { state, publish } = entry(args, 'memory_info.rss');
      state.processes = [a, b, denied];
      assert.deepEqual((await publish()).values, expected === 0 ? {} : { '': expected }, JSON.stringify(args));
    }
    const every = entry({}, 'count', { method: 'process_iter' });
    every.state.processes = [a, b, denied];
    assert.deepEqual((await every.publish()).values, { '': 3 });
    const own = entry({}, 'memory_info.rss');
    own.state.processes = [a, web(process.pid, 8)];
    assert.deepEqual((await own.publish()).values, { '': 8 });
  });

  it('self is this process, and must pass the other filters too; a filter that is null is none', async () => {
    for (const [args, expected] of [[{ self: true }, 8], [{ self: true, name: 'w*' }, 8], [{ self: true, name: 'other' }, undefined], [{ name: 'w*', username: null, pid: null }, 9]] as const) {
      const { state, publish } = entry(args, 'memory_info.rss');
      state.processes = [web(1, 1), web(process.pid, 8)];
      assert.deepEqual((await publish()).values, expected === undefined ? {} : { '': expected }, JSON.stringify(args));
    }
    assert.deepEqual((await entry({ self: true }, 'num_threads').publish()).missing, ['no process matches self']);
    assert.deepEqual((await entry({ name: 'w*', pid: 5 }, 'num_threads').publish()).missing, ['no process matches pid 5 and name "w*"']);
  });

  it('what a process does not let this user read matches nothing, not even *; what is empty does', async () => {
    for (const [exe, expected] of [['', 1], [null, 1], [new UnavailableError('no'), 0]] as const) {
      const { state, publish } = entry({ exe: '*' }, 'count');
      state.processes = [web(1, 1, { exe })];
      assert.deepEqual((await publish()).values, { '': expected });
    }
    const mistake = entry({ exe: '*' }, 'count');
    mistake.state.processes = [web(1, 1, { exe: new TypeError('mistake') })];
    await assert.rejects(mistake.publish(), /mistake/);
  });

  it('of a very long command line the beginning is looked at', async () => {
    const { state, publish } = entry({ cmdline: '*end' }, 'count');
    state.processes = [web(1, 1, { cmdline: ['x'.repeat(100_000), 'end'] }), web(2, 1, { cmdline: ['x'.repeat(1000), 'end'] })];
    assert.deepEqual((await publish()).values, { '': 1 });
  });

  it('Windows: names without .exe and whatever their case; processes of services', async () => {
    const { state, publish } = entry({ name: 'SQLSERVR' }, 'memory_info.rss', { platform: 'win32' });
    state.processes = [{ ...web(4, 7), name: 'sqlservr.exe' }];
    assert.deepEqual((await publish()).values, { '': 7 });
    const service = entry({ service: 'mssql*' }, 'memory_info.rss', { platform: 'win32', readings: { win_service_pids: { MSSQLSERVER: 4, Spooler: 5 } } });
    service.state.processes = [...state.processes, web(5, 99)];
    assert.deepEqual((await service.publish()).values, { '': 7 });
    for (const [pid, expected] of [[4, { '': 7 }], [5, {}]] as const) {
      const both = entry({ service: 'mssql*', pid }, 'memory_info.rss', { platform: 'win32', readings: { win_service_pids: { MSSQLSERVER: 4, Spooler: 5 } } });
      both.state.processes = service.state.processes;
      assert.deepEqual((await both.publish()).values, expected);
    }
    const linux = entry({ name: 'sqlservr' }, 'count');
    linux.state.processes = state.processes;
    assert.deepEqual((await linux.publish()).values, { '': 0 }, 'on Linux a program is known by its name alone');
    await assert.rejects(entry({ service: 'x' }, 'count').publish(), /no Windows services on Linux/);
  });

  it('one table serves all entries of a tick', async () => {
    const provider = fakeProvider(() => [web(1, 10)]);
    const shared = new SharedProvider(provider);
    const tick = { at: 0 };
    const results = await Promise.all(['web', 'w*', 'x'].map(async (name) => (await openReader(shared, new TestClock(), { method: 'Process', args: { name }, select: ['count'] }).read(tick)).result));
    assert.deepEqual(results, [{ count: 1 }, { count: 1 }, { count: 0 }]);
    assert.equal(provider.calls.filter((call) => call === 'processes').length, 1);
  });

  it('*: every number that is told, text left out, whether there is any, and of the readings none twice', async () => {
    const read: string[] = [];
    const told = (name: string): Result => { read.push(name); return { memory_info: { rss: 5 }, threads: [{}, {}], num_threads: 2, name: 'web', is_running: true }[name] ?? null; };
    const provider = { ...fakeProvider(() => []), processes: () => Promise.resolve({ all: () => [one], find: () => one }) };
    const one = { pid: 1, created: 1, name: 'web', read: (name: string): Result => { const result = told(name); if (result === null) throw new UnavailableError(`no ${name}`); return result; } };
    const of = async (select?: readonly string[]): Promise<Result> => {
      read.length = 0;
      const { result } = await openReader(new SharedProvider(provider), new TestClock(), { method: 'Process', args: { name: 'web' }, ...(select === undefined ? {} : { select }) }).read();
      assert.equal(new Set(read).size, read.length, 'each once');
      return result;
    };
    assert.deepEqual(await of(['*']), { count: 1, any: true, memory_info: { rss: 5 }, memory_percent: 0.5, threads: { count: 2 }, num_threads: 2, is_running: 1 });
    assert.ok(read.includes('cmdline'));
    assert.deepEqual(await of(), { count: 1, memory_info: { rss: 5 }, num_threads: 2 });
    assert.deepEqual(read.sort(), ['cpu_times', 'memory_info', 'num_threads'].filter((name) => read.includes(name)), 'what costs next to nothing');
    assert.deepEqual(await of(['any']), { count: 1, any: true });
    assert.deepEqual(read, []);
    assert.deepEqual(await of(['memory_info', 'rss']), { count: 1, memory_info: { rss: 5 } });
    assert.deepEqual(read, ['memory_info']);
  });

  it('rate of *: the growth of what counts, and nothing of what does not', async () => {
    const { state, clock, reader, publish } = entry({ name: 'web' }, '*', { rate: true });
    const at = (read_bytes: number): FakeProcess => web(1, 7, { io_counters: { read_bytes }, cpu_times: { user: 1 } });
    state.processes = [at(10)];
    await reader.prime();
    await clock.pass(1000);
    state.processes = [at(13)];
    const { values } = await publish();
    assert.deepEqual([values['io_counters_read_bytes'], values['memory_info_rss'], values['num_threads']], [3, undefined, undefined]);
  });

  it('two readings of one moment tell the same growth', async () => {
    const { state, clock, reader, publish } = entry({ name: 'web' }, 'cpu_percent');
    state.processes = [web(1, 0, times(1))];
    await reader.prime();
    await clock.pass(1000);
    state.processes = [web(1, 0, times(1.5))];
    assert.deepEqual((await publish()).values, { '': 50 });
    state.processes = [web(1, 0, times(1.7))];
    assert.deepEqual((await publish()).values, { '': 50 });
    await clock.pass(1000);
    assert.deepEqual((await publish()).values, { '': 20 }, 'measured from the first of them');
  });

  it('finds by every filter at once, and says by which nobody was found', async () => {
    const { state, publish } = entry({ pid: 1, name: 'w*' }, 'memory_info.rss');
    state.processes = [web(1, 10), web(2, 20)];
    assert.deepEqual((await publish()).values, { '': 10 });
    const both = { service: 'x', pid: 5, name: 'web', username: 'ada', exe: '/x', cmdline: 'y' };
    const service = entry(both, 'memory_info.rss', { platform: 'win32', readings: { win_service_pids: { X: 4, y: 5 } } });
    service.state.processes = [web(4, 1), web(5, 1)];
    const { missing } = await service.publish();
    assert.equal(missing.length, 1);
    for (const [name, value] of Object.entries(both)) assert.ok(missing[0]?.includes(name) && missing[0].includes(String(value)), name);
  });
});
