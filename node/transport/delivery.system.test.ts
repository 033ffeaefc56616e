import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../test/support/broker.js';
import { until } from '../test/support/wait.js';
import { assertDelivered, Consumer, openBroker, Harness, settingsFor } from './harness.test.support.js';

// What is sent over a connection that holds, and what becomes of it where nobody is bound.

const broker = await openBroker();

describe('delivery', () => {
  it('sends exact bodies and properties to a consumer that declares the exchange as the predecessor did', async () => {
    const consumer = await Consumer.open(broker.port, 'exact');
    const harness = new Harness(settingsFor(broker.port, 'exact', { appId: 'my-app' }));
    harness.transport.start();
    const body = '{"name":"cpu","metric":0,"unit":"","note":"ü 18446744073709551615"}';
    await harness.queue.put([{ id: 'one', time: 1_700_000_000, routingKey: 'some.deployment', body }]);
    await until('the sample', () => consumer.messages.length === 1);
    const [message] = consumer.messages;
    assert.equal(message?.content.toString('utf8'), body);
    assert.equal(message.fields.routingKey, 'some.deployment');
    assert.equal(message.fields.exchange, 'exact');
    const set = Object.entries(message.properties).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(set), {
      contentType: 'application/json', appId: 'my-app', timestamp: 1_700_000_000, messageId: 'one', deliveryMode: 1,
    });
    await until('its removal', () => harness.queue.stats().count === 0);
    const state = harness.transport.state();
    assert.ok(state.connected && state.connectedSince !== undefined && state.lastPublished !== undefined);
    assert.equal(state.address, `127.0.0.1:${String(broker.port)}`);
    await harness.stop();
    assert.equal(harness.transport.state().connected, false);
    await consumer.close();
  });

  it('carries bodies of any size and any letters, over several frames, and none', async () => {
    const consumer = await Consumer.open(broker.port, 'sizes');
    const harness = new Harness(settingsFor(broker.port, 'sizes'));
    const letters = ['x', 'ü', '\u20ac', '\u{1f600}'];
    const sizes = [0, 1, 1000, 21_000, 43_600, 65_535, 131_063, 131_064, 131_065, 300_000];
    const bodies = sizes.flatMap((size) => letters.map((letter) => letter.repeat(size)));
    harness.transport.start();
    await harness.queue.put(bodies.map((body, index) => ({ id: `\u20ac-${String(index)}`, time: 2 ** 33 + index, routingKey: 'key.ü', body })));
    await until('all of them', () => consumer.messages.length >= bodies.length);
    for (const [index, { content, fields, properties }] of consumer.messages.entries()) {
      assert.ok(content.toString('utf8') === bodies[index], `body ${String(index)}`);
      assert.deepEqual([properties.messageId, properties.timestamp, fields.routingKey], [`\u20ac-${String(index)}`, 2 ** 33 + index, 'key.ü']);
    }
    assert.equal(harness.transport.state().reconnects, 0);
    await harness.stop();
    await consumer.close();
  });

  it('marks messages persistent when told to', async () => {
    const consumer = await Consumer.open(broker.port, 'persistent');
    const harness = new Harness(settingsFor(broker.port, 'persistent', { deliveryMode: 'persistent' }));
    harness.transport.start();
    await harness.put(1);
    await until('the sample', () => consumer.messages.length === 1);
    assert.equal(consumer.messages[0]?.properties.deliveryMode, 2);
    await harness.stop();
    await consumer.close();
  });

  it('drains a backlog at no more than drainRate', async (t) => {
    const consumer = await Consumer.open(broker.port, 'drain');
    for (const [drainRate, count] of [[1000, 3000], [1e6, 30_000]] as const) {
      const harness = new Harness(settingsFor(broker.port, 'drain', { drainRate, maxInFlight: 256 }));
      await harness.put(count);
      consumer.messages.length = 0;
      const start = performance.now();
      harness.transport.start();
      await until('the backlog', () => harness.transport.state().published === count);
      const ms = performance.now() - start;
      t.diagnostic(`drainRate ${String(drainRate)}: ${((count / ms) * 1000).toFixed(0)} samples/s`);
      // A quarter of a second's worth goes at once.
      if (drainRate === 1000) assert.ok(ms >= 2700, `3000 samples took ${String(ms)} ms`);
      await assertDelivered(harness, consumer);
      await harness.stop();
    }
    await consumer.close();
  });

  it('flushes at stop, and leaves what it cannot send in the queue', async () => {
    const consumer = await Consumer.open(broker.port, 'flush');
    const harness = new Harness(settingsFor(broker.port, 'flush'));
    await harness.put(500);
    // Not even connected yet: the first attempt is waited for.
    harness.transport.start();
    await harness.transport.stop(30_000);
    assert.equal(harness.queue.stats().count, 0);
    await until('all of them', () => consumer.firsts.length === 500);
    await consumer.close();
    await harness.stop();

    const away = new Harness(settingsFor(await freePort(), 'flush'));
    await away.put(10);
    away.transport.start();
    await until('a refused attempt', () => away.failures.length > 0);
    await away.transport.stop(30_000);
    assert.equal(away.queue.stats().count, 10);
    await away.stop();
  });
});

describe('consumers and the exchange come and go, nothing lost and each metric in order', () => {
  it('the last consumer leaves and the exchange with it: held, then sent in order to the next', async (t) => {
    const first = await Consumer.open(broker.port, 'vanish');
    const harness = new Harness(settingsFor(broker.port, 'vanish'));
    harness.transport.start();
    await harness.put(100);
    await until('the first 100', () => first.messages.length === 100 && harness.queue.stats().count === 0);
    await first.close();
    await harness.put(1);
    await until('the hold', () => harness.transport.state().unroutable);
    assert.equal(harness.told('exchangeDeleted').length, 1, 'the vanished exchange is told once');
    assert.equal(harness.transport.state().reconnects, 0, 'and costs no connection');
    await harness.put(500);
    const { returned } = harness.transport.state();
    await delay(1500);
    assert.ok(harness.transport.state().returned - returned <= 10, 'probes are few');
    assert.equal(harness.queue.stats().count, 501);
    const second = await Consumer.open(broker.port, 'vanish');
    const ms = await until('the held samples', () => second.firsts.length === 501);
    t.diagnostic(`held samples were there ${ms.toFixed(0)} ms after the consumer; ${String(second.repeats)} repeats`);
    await assertDelivered(harness, first, second);
    assert.equal(harness.transport.state().unroutable, false);
    assert.equal(harness.told('routed').length, 1);
    await harness.stop();
    await second.close();
  });

  it('stops at once while samples are held', async () => {
    const harness = new Harness(settingsFor(broker.port, 'held'));
    harness.transport.start();
    await harness.put(20);
    await until('the hold', () => harness.transport.state().unroutable);
    const start = performance.now();
    await harness.transport.stop(60_000);
    assert.ok(performance.now() - start < 30_000);
    assert.equal(harness.queue.stats().count, 20);
    await harness.stop();
  });

  it('publish.unroutable drop: lets them go and counts', async () => {
    const harness = new Harness(settingsFor(broker.port, 'nobody'), { unroutable: 'drop' });
    harness.transport.start();
    await harness.put(200);
    await until('the drops', () => harness.transport.state().unroutableDropped === 200 && harness.queue.stats().count === 0);
    assert.equal(harness.transport.state().published, 0);
    assert.equal(harness.transport.state().unroutable, false);
    await harness.stop();
  });

  it('consumers come and go while samples stream', async (t) => {
    const harness = new Harness(settingsFor(broker.port, 'churn'));
    harness.transport.start();
    const end = harness.stream();
    const queue = { name: 'churn' };
    let consumer = await Consumer.open(broker.port, 'churn', queue);
    const consumers = [consumer];
    for (let round = 0; round < 3; round += 1) {
      await delay(400);
      // The queue goes, and the exchange with its last binding.
      await broker.ctl('delete_queue', 'churn');
      await delay(400);
      await consumer.close();
      consumer = await Consumer.open(broker.port, 'churn', queue);
      consumers.push(consumer);
    }
    await end();
    await until('the rest', () => harness.queue.stats().count === 0);
    const { returned, published } = harness.transport.state();
    t.diagnostic(`${String(harness.taken)} samples, ${String(published)} published, ${String(returned)} returned`);
    assert.equal(published, harness.taken);
    await harness.stop();
    await Promise.all(consumers.map((one) => one.close()));
  });

  it('the exchange deleted under it', async (t) => {
    const first = await Consumer.open(broker.port, 'deleted');
    const harness = new Harness(settingsFor(broker.port, 'deleted'));
    harness.transport.start();
    const end = harness.stream();
    await until('the first samples', () => first.messages.length > 50);
    await broker.ctl('eval', 'rabbit_exchange:delete(rabbit_misc:r(<<"/">>, exchange, <<"deleted">>), false, <<"test">>).');
    await until('the hold', () => harness.transport.state().unroutable);
    const second = await Consumer.open(broker.port, 'deleted');
    const ms = await until('samples again', () => second.messages.length > 0);
    await end();
    t.diagnostic(`samples again ${ms.toFixed(0)} ms after the consumer came back`);
    await assertDelivered(harness, first, second);
    await harness.stop();
    await Promise.all([first.close(), second.close()]);
  });
});
