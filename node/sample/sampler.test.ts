import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import type { Result } from '../catalog/value.js';
import type { Sample } from '../model/message.js';
import type { Entry } from '../model/settings.js';
import type { Reader } from './reader.js';
import { Sampler } from './sampler.js';

/** A sampler whose reader gives one result after another, a second apart, and all that it does in the order it does it. */
function sampler(given: Partial<Entry> & { readonly method: string }, results: readonly (Result | Error)[], more: Partial<Reader> & { readonly units?: boolean; readonly full?: () => boolean; readonly reasons?: Record<string, string> } = {}): { made: Sampler; told: unknown[]; samples: Sample[] } {
  const told: unknown[] = [];
  const samples: Sample[] = [];
  const { units = false, full = () => false, reasons, ...reader } = more;
  let at = 0;
  const entry: Entry = { index: 0, args: {}, interval: 2.5, name: 'name', rate: false, scale: 1, ...given };
  const made = new Sampler(entry, functionNamed(given.method)!, {
    window: 0, sinceLast: false, givesRates: false,
    prime: () => { told.push('prime'); return Promise.resolve(); },
    read: () => {
      const result = results[at]!;
      at += 1;
      told.push('read');
      return result instanceof Error ? Promise.reject(result) : Promise.resolve({ result, wall: 1_700_000_000_999, at: at * 1000, ...(reasons === undefined ? {} : { reasons }) });
    },
    ...reader,
  }, {
    took: (wall, selected) => told.push(['took', wall, selected.length]),
    missed: (wall, count, reason) => told.push(['missed', wall, count, reason]),
    complete: () => told.push('complete'),
    skipped: (count) => told.push(['skipped', count]),
  }, { units, overloaded: full, sink: (sample) => { samples.push(sample); told.push('sink'); }, wall: () => 7 });
  return { made, told, samples };
}

const tick = { at: 0 };
const took = (count: number): unknown => ['took', 1_700_000_000_999, count];

describe('Sampler', () => {
  it('names what it reads, with the moment it was read at, without units unless they are asked for', async () => {
    for (const units of [false, true]) {
      const { made, told, samples } = sampler({ method: 'swap_memory', name: 'swap' }, [{ total: 9, used: 0 }], { units });
      await made.run(tick);
      const unit = units ? 'B' : '';
      assert.deepEqual(samples, [{ name: 'swap', path: 'total', metric: 9, unit, time: 1_700_000_000_999 }, { name: 'swap', path: 'used', metric: 0, unit, time: 1_700_000_000_999 }]);
      assert.deepEqual(told, ['read', took(2), 'complete', 'sink', 'sink']);
    }
  });

  it('multiplies by the scale and takes the unit that it is told', async () => {
    const of = async (given: Partial<Entry>): Promise<unknown> => {
      const { made, samples } = sampler({ method: 'virtual_memory', select: ['free'], ...given }, [{ free: 6 }], { units: true });
      await made.run(tick);
      return samples.map(({ metric, unit }) => [metric, unit]);
    };
    assert.deepEqual(await of({ scale: 0.5 }), [[3, 'B']]);
    assert.deepEqual(await of({ scale: 2, unit: 'half' }), [[12, 'half']]);
    assert.deepEqual(await of({ unit: '' }), [[6, '']]);
    const { made, samples } = sampler({ method: 'users', select: ['count'], scale: 3 }, [[{}, {}]], { units: true });
    await made.run(tick);
    assert.deepEqual(samples.map(({ metric, unit }) => [metric, unit]), [[6, 'count']], 'of how many there are the catalog has no field');
  });

  it('hands on at once what the system answers at once, and waits for the rest', async () => {
    const reading = { result: 5, wall: 1_700_000_000_999, at: 0 };
    const { made, told } = sampler({ method: 'boot_time' }, [], { readNow: () => reading });
    assert.equal(made.run(tick), undefined);
    assert.deepEqual(told, [took(1), 'complete', 'sink']);
    const failing = sampler({ method: 'boot_time' }, [], { readNow: () => { throw new Error('not now'); } });
    assert.equal(failing.made.run(tick), undefined);
    assert.deepEqual(failing.told, [['missed', 7, 1, 'not now']]);
    const slow = sampler({ method: 'boot_time' }, [], { readNow: () => Promise.resolve(reading) });
    await slow.made.run(tick);
    assert.deepEqual(slow.told, told);
  });

  it('tells a beginning that failed', async () => {
    const failing = sampler({ method: 'cpu_percent' }, [5], { sinceLast: true, prime: () => Promise.reject(new Error('not yet')) });
    await failing.made.run(tick);
    assert.deepEqual(failing.told, [['missed', 7, 1, 'not yet']]);
    await failing.made.run(tick);
    assert.equal(failing.samples.length, 1, 'and goes on');
  });

  it('gives rates from the second reading on, in units a second', async () => {
    const { made, told, samples } = sampler({ method: 'net_io_counters', select: ['bytes_sent'], rate: true, scale: 8 }, [{ bytes_sent: 5 }, { bytes_sent: 15 }], { units: true });
    await made.run(tick);
    assert.deepEqual(told, ['prime', 'read']);
    await made.run(tick);
    assert.deepEqual(told.slice(2), ['read', took(1), 'complete', 'sink']);
    assert.deepEqual(samples.map(({ metric, unit }) => [metric, unit]), [[80, 'B/s']]);
  });

  it('leaves rates to a reader that gives them, and tells their unit of counters alone', async () => {
    const reads = [{ io_counters: { read_bytes: 4 }, num_threads: 2 }];
    for (const rate of [true, false]) {
      const { made, samples } = sampler({ method: 'Process', args: { aggregate: 'sum' }, select: ['*'], rate }, reads, { units: true, givesRates: true });
      await made.run(tick);
      assert.deepEqual(samples.map(({ path, metric, unit }) => [path, metric, unit]), [['io_counters_read_bytes', 4, rate ? 'B/s' : 'B'], ['num_threads', 2, 'count']]);
    }
  });

  it('takes what a function measures since its last call from the second tick on', async () => {
    const { made, told, samples } = sampler({ method: 'cpu_percent' }, [5], { sinceLast: true });
    await made.run(tick);
    assert.deepEqual(told, ['prime']);
    await made.run(tick);
    assert.deepEqual([told.slice(1), samples.length], [['read', took(1), 'complete', 'sink'], 1]);
  });

  it('tells what is missing, all of it counted and three of it said, and hands on the rest or nothing', async () => {
    const { made, told, samples } = sampler({ method: 'cpu_percent', args: { percpu: true } }, [[null, 1, null, null, null], [null]], { reasons: { 0: 'the first is off' } });
    await made.run(tick);
    await made.run(tick);
    const untold = (cpu: string): string => `the system does not tell ${cpu}`;
    assert.deepEqual(told, [
      'read', took(1), ['missed', 1_700_000_000_999, 4, `the first is off; ${untold('2')}; ${untold('3')}`], 'sink',
      'read', took(0), ['missed', 1_700_000_000_999, 1, 'the first is off'],
    ]);
    assert.equal(samples.length, 1);
  });

  it('tells a reading that failed, and goes on', async () => {
    const { made, told } = sampler({ method: 'boot_time' }, [new Error('not now'), 5]);
    await made.run(tick);
    await made.run(tick);
    assert.deepEqual(told, ['read', ['missed', 7, 1, 'not now'], 'read', took(1), 'complete', 'sink']);
  });

  it('reads nothing while samples pile up, and counts the ticks it leaves out', async () => {
    let full = true;
    const { made, told } = sampler({ method: 'boot_time' }, [5], { full: () => full });
    await made.run(tick);
    made.skipped(3);
    assert.deepEqual(told, [['skipped', 1], ['skipped', 3]]);
    full = false;
    await made.run(tick);
    assert.equal(told.length, 6);
  });

  it('is due at its interval, and makes up for a tick where it measures', () => {
    for (const window of [0, 1]) {
      const { made } = sampler({ method: 'boot_time' }, [], { window });
      assert.deepEqual([made.interval, made.catchUp], [2500, window > 0]);
    }
  });
});
