import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { functionNamed } from '../catalog/functions.js';
import type { Fields } from '../catalog/value.js';
import { Histogram } from '../model/histogram.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { fakeProvider } from '../test/support/fakeProcesses.js';
import type { OwnReading } from './agentReader.js';
import { openReader } from './reader.js';
import { select } from './selection.js';

const definition = functionNamed('agent')!;

/** A reader of a collector whose state a test sets. */
function readerOf(reads: Record<string, number | Error> = { num_threads: 12, num_fds: 30 }, platform: 'linux' | 'win32' = 'linux') {
  const own: { -readonly [K in keyof OwnReading]: OwnReading[K] } = { pid: 7, cpu: 2, uptime: 10, fields: { taken: 5, spooled: null }, reason: 'no broker is configured', confirms: null };
  const provider = fakeProvider(() => [{ pid: 7, name: 'node', reads }]);
  const inner = { ...provider, platform, read: (method: string) => (method === 'agent' ? Promise.resolve({ ...own }) : provider.read(method, {})) };
  return { own, reader: openReader(new SharedProvider(inner), new TestClock(), { method: 'agent', args: {} }) };
}

describe('agent', () => {
  it('tells the CPU used since the reading before, at first since the process started', async () => {
    const { own, reader } = readerOf();
    const percent = async (): Promise<unknown> => ((await reader.read()).result as Fields)['cpu_percent'];
    assert.equal(await percent(), 20);
    Object.assign(own, { cpu: 2.5, uptime: 20 });
    assert.equal(await percent(), 5);
    const { result, reasons } = await reader.read();
    assert.deepEqual(select(definition, {}, result, ['cpu_percent'], reasons).missing, ['no time has passed since the reading before']);
  });

  it('is a plain reading: there is nothing to begin, and the first one counts', async () => {
    const { reader } = readerOf();
    assert.deepEqual([reader.window, reader.sinceLast, reader.givesRates], [0, false, false]);
    await reader.prime().then(() => reader.read()).then(({ result }) => { assert.equal((result as Fields)['cpu_percent'], 20); });
  });

  it('a collector that the system does not know has no threads to tell of, and that is no fault', async () => {
    const { own, reader } = readerOf();
    Object.assign(own, { pid: 8 });
    const { result, reasons } = await reader.read();
    assert.deepEqual([(result as Fields)['num_threads'], reasons!['num_threads']], [null, undefined]);
  });

  it('tells of the confirms between two readings', async () => {
    const { own, reader } = readerOf();
    const times = new Histogram();
    const told = async (): Promise<readonly unknown[]> => {
      own.confirms = times.counts();
      const { confirm_time: median, confirm_time_p99: p99 } = (await reader.read()).result as Fields;
      return [median, p99].map((value) => (typeof value === 'number' ? Math.round(value / 10) : value));
    };
    for (let n = 0; n < 99; n++) times.add(100);
    times.add(2000);
    times.add(2000);
    assert.deepEqual(await told(), [10, 201]);
    assert.deepEqual(await told(), [null, null]);
    const { result, reasons } = await reader.read();
    for (const field of ['confirm_time', 'confirm_time_p99']) assert.deepEqual(select(definition, {}, result, [field], reasons).missing, ['the broker has confirmed nothing since the reading before']);
    times.add(500);
    assert.deepEqual(await told(), [50, 50]);
  });

  it('is silent about what only a broker has, and says why where it is asked for', async () => {
    const { reader } = readerOf();
    const { result, reasons } = await reader.read();
    const whole = select(definition, {}, result, undefined, reasons);
    assert.deepEqual(whole.missing, []);
    assert.deepEqual(whole.selected.map(({ path, value }) => [path, value]), [['cpu_percent', 20], ['num_threads', 12], ['num_fds', 30], ['uptime', 10], ['taken', 5]]);
    for (const field of ['spooled', 'confirm_time']) assert.deepEqual(select(definition, {}, result, [field], reasons).missing, ['no broker is configured']);
  });

  it('counts handles on Windows, which has no file descriptors', async () => {
    const { reader } = readerOf({ num_threads: 12, num_handles: 40 }, 'win32');
    const { num_handles: handles, num_fds: descriptors } = (await reader.read()).result as Fields;
    assert.deepEqual([handles, descriptors], [40, undefined]);
  });

  it('loses no more than what the system refuses', async () => {
    const { reader } = readerOf({ num_threads: new Error('not this time'), num_fds: 30 });
    const { result, reasons } = await reader.read();
    assert.deepEqual(select(definition, {}, result, undefined, reasons).missing, ['not this time']);
    assert.deepEqual(select(definition, {}, result, ['num_threads'], reasons).missing, ['not this time']);
    assert.equal(select(definition, {}, result, ['num_fds'], reasons).selected[0]?.value, 30);
  });
});
