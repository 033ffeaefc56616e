import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { random } from '../spool/random.test.support.js';
import { settle } from '../test/support/clock.js';
import { Bench } from './bench.test.support.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('Publisher', () => {
  it('sends one, and a window that grows with the confirms', async () => {
    const bench = new Bench();
    await bench.put(30);
    const widths = [];
    while (bench.channel.wire.length > 0) {
      widths.push(bench.channel.wire.length);
      await bench.take();
    }
    assert.deepEqual(widths, [1, 2, 4, 8, 8, 7]);
    assert.deepEqual(bench.arrived, upTo(30));
    assert.equal(bench.queue.stats().count, 0);
    assert.equal(bench.told.at(-1), 'idle');
    const { contentType, appId, timestamp, messageId, persistent, mandatory } = bench.channel.options[3]!;
    assert.deepEqual([contentType, appId, timestamp, messageId, persistent, mandatory], ['application/json', 'psutil-agent', 7, '3', false, true]);
  });

  it('after a return sends nothing more, then probes with the oldest, ever less often', async () => {
    const bench = new Bench();
    await bench.warm();
    bench.channel.bound = false;
    await bench.put(30);
    assert.equal(bench.onWire.length, 8);
    await bench.take(1);
    await bench.put(1);
    assert.equal(bench.onWire.length, 7, 'nothing follows a return');
    await bench.take();
    assert.deepEqual(bench.onWire, []);
    assert.equal(bench.publisher.holding, true);
    const probes: number[] = [];
    for (let second = 1; second <= 64; second += 1) {
      await bench.clock.pass(1000);
      if (bench.onWire.length > 0) {
        assert.deepEqual(bench.onWire, ['20'], 'the oldest, alone');
        probes.push(second);
        await bench.take();
      }
    }
    assert.deepEqual(probes, [1, 3, 7, 15, 31, 61]);
    bench.channel.bound = true;
    await bench.clock.pass(30_000);
    while (bench.channel.wire.length > 0) await bench.take();
    assert.deepEqual(bench.arrived, upTo(51), 'once each, in order');
    assert.deepEqual(bench.told.filter((what) => what === 'routed'), ['routed']);
    assert.equal(bench.publisher.holding, false);
  });

  it('lets unroutable samples go when told to, without a pause', async () => {
    const bench = new Bench('drop');
    bench.channel.bound = false;
    await bench.put(10);
    while (bench.channel.wire.length > 0) await bench.take();
    assert.equal(bench.told.filter((what) => what === 'let go').length, 10);
    assert.equal(bench.queue.stats().count, 0);
    assert.deepEqual(bench.arrived, []);
  });

  it('after a nack waits for the rest, then sends the refused one again before anything new', async () => {
    const bench = new Bench();
    await bench.warm();
    await bench.put(20);
    await bench.take(1);
    await bench.take(1, { nack: true });
    await bench.take();
    assert.deepEqual(bench.onWire, []);
    await bench.clock.pass(1000);
    assert.deepEqual(bench.onWire, ['21']);
    while (bench.channel.wire.length > 0) await bench.take();
    assert.equal(new Set(bench.arrived).size, 40);
    assert.equal(bench.arrived.length, 40, 'what was confirmed meanwhile is not sent again');
    assert.equal(bench.told.filter((what) => what === 'rejected').length, 1);
  });

  it('starts again with the oldest unconfirmed on the next channel', async () => {
    const bench = new Bench();
    await bench.warm();
    await bench.put(20);
    await bench.take(3);
    await bench.take(2, { silent: true });
    bench.channel.close();
    bench.publisher.end();
    await settle();
    bench.open();
    await settle();
    assert.deepEqual(bench.onWire, ['23']);
    while (bench.channel.wire.length > 0) await bench.take();
    assert.deepEqual(bench.arrived.filter((id, index) => bench.arrived.indexOf(id) !== index), ['23', '24'], 'the two whose confirm was lost come twice');
    assert.deepEqual([...new Set(bench.arrived)], upTo(40));
  });

  it('counts a confirm that does not come in time, but not while the broker is blocked', async () => {
    const bench = new Bench();
    await bench.put(1);
    await bench.clock.pass(29_000);
    bench.publisher.block(true);
    await bench.clock.pass(600_000);
    bench.publisher.block(false);
    await bench.clock.pass(29_000);
    assert.deepEqual(bench.told, ['idle']);
    await bench.clock.pass(1000);
    assert.deepEqual(bench.told, ['idle', 'overdue']);
  });

  it('counts the time of the oldest in flight, not of one confirmed long ago', async () => {
    const bench = new Bench();
    await bench.put(1);
    await bench.clock.pass(20_000);
    await bench.take();
    await bench.put(1);
    await bench.clock.pass(29_000);
    assert.ok(!bench.told.includes('overdue'));
    await bench.clock.pass(1500);
    assert.ok(bench.told.includes('overdue'));
  });

  it('sends nothing while blocked', async () => {
    const bench = new Bench();
    bench.publisher.block(true);
    await bench.put(5);
    assert.deepEqual(bench.onWire, []);
    bench.publisher.block(false);
    await settle();
    assert.deepEqual(bench.onWire, ['0']);
  });

  it('lets go what AMQP cannot carry, so that the rest gets through', async () => {
    const bench = new Bench();
    await bench.put(1, 'unsendable');
    await bench.put(3);
    while (bench.channel.wire.length > 0) await bench.take();
    assert.deepEqual(bench.arrived, ['1', '2', '3']);
    assert.equal(bench.queue.stats().count, 0);
    assert.ok(bench.told.includes('unsendable'));
  });

  it('keeps to the drain rate', async () => {
    const bench = new Bench('hold', 1000, 100);
    await bench.put(1000);
    for (let ms = 0; ms < 4000; ms += 5) {
      await bench.take();
      await bench.clock.pass(5);
    }
    assert.ok(bench.arrived.length >= 420 && bench.arrived.length <= 426, `${String(bench.arrived.length)} in 4 s`);
  });

  it('keeps order and loses nothing through any sequence of closes, returns, nacks of single samples and late reads', async () => {
    for (let seed = 1; seed <= 60; seed += 1) await randomly(seed);
  });
});

/** A run of random faults. Bindings change while nothing is in flight, nacks come at a window of one: see window.ts. */
async function randomly(seed: number): Promise<void> {
  const next = random(seed);
  const bench = new Bench('hold', 1 + Math.floor(next() * 20));
  for (let step = 0; step < 120; step += 1) {
    const dice = next();
    if (dice < 0.3) await bench.put(Math.floor(next() * 10));
    else if (dice < 0.6) await bench.take(Math.floor(next() * 12));
    else if (dice < 0.7) await bench.take(Math.floor(next() * 4), { silent: true });
    else if (dice < 0.75 && bench.onWire.length === 1) await bench.take(1, { nack: true });
    else if (dice < 0.85) {
      const { bound } = bench.channel;
      bench.channel.close();
      bench.publisher.end();
      if (next() < 0.5) await settle();
      bench.open(bench.publisher.holding);
      bench.channel.bound = bound;
      await settle();
    } else if (dice < 0.9 && bench.publisher.inFlight === 0) bench.channel.bound = !bench.channel.bound;
    else await bench.clock.pass(next() * 3000);
  }
  bench.channel.close();
  bench.publisher.end();
  bench.open(bench.publisher.holding);
  for (let round = 0; round < 1000 && bench.queue.stats().count > 0; round += 1) {
    await bench.take();
    await bench.clock.pass(2000);
  }
  assert.deepEqual([...new Set(bench.arrived)], upTo(bench.taken), `seed ${String(seed)}`);
}
