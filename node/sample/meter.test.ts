import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Arguments, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { Meter } from './meter.js';

/** A provider that gives what it is told, and counts. */
function meterOf(method: string, args: Arguments, readings: Result[]): { meter: Meter; clock: TestClock; calls: string[]; shared: SharedProvider } {
  const calls: string[] = [];
  const shared = new SharedProvider({
    platform: 'win32',
    read(called, given) {
      calls.push(`${called} ${JSON.stringify(given)}`);
      const next = readings.shift();
      return next === undefined ? Promise.reject(new UnavailableError('no more')) : Promise.resolve(next);
    },
    close: () => undefined,
  });
  const clock = new TestClock();
  return { meter: new Meter(shared, clock, method, args), clock, calls, shared };
}

describe('Meter', () => {
  it('measures over args.interval', async () => {
    const { meter, clock, calls } = meterOf('cpu_percent', { interval: 2, percpu: false }, [{ user: 0, idle: 0 }, { user: 1, idle: 3 }]);
    const reading = meter.read();
    await clock.pass(1999);
    assert.equal(calls.length, 1);
    await clock.pass(1);
    assert.deepEqual(await reading, { result: 25, wall: clock.wall() });
    assert.deepEqual(calls, ['cpu_times {"percpu":false}', 'cpu_times {"percpu":false}']);
  });

  it('measures since its own last reading without one; the first has nothing to tell', async () => {
    const { meter } = meterOf('cpu_percent', { interval: null, percpu: false }, [{ user: 0, idle: 0 }, { user: 1, idle: 1 }, { user: 1, idle: 2 }]);
    await assert.rejects(meter.read(), UnavailableError);
    assert.equal((await meter.read()).result, 50);
    assert.equal((await meter.read()).result, 0);
  });

  it('shares one measurement among those who ask the same on one occasion', async () => {
    const { clock, shared, calls } = meterOf('x', {}, [{ user: 0, idle: 0 }, { user: 1, idle: 3 }]);
    const occasion = {};
    const readings = [1, 2].map(() => new Meter(shared, clock, 'cpu_percent', { interval: 1, percpu: false }).read(occasion));
    await clock.pass(1000);
    assert.deepEqual((await Promise.all(readings)).map(({ result }) => result), [25, 25]);
    assert.equal(calls.length, 2);
  });

  it('adds psutil\'s percent', async () => {
    const memory = await meterOf('virtual_memory', {}, [{ total: 1000, available: 250, used: 700, free: 100 }]).meter.read();
    assert.deepEqual(memory.result, { total: 1000, available: 250, used: 700, free: 100, percent: 75 });
    const disk = await meterOf('disk_usage', { path: '/' }, [{ total: 100, used: 60, free: 20 }]).meter.read();
    assert.deepEqual(disk.result, { total: 100, used: 60, free: 20, percent: 75 });
    const swap = await meterOf('swap_memory', {}, [{ total: 100, used: 12, free: 88, percent: 12.345, sin: 0, sout: 0 }]).meter.read();
    assert.deepEqual(swap.result, { total: 100, used: 12, free: 88, percent: 12.3, sin: 0, sout: 0 });
  });

  it('adds up devices, or not, and makes up for wraps unless told not to', async () => {
    const readings = (): Result[] => [{ a: { n: 100 }, b: { n: 1 } }, { a: { n: 10 }, b: { n: 2 } }];
    const unwrapped = meterOf('net_io_counters', { pernic: false, nowrap: true }, readings());
    await unwrapped.meter.read();
    assert.deepEqual((await unwrapped.meter.read()).result, { n: 112 });
    const raw = meterOf('net_io_counters', { pernic: true, nowrap: false }, readings());
    await raw.meter.read();
    assert.deepEqual((await raw.meter.read()).result, { a: { n: 10 }, b: { n: 2 } });
    await assert.rejects(meterOf('net_io_counters', { pernic: false, nowrap: true }, [{}]).meter.read(), UnavailableError);
  });
});
