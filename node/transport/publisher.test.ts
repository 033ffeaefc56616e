import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerError } from '../model/errors.js';
import { random } from '../spool/random.test.support.js';
import { settle } from '../test/support/clock.js';
import { PublisherHarness } from './publisherHarness.test.support.js';

/** As a read of the disk answers. */
async function later<T>(read: () => T | Promise<T>): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return await read();
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('Publisher', () => {
  it('sends one, and a window that grows with the confirms, each in one write', async () => {
    const harness = new PublisherHarness();
    await harness.put(30);
    const widths = [];
    while (harness.wire.wire.length > 0) {
      widths.push(harness.wire.wire.length);
      await harness.take(Infinity, { multiple: true });
    }
    assert.deepEqual(widths, [1, 2, 4, 8, 8, 7]);
    assert.equal(harness.wire.writes, widths.length);
    assert.deepEqual(harness.arrived, upTo(30));
    assert.equal(harness.queue.stats().count, 0);
    assert.equal(harness.events.at(-1)?.kind, 'idle');
    assert.deepEqual(harness.wire.messages[3], {
      channel: 1, exchange: 'e', routingKey: 'k', mandatory: true, body: '{}',
      properties: { contentType: 'application/json', appId: 'psutil-agent', timestamp: 7, messageId: '3', deliveryMode: 1 },
    });
  });

  it('has fewer in flight while the broker\'s answers are late', async () => {
    const harness = new PublisherHarness('hold', 64);
    await harness.put(200);
    while (harness.wire.wire.length > 0) await harness.take();
    const inFlight: number[] = [];
    for (const late of [0, 1000]) {
      await harness.put(1);
      await harness.clock.pass(late);
      await harness.put(60);
      inFlight.push(harness.onWire.length);
      while (harness.wire.wire.length > 0) await harness.take();
    }
    assert.equal(inFlight[0], 61, 'all that there is, where they come at once');
    assert.ok((inFlight[1] ?? NaN) < 20, String(inFlight[1]));
  });

  it('goes on by itself once a connection that took no more does', async () => {
    const harness = new PublisherHarness();
    harness.wire.room = 3;
    await harness.put(30);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual([harness.arrived, harness.queue.stats().count], [upTo(30), 0]);
  });

  it('takes confirms in any order, alone and for many, and acknowledges what is complete', async () => {
    const harness = new PublisherHarness('hold', 64);
    await harness.put(100);
    while (harness.arrived.length < 63) await harness.take();
    const sent = harness.onWire;
    const first = 64;
    assert.equal(sent[0], '63');
    harness.wire.confirm(first + 2);
    harness.wire.confirm(first + 2);
    assert.equal(harness.queue.stats().count, 100 - 63, 'a gap before it');
    harness.wire.confirm(first);
    assert.equal(harness.queue.stats().count, 100 - 64);
    harness.wire.confirm(first + 3, true);
    assert.equal(harness.queue.stats().count, 100 - 67);
    assert.deepEqual(harness.told('dead'), []);
    harness.wire.confirm(0, true);
    assert.equal(harness.queue.stats().count, 0, 'tag 0 is all');
  });

  it('takes no confirm twice', async () => {
    const harness = new PublisherHarness();
    await harness.put(1);
    await harness.take();
    harness.wire.confirm(1);
    harness.wire.confirm(1, true);
    await harness.put(2);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual([harness.arrived, harness.queue.stats().count, harness.told('dead')], [upTo(3), 0, []]);
    assert.deepEqual(harness.told('confirmed'), [1, 2].map((count) => ({ kind: 'confirmed', count })));
  });

  for (const [tag, multiple] of [[2, false], [2 ** 31, false], [2 ** 60, true], [-1, false], [0, false]] as const) {
    it(`gives up a connection whose broker confirms what was not sent (${String(tag)})`, async () => {
      const harness = new PublisherHarness();
      await harness.put(1);
      harness.wire.confirm(tag, multiple);
      assert.equal(harness.told('dead').length, 1);
      assert.equal(harness.queue.stats().count, 1);
    });
  }

  it('after a return sends nothing more, then probes with the oldest, ever less often', async () => {
    const harness = new PublisherHarness();
    await harness.warm();
    harness.wire.bound = false;
    await harness.put(30);
    assert.equal(harness.onWire.length, 8);
    await harness.take(1);
    await harness.put(1);
    assert.equal(harness.onWire.length, 7, 'nothing follows a return');
    await harness.take();
    assert.deepEqual(harness.onWire, []);
    assert.equal(harness.holding, true);
    const probes: number[] = [];
    for (let second = 1; second <= 64; second += 1) {
      await harness.clock.pass(1000);
      if (harness.onWire.length > 0) {
        assert.deepEqual(harness.onWire, ['20'], 'the oldest, alone');
        probes.push(second);
        await harness.take();
      }
    }
    assert.deepEqual(probes, [1, 3, 7, 15, 31, 61]);
    harness.wire.bound = true;
    await harness.clock.pass(30_000);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual(harness.arrived, upTo(51), 'once each, in order');
    assert.equal(harness.told('routed').length, 1);
    assert.equal(harness.holding, false);
  });

  it('drops unroutable samples when told to, without a pause', async () => {
    const harness = new PublisherHarness('drop');
    harness.wire.bound = false;
    await harness.put(10);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual(harness.told('returned'), Array.from({ length: 10 }, () => ({ kind: 'returned', held: false })));
    assert.equal(harness.queue.stats().count, 0);
    assert.deepEqual(harness.arrived, []);
    assert.deepEqual(harness.told('confirmed'), []);
  });

  it('after a nack waits for the rest, then sends the refused one again before anything new', async () => {
    const harness = new PublisherHarness();
    await harness.warm();
    await harness.put(20);
    await harness.take(1);
    await harness.take(1, { nack: true });
    await harness.take();
    assert.deepEqual(harness.onWire, []);
    await harness.clock.pass(1000);
    assert.deepEqual(harness.onWire, ['21']);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.equal(new Set(harness.arrived).size, 40);
    assert.equal(harness.arrived.length, 40, 'what was confirmed meanwhile is not sent again');
    assert.deepEqual(harness.told('nacked'), [{ kind: 'nacked', count: 1 }]);
    assert.equal(harness.queue.stats().count, 0);
  });

  it('starts again with the oldest unconfirmed on the next channel', async () => {
    const harness = new PublisherHarness();
    await harness.warm();
    await harness.put(20);
    await harness.take(3);
    await harness.take(2, { silent: true });
    harness.wire.close();
    harness.publisher.end();
    harness.open();
    assert.deepEqual(harness.onWire, ['23']);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual(harness.arrived.filter((id, index) => harness.arrived.indexOf(id) !== index), ['23', '24'], 'the two whose confirm was lost come twice');
    assert.deepEqual([...new Set(harness.arrived)], upTo(40));
  });

  it('counts a confirm that does not come in time, but not while the broker is blocked', async () => {
    const harness = new PublisherHarness();
    await harness.put(1);
    await harness.clock.pass(29_000);
    harness.publisher.block(true);
    await harness.clock.pass(600_000);
    harness.publisher.block(false);
    await harness.clock.pass(29_000);
    assert.deepEqual(harness.told('dead'), []);
    await harness.clock.pass(1000);
    assert.deepEqual(harness.told('dead').map((event) => event.kind === 'dead' ? [event.fault.code, event.fault instanceof BrokerError && event.fault.step, event.fault.message.replace(/^\S+/, 'b')] : []), [
      ['PSA_BROKER_UNREACHABLE', 'publish', 'b confirmed nothing for 30 s (broker.confirm_timeout): the connection counts as dead'],
    ]);
  });

  it('sends what is longer than a frame in several, whole to the last byte', async () => {
    const harness = new PublisherHarness();
    // 8 bytes of a frame are not the body's.
    const bodies = [4088, 4089, 8176, 8177, 12_000].map((length) => JSON.stringify('x'.repeat(length - 2)));
    await harness.queue.put(['', ...bodies, 'ü'.repeat(4088)].map((body, at) => ({ id: String(at), time: 7, routingKey: 'k', body })));
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual(harness.wire.messages.map(({ body }) => body), ['', ...bodies, 'ü'.repeat(4088)]);
  });

  it('counts the time of the oldest in flight, not of one confirmed long ago', async () => {
    const harness = new PublisherHarness();
    await harness.put(1);
    await harness.clock.pass(20_000);
    await harness.take();
    await harness.put(1);
    await harness.clock.pass(29_000);
    assert.equal(harness.told('dead').length, 0);
    await harness.clock.pass(1500);
    assert.equal(harness.told('dead').length, 1);
  });

  it('sends nothing while blocked', async () => {
    const harness = new PublisherHarness();
    harness.publisher.block(true);
    await harness.put(5);
    assert.deepEqual(harness.onWire, []);
    harness.publisher.block(false);
    assert.deepEqual(harness.onWire, ['0']);
  });

  it('sends nothing more once it has ended, and tells when what was in flight is answered', async () => {
    const harness = new PublisherHarness();
    await harness.warm();
    await harness.put(30);
    const inFlight = harness.onWire.length;
    harness.publisher.end();
    harness.publisher.end();
    const before = harness.told('idle').length;
    await harness.take(inFlight - 1);
    assert.deepEqual([harness.onWire.length, harness.publisher.inFlight, harness.told('idle').length], [1, 1, before]);
    await harness.take();
    await harness.put(1);
    await harness.clock.pass(600_000);
    assert.deepEqual([harness.onWire, harness.publisher.inFlight, harness.told('idle').length, harness.told('dead')], [[], 0, before + 1, []]);
    assert.equal(harness.queue.stats().count, 31 - inFlight);
  });

  it('drops what AMQP cannot carry, so that the rest gets through', async () => {
    const harness = new PublisherHarness();
    await harness.put(1, 'ü'.repeat(128));
    await harness.put(3);
    await harness.queue.put([{ id: 'x'.repeat(256), time: 1, routingKey: 'k', body: '{}' }, { id: 'time', time: 1.5, routingKey: 'k', body: '{}' }]);
    while (harness.wire.wire.length > 0) await harness.take();
    assert.deepEqual(harness.arrived, ['1', '2', '3']);
    assert.equal(harness.queue.stats().count, 0);
    assert.match(JSON.stringify(harness.told('unsendable')), /routing key is longer.*id is longer.*time is no whole number/);
  });

  it('reads a queue that answers later, and once at a time', async () => {
    const harness = new PublisherHarness();
    const read = harness.queue.read.bind(harness.queue);
    let reads = 0;
    harness.queue.read = (after, limit) => {
      reads += 1;
      return later(() => read(after, limit));
    };
    await harness.put(300);
    await harness.put(300);
    while (harness.arrived.length < 600) await harness.take();
    assert.deepEqual(harness.arrived, upTo(600));
    assert.ok(reads < 30, `${String(reads)} reads`);
  });

  it('sends what a late read brings without another sign, and is idle once one brings nothing', async () => {
    const harness = new PublisherHarness();
    const read = harness.queue.read.bind(harness.queue);
    let answer: () => void = () => undefined;
    const answered = async (): Promise<void> => {
      answer();
      await settle();
    };
    let reads = 0;
    harness.queue.read = async (after, limit) => {
      reads += 1;
      await new Promise<void>((resolve) => (answer = resolve));
      return read(after, limit);
    };
    await harness.put(1);
    await harness.put(1);
    assert.deepEqual([reads, harness.onWire], [1, []], 'one read at a time');
    await answered();
    assert.deepEqual(harness.onWire, ['0']);
    for (let taken = 0; taken < 2; taken += 1) {
      await harness.take();
      await answered();
    }
    assert.deepEqual([harness.arrived, harness.events.at(-1)?.kind], [upTo(2), 'idle']);
  });

  it('keeps order and loses nothing through any sequence of closes, returns, nacks of single samples and late reads', async () => {
    for (let seed = 1; seed <= 60; seed += 1) await randomly(seed);
  });
});

describe('Publisher and broker.drain_rate', () => {
  /** Live samples every 10 ms, and a broker that takes all that it is sent; how many waited at the end. */
  async function live(harness: PublisherHarness, perSecond: number, seconds: number): Promise<number> {
    for (let ms = 0; ms < seconds * 1000; ms += 10) {
      await harness.put(perSecond / 100);
      for (let round = 0; round < 20 && harness.wire.wire.length > 0; round += 1) await harness.take();
      await harness.clock.pass(10);
    }
    return harness.queue.stats().count;
  }

  it('live samples at twice the rate go undisturbed where there is no backlog', async () => {
    const harness = new PublisherHarness('hold', 1000, 100);
    await live(harness, 200, 1);
    for (let second = 0; second < 5; second += 1) {
      assert.equal(await live(harness, 200, 1), 0);
      await harness.clock.pass(3);
    }
  });

  it('a backlog shrinks by the rate, and live samples, at twice of it, leave at their own rate beside', async () => {
    const harness = new PublisherHarness('hold', 1000, 100);
    harness.publisher.end();
    await harness.put(1000);
    harness.open();
    const waiting = [];
    for (let second = 0; second < 11; second += 1) waiting.push(await live(harness, 200, 1));
    assert.ok(waiting[3]! >= 560 && waiting[3]! <= 590, `after 4 s ${String(waiting[3])} wait`);
    assert.equal(waiting.at(-1), 0, waiting.join(', '));
    assert.deepEqual(harness.arrived, upTo(harness.taken));
  });

  it('a backlog shrinks by the rate though nothing new comes, and nobody else wakes it', async () => {
    const harness = new PublisherHarness('hold', 1000, 100);
    harness.publisher.end();
    await harness.put(300);
    harness.open();
    const waiting = [];
    for (let ms = 10; ms <= 4000; ms += 10) {
      while (harness.wire.wire.length > 0) await harness.take();
      await harness.clock.pass(10);
      if (ms % 1000 === 0) waiting.push(harness.queue.stats().count);
    }
    assert.ok(waiting[0]! > 150 && waiting[1]! > 50, waiting.join(', '));
    assert.equal(waiting.at(-1), 0, waiting.join(', '));
    assert.deepEqual(harness.arrived, upTo(300));
  });

  it('what the queue evicted is not waited for', async () => {
    const harness = new PublisherHarness('hold', 1000, 1);
    harness.publisher.end();
    await harness.put(1000);
    harness.open();
    harness.queue.ack(990);
    assert.ok(await live(harness, 100, 2) <= 15);
    assert.ok(harness.arrived.length >= 190, `${String(harness.arrived.length)} arrived`);
  });
});

/** A run of random faults. Bindings change while nothing is in flight, nacks come at a window of one: see window.ts. */
async function randomly(seed: number): Promise<void> {
  const next = random(seed);
  const harness = new PublisherHarness('hold', 1 + Math.floor(next() * 20));
  const read = harness.queue.read.bind(harness.queue);
  harness.queue.read = (after, limit) => {
    if (next() < 0.5) return read(after, 1 + Math.floor(next() * limit));
    return later(() => read(after, limit));
  };
  for (let step = 0; step < 120; step += 1) {
    const dice = next();
    if (dice < 0.3) await harness.put(Math.floor(next() * 10));
    else if (dice < 0.6) await harness.take(Math.floor(next() * 12), { multiple: next() < 0.5 });
    else if (dice < 0.7) await harness.take(Math.floor(next() * 4), { silent: true });
    else if (dice < 0.75 && harness.onWire.length === 1) await harness.take(1, { nack: true });
    else if (dice < 0.85) {
      const { bound } = harness.wire;
      harness.wire.close();
      harness.publisher.end();
      if (next() < 0.5) await settle();
      harness.open();
      harness.wire.bound = bound;
      await settle();
    } else if (dice < 0.9 && harness.publisher.inFlight === 0) harness.wire.bound = !harness.wire.bound;
    else await harness.clock.pass(next() * 3000);
  }
  harness.wire.close();
  harness.publisher.end();
  harness.open();
  for (let round = 0; round < 1000 && harness.queue.stats().count > 0; round += 1) {
    await harness.take();
    await harness.clock.pass(2000);
  }
  assert.deepEqual([...new Set(harness.arrived)], upTo(harness.taken), `seed ${String(seed)}`);
}
