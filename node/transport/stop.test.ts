import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, describe, it } from 'node:test';
import { frame } from '../test/support/amqpFrames.js';
import { TestClock } from '../test/support/clock.js';
import { blocked, closeChannel, confirm, methodOf, returned, startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { Harness, settingsFor, stopHarnesses } from './harness.test.support.js';

after(stopHarnesses);

describe('a stop', () => {
  it('waits for the confirms of what is on its way, and not a moment longer', async () => {
    let answer: (() => void) | undefined;
    const broker = await startScriptedBroker({ published: (socket, { channel }, tag) => { answer = () => { socket.write(confirm(channel, tag)); }; if (tag > 1) answer(); } });
    const harness = new Harness(settingsFor(broker.port, 'e', { confirmTimeout: 600 }));
    harness.transport.start();
    await harness.put(5);
    await until('the first', () => answer !== undefined);
    const start = performance.now();
    const stopped = harness.transport.stop(600_000);
    answer?.();
    await stopped;
    assert.ok(performance.now() - start < 300_000);
    assert.deepEqual([harness.transport.state().published, harness.queue.stats().count], [5, 0], 'what waited is sent too');
    await harness.stop();
    await broker.close();
  });

  it('waits no longer than it may for confirms that do not come', async () => {
    let published = 0;
    const broker = await startScriptedBroker({ published: () => { published += 1; } });
    const clock = new TestClock();
    const harness = new Harness(settingsFor(broker.port, 'e', { confirmTimeout: 600 }), { clock });
    harness.transport.start();
    await harness.put(1);
    await until('it', () => published === 1);
    let ended = false;
    const stopped = harness.transport.stop(500).then(() => { ended = true; });
    await clock.pass(499);
    assert.equal(ended, false);
    await clock.pass(1);
    await stopped;
    assert.equal(harness.queue.stats().count, 1, 'it is sent again');
    await harness.stop();
    await broker.close();
  });

  for (const [what, happens, left] of [
    ['a connection that is lost', (socket) => { socket.destroy(); }, 2],
    ['a channel that is refused', (socket, { channel }) => { socket.write(closeChannel(channel, 403, 'no')); }, 2],
    ['an exchange that goes', (socket, { channel }) => { socket.write(closeChannel(channel, 404, 'gone')); }, 2],
    ['a pause that the broker asks for', (socket, { channel }, tag) => { socket.write(Buffer.concat([blocked('memory'), confirm(channel, tag)])); }, 1],
    ['a sample that comes back', (socket, message, tag) => { socket.write(Buffer.concat([returned(message, message.body.length), frame(3, message.channel, Buffer.from(message.body)), confirm(message.channel, tag)])); }, 2],
  ] satisfies readonly [string, Script['published'] & object, number][]) {
    it(`waits no longer for the rest behind ${what}`, async (context) => {
      let happen: (() => void) | undefined;
      const broker = await startScriptedBroker({ published: (socket, message, tag) => { happen ??= () => { happens(socket, message, tag); }; } });
      context.after(() => broker.close());
      const harness = new Harness(settingsFor(broker.port, 'e', { confirmTimeout: 600, reconnect: { initial: 600, maximum: 600 } }), { random: () => 1 });
      await harness.put(2);
      harness.transport.start();
      await until('the first', () => happen !== undefined);
      const start = performance.now();
      const stopped = harness.transport.stop(60_000);
      happen?.();
      await stopped;
      assert.ok(performance.now() - start < 30_000);
      assert.equal(harness.queue.stats().count, left, 'it is sent another time');
      await harness.stop();
    });
  }

  it('before the first attempt has an outcome waits for it: it may well be a good one', async () => {
    const broker = await startScriptedBroker({});
    const harness = new Harness(settingsFor(broker.port, 'e', { connectTimeout: 60 }));
    await harness.put(3);
    harness.transport.start();
    await harness.transport.stop(600_000);
    assert.deepEqual([harness.transport.state().published, harness.queue.stats().count], [3, 0]);
    await harness.stop();
    await broker.close();
  });

  it('does not wait for a broker that asks for a pause, nor for one that has nobody to give samples to', async () => {
    for (const script of [
      { opened: (socket: Socket) => { socket.write(blocked('memory')); } },
      { published: (socket, message, tag) => { socket.write(Buffer.concat([returned(message, message.body.length), frame(3, message.channel, Buffer.from(message.body)), confirm(message.channel, tag)])); } },
    ] satisfies Script[]) {
      const broker = await startScriptedBroker(script);
      const harness = new Harness(settingsFor(broker.port, 'e'));
      harness.transport.start();
      await harness.put(3);
      await until('the hold or the pause', () => harness.transport.state().connected && (harness.transport.state().blocked || harness.transport.state().unroutable));
      await harness.transport.stop(600_000);
      assert.equal(harness.queue.stats().count, 3);
      await harness.stop();
      await broker.close();
    }
  });

  it('sends as long as there is time for the confirms, and not beyond', async () => {
    let sent = 0;
    let answer: () => void = () => undefined;
    const broker = await startScriptedBroker({ published: (socket, { channel }, tag) => { sent = tag; answer = () => { socket.write(confirm(channel, tag, true)); }; } });
    const clock = new TestClock();
    const harness = new Harness(settingsFor(broker.port, 'e', { confirmTimeout: 600 }), { clock });
    harness.transport.start();
    await harness.put(10);
    await until('the first', () => sent === 1);
    const stopped = harness.transport.stop(10_000);
    await clock.pass(9000);
    answer();
    // Such a confirm is slow: no more than one is in flight.
    await until('the next', () => sent === 2);
    await clock.pass(900);
    answer();
    await stopped;
    assert.deepEqual([sent, harness.transport.state().published, harness.queue.stats().count], [2, 2, 8]);
    await harness.stop();
    await broker.close();
  });

  it('gives a broker half a second to answer its end, though its time is over', async () => {
    let [sent, closing] = [0, false];
    const broker = await startScriptedBroker({ published: () => { sent += 1; }, received: (_socket, received) => { if (methodOf(received) === '10.50') closing = true; return closing; } });
    const clock = new TestClock();
    const harness = new Harness(settingsFor(broker.port, 'e', { confirmTimeout: 600 }), { clock });
    harness.transport.start();
    await harness.put(1);
    await until('it', () => sent === 1);
    let ended = false;
    const stopped = harness.transport.stop(1000).then(() => { ended = true; });
    await clock.pass(1000);
    await until('the end of the connection', () => closing);
    await clock.pass(400);
    assert.equal(ended, false);
    await clock.pass(200);
    await stopped;
    await harness.stop();
    await broker.close();
  });
});
