import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Arguments, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { MethodReader } from './methodReader.js';

/** A provider that gives what it is told, and counts. */
function readerOf(method: string, args: Arguments, readings: Result[]): { reader: MethodReader; clock: TestClock; calls: string[]; shared: SharedProvider } {
  const calls: string[] = [];
  const shared = new SharedProvider({
    platform: 'win32',
    read(called, given) {
      calls.push(`${called} ${JSON.stringify(given)}`);
      const next = readings.shift();
      return next === undefined ? Promise.reject(new UnavailableError('no more')) : Promise.resolve(next);
    },
    processes: () => Promise.reject(new UnavailableError('none')),
    close: () => undefined,
  });
  const clock = new TestClock();
  return { reader: new MethodReader(shared, clock, method, args), clock, calls, shared };
}

describe('MethodReader', () => {
  it('measures over args.interval', async () => {
    const { reader, clock, calls } = readerOf('cpu_percent', { interval: 2, percpu: false }, [{ user: 0, idle: 0 }, { user: 1, idle: 3 }]);
    const reading = reader.read();
    await clock.pass(1999);
    assert.equal(calls.length, 1);
    await clock.pass(1);
    assert.deepEqual(await reading, { result: 25, wall: clock.wall(), at: clock.now() });
    assert.deepEqual(calls, ['cpu_times {"percpu":false}', 'cpu_times {"percpu":false}']);
  });

  it('tells how many events there were since its own last reading, however many others read', async () => {
    const { reader } = readerOf('event_count', { log: 'System', level: null, source: null, id: null, by: null }, [100, 103, 103]);
    await assert.rejects(reader.read(), /the first reading only starts/);
    assert.equal((await reader.read()).result, 3);
    assert.equal((await reader.read()).result, 0);
    await assert.rejects(reader.read(), /no more/);
    const primed = readerOf('event_count', { log: 'System', level: null, source: null, id: null, by: 'source' }, [{ disk: 4 }, { disk: 4, ntfs: 2 }]);
    assert.equal(primed.reader.sinceLast, true);
    await primed.reader.prime();
    assert.deepEqual((await primed.reader.read()).result, { disk: 0, ntfs: 2 });
    assert.deepEqual(primed.calls[0], 'event_count {"log":"System","level":null,"source":null,"id":null,"by":"source"}');
  });

  it('adds up what TCP counts over each IP, each made up for its wraps', async () => {
    const { reader } = readerOf('net_tcp_stats', { family: null }, [
      { ipv4: { retransmits: 2 ** 32 - 10, established: 5 }, ipv6: { retransmits: 3e9, established: 7 } },
      { ipv4: { retransmits: 5, established: 4 }, ipv6: { retransmits: 3e9 + 1, established: 7 } },
    ]);
    assert.deepEqual((await reader.read()).result, { retransmits: 2 ** 32 - 10 + 3e9, established: 12 });
    assert.deepEqual((await reader.read()).result, { retransmits: 2 ** 32 + 5 + 3e9 + 1, established: 11 });
  });

  it('measures since its own last reading without one; the first has nothing to tell', async () => {
    const { reader } = readerOf('cpu_percent', { interval: null, percpu: false }, [{ user: 0, idle: 0 }, { user: 1, idle: 1 }, { user: 1, idle: 2 }]);
    await assert.rejects(reader.read(), new UnavailableError('the first reading only starts the measurement'));
    assert.equal((await reader.read()).result, 50);
    assert.equal((await reader.read()).result, 0);
    const still = readerOf('cpu_percent', { interval: null, percpu: false }, [{ idle: 1 }, { idle: 1 }]);
    await still.reader.prime();
    await assert.rejects(still.reader.read(), new UnavailableError('no CPU time has passed since the last reading'));
  });

  it('shares one measurement among those who ask the same on one tick', async () => {
    const { clock, shared, calls } = readerOf('x', {}, [{ user: 0, idle: 0 }, { user: 1, idle: 3 }]);
    const tick = { at: 0 };
    const readings = [1, 2].map(() => new MethodReader(shared, clock, 'cpu_percent', { interval: 1, percpu: false }).read(tick));
    await clock.pass(1000);
    assert.deepEqual((await Promise.all(readings)).map(({ result }) => result), [25, 25]);
    assert.equal(calls.length, 2);
  });

  it('shares nothing between different questions of one tick', async () => {
    const { clock, shared } = readerOf('x', {}, [5, 6, 7]);
    const tick = { at: 0 };
    const readings = [['boot_time', {}], ['users', {}], ['users', { a: 1 }]].map(([method, args]) => new MethodReader(shared, clock, method as string, args as Arguments).read(tick));
    assert.deepEqual((await Promise.all(readings)).map(({ result }) => result), [5, 6, 7]);
  });

  it('adds psutil\'s percent', async () => {
    const memory = await readerOf('virtual_memory', {}, [{ total: 1000, available: 250, used: 700, free: 100 }]).reader.read();
    assert.deepEqual(memory.result, { total: 1000, available: 250, used: 700, free: 100, percent: 75 });
    const disk = await readerOf('disk_usage', { path: '/' }, [{ total: 100, used: 60, free: 20 }]).reader.read();
    assert.deepEqual(disk.result, { total: 100, used: 60, free: 20, percent: 75 });
    const commit = await readerOf('commit_memory', {}, [{ used: 30, limit: 120 }]).reader.read();
    assert.deepEqual(commit.result, { used: 30, limit: 120, percent: 25 });
    const plain = await readerOf('swap_memory', {}, [{ total: 200, used: 50, free: 150 }]).reader.read();
    assert.deepEqual(plain.result, { total: 200, used: 50, free: 150, percent: 25 });
    await assert.rejects(readerOf('commit_memory', {}, [{ used: 30 }]).reader.read(), new UnavailableError('the system does not tell limit'));
    const swap = await readerOf('swap_memory', {}, [{ total: 100, used: 12, free: 88, percent: 12.345, sin: 0, sout: 0 }]).reader.read();
    assert.deepEqual(swap.result, { total: 100, used: 12, free: 88, percent: 12.3, sin: 0, sout: 0 });
  });

  it('adds up devices, or not, and makes up for wraps unless told not to', async () => {
    const readings = (): Result[] => [{ a: { n: 100 }, b: { n: 1 } }, { a: { n: 10 }, b: { n: 2 } }];
    const unwrapped = readerOf('net_io_counters', { pernic: false, nowrap: true }, readings());
    await unwrapped.reader.read();
    assert.deepEqual((await unwrapped.reader.read()).result, { n: 112 });
    assert.deepEqual(unwrapped.calls, Array(2).fill('net_io_counters {"pernic":false}'), 'how wraps are dealt with is not the system\'s concern');
    const raw = readerOf('net_io_counters', { pernic: true, nowrap: false }, readings());
    await raw.reader.read();
    assert.deepEqual((await raw.reader.read()).result, { a: { n: 10 }, b: { n: 2 } });
    assert.deepEqual((await readerOf('disk_io_counters', { perdisk: true }, readings()).reader.read()).result, readings()[0]);
    assert.deepEqual((await readerOf('disk_io_counters', { perdisk: false }, readings()).reader.read()).result, { n: 101 });
    await assert.rejects(readerOf('net_io_counters', { pernic: false, nowrap: true }, [{}]).reader.read(), new UnavailableError('the system tells of no device'));
  });

  it('knows which functions measure, over what, and since when', () => {
    for (const [method, interval, window, sinceLast] of [
      ['cpu_percent', 2, 2000, false], ['cpu_percent', null, 0, true], ['cpu_percent', 0, 0, true], ['cpu_percent', undefined, 0, true], ['cpu_times_percent', 1, 1000, false], ['boot_time', 2, 0, false], ['cpu_times', undefined, 0, false],
    ] as const) {
      const { reader } = readerOf(method, interval === undefined ? {} : { interval }, []);
      assert.deepEqual([reader.window, reader.sinceLast, reader.givesRates], [window, sinceLast, false], `${method} ${String(interval)}`);
    }
  });

  it('is primed only where it measures since its last reading, with what it will ask for', async () => {
    const busy = readerOf('cpu_percent', { interval: null, percpu: true }, [[{ user: 0, idle: 0 }], [{ user: 1, idle: 3 }]]);
    await busy.reader.prime();
    assert.deepEqual([(await busy.reader.read()).result, busy.calls], [[25], Array(2).fill('cpu_times {"percpu":true}')]);
    for (const [method, args] of [['cpu_percent', { interval: 1 }], ['boot_time', {}]] as const) {
      const { reader, calls } = readerOf(method, args, []);
      await reader.prime();
      assert.deepEqual(calls, []);
    }
  });

  it('makes one frequency of all, or leaves each', async () => {
    const readings = (): Result[] => [[{ current: 1000, min: 500, max: 2000 }, { current: 3000, min: 500, max: 4000 }]];
    assert.deepEqual((await readerOf('cpu_freq', { percpu: true }, readings()).reader.read()).result, readings()[0]);
    assert.deepEqual((await readerOf('cpu_freq', { percpu: false }, readings()).reader.read()).result, { current: 2000, min: 500, max: 3000 });
  });
});
