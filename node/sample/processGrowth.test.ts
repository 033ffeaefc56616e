import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Arguments, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { fakeProvider, type FakeProcess } from '../test/support/fakeProcesses.js';
import { openReader, type Reader, type Reading } from './reader.js';

const first = 'the first reading only starts the measurement';
const web = (pid: number, reads: FakeProcess['reads'], more: Partial<FakeProcess> = {}): FakeProcess => ({ pid, created: pid, name: 'web', reads, ...more });
const times = (user: number): FakeProcess['reads'] => ({ cpu_times: { user, system: 0 } });

/** A reader of processes that are other ones at each reading, a second apart. */
function readings(args: Arguments, select: readonly string[], rate = false, method = 'Process'): { reader: Reader; next: (...processes: FakeProcess[]) => Promise<Reading> } {
  const clock = new TestClock();
  let there: readonly FakeProcess[] = [];
  const reader = openReader(new SharedProvider(fakeProvider(() => there)), clock, { method, args, select, rate });
  const next = async (...processes: FakeProcess[]): Promise<Reading> => {
    there = processes;
    await clock.pass(1000);
    return await reader.read();
  };
  return { reader, next };
}

describe('growth of processes', () => {
  it('one that was not meant for a while is measured anew, by what it has used since it is meant again', async () => {
    const { next } = readings({ name: 'web' }, ['cpu_percent']);
    const other = (user: number): FakeProcess => web(2, times(user), { name: 'other' });
    await next(web(1, times(0)), web(2, times(0)));
    assert.deepEqual((await next(web(1, times(0.25)), other(5))).result, { count: 1, cpu_percent: 25 });
    const back = await next(web(1, times(0.5)), web(2, times(5.5)));
    assert.deepEqual([back.result, back.reasons], [{ count: 2, cpu_percent: 25 }, { cpu_percent: first }], 'it has used 5.5 s since it began, and nobody knows when');
    assert.deepEqual((await next(web(1, times(0.75)), web(2, times(6)))).result, { count: 2, cpu_percent: 75 });
  });

  it('one that has begun since is measured from 0; the first reading tells of none', async () => {
    const { next } = readings({ name: 'web', aggregate: 'each' }, ['*', 'cpu_percent']);
    const begun = await next(web(1, times(9)));
    assert.deepEqual([begun.result, begun.reasons], [{ web_1: {} }, { 'web_1.cpu_percent': first }]);
    assert.deepEqual((await next(web(1, times(9)), web(2, times(0.5)))).result, { web_1: { cpu_percent: 0 }, web_2: { cpu_percent: 50 } });
  });

  it('why a process does not tell its times is the reason, not that a reading is the first', async () => {
    const { next } = readings({ name: 'web' }, ['cpu_percent']);
    const { reasons } = await next(web(1, { cpu_times: new UnavailableError('1 refuses') }));
    assert.equal(reasons!['cpu_percent'], '1 refuses');
  });

  it('of all that a process tells, the rate of what counts, and the share of the CPU, which is one', async () => {
    const reads = (n: number): FakeProcess['reads'] => ({ ...times(n / 4), io_counters: { read_bytes: n }, num_threads: 4, memory_info: { rss: 100 } });
    const { next } = readings({ name: 'web', aggregate: 'each' }, ['*', '*'], true);
    await next(web(1, reads(1)));
    const { result, reasons } = await next(web(1, reads(3)));
    const { web_1: one } = result as Record<string, Record<string, Result>>;
    assert.deepEqual([reasons!['web_1.num_threads'], reasons!['web_1.io_counters']], [undefined, undefined]);
    assert.deepEqual(one, { io_counters: { read_bytes: 2 }, cpu_times: { user: 0.5, system: 0 }, cpu_percent: 50 });
    const of = readings({ name: 'web' }, ['cpu_times'], true);
    await of.next(web(1, times(1)));
    assert.deepEqual((await of.next(web(1, times(3)))).result, { count: 1, cpu_times: { user: 2, system: 0 } }, 'and no other');
    const own = readings({ name: 'web' }, ['io_counters', 'read_bytes'], true);
    const begun = await own.next(web(1, reads(1)));
    assert.deepEqual([begun.result, begun.reasons], [{ count: 1 }, { io_counters: first }]);
  });

  it('measures since the reading before where it must, and gives rates itself', () => {
    const of = (select: readonly string[], rate: boolean): boolean => readings({ name: 'web' }, select, rate).reader.sinceLast;
    assert.deepEqual([of(['num_threads'], true), of(['io_counters', 'read_bytes'], false), of(['io_counters', 'read_bytes'], true), of(['cpu_percent'], false), of(['*'], true)], [false, false, true, true, true]);
    assert.equal(readings({}, ['num_threads']).reader.givesRates, true);
  });
});

it('a reading tells when it was taken, and that of growth when the processes were', async () => {
  const clock = new TestClock();
  const { wall, at } = await openReader(new SharedProvider(fakeProvider(() => [])), clock, { method: 'Process', args: { name: 'web' } }).read();
  assert.deepEqual([wall, at], [clock.wall(), clock.now()]);
});

describe('what is asked of processes', () => {
  const asked = async (method: string, args: Arguments, select: readonly string[] | undefined, rate = false): Promise<{ reads: string[]; calls: readonly string[]; result: Result }> => {
    const reads: string[] = [];
    const one = { pid: 1, created: 1, name: 'web', read: (name: string): Result => { reads.push(name); return name === 'memory_info' ? { rss: 5 } : 1; } };
    const provider = { ...fakeProvider(() => []), processes: () => Promise.resolve({ all: () => [one], find: () => one }) };
    const { result } = await openReader(new SharedProvider(provider), new TestClock(), { method, args, ...(select === undefined ? {} : { select }), rate }).read();
    return { reads, calls: provider.calls, result };
  };

  it('is what an entry asks for and no more', async () => {
    for (const [method, args] of [['Process', { name: 'web', aggregate: 'each' }], ['process_iter', {}]] as const) {
      assert.deepEqual(await asked(method, args, ['*', 'num_threads']), { reads: ['num_threads'], calls: [], result: { web_1: { num_threads: 1 } } });
    }
    const all = (await asked('Process', { name: 'web' }, ['*'])).reads;
    assert.deepEqual(['num_fds', 'num_handles'].map((name) => all.includes(name)), [true, false], 'Linux has no handles');
    const usual = (await asked('Process', { name: 'web' }, undefined)).reads;
    for (const select of [undefined, ['*']]) assert.deepEqual((await asked('process_iter', {}, select)).reads, usual);
    assert.deepEqual(await asked('Process', { name: 'web', aggregate: 'count' }, []), { reads: [], calls: [], result: { count: 1 } });
    assert.deepEqual((await asked('Process', { name: 'web' }, ['num_threads'], true)).calls, [], 'nothing of it grows');
    assert.deepEqual((await asked('Process', { name: 'web' }, ['memory_percent'])).result, { count: 1, memory_percent: 0.5 });
  });
});
