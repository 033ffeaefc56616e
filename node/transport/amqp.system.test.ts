import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, startBroker, type TestBroker } from '../testing/broker.js';
import { startProxy, type FaultProxy } from '../testing/proxy.js';
import { until } from '../testing/wait.js';
import { assertDelivered, Consumer, lookupTimeout, Rig, settingsFor, stopRigs } from './rig.test.support.js';

let broker: TestBroker;
const unhandled: string[] = [];
const note = (error: unknown) => { unhandled.push(error instanceof Error ? (error.stack ?? error.message) : String(error)); };

before(async () => {
  process.on('unhandledRejection', note);
  broker = await startBroker();
});
after(async () => {
  await stopRigs();
  await broker.stop();
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});

/** Streams samples through a fault; afterwards everything must have arrived, in order. */
async function through(
  t: TestContext,
  exchange: string,
  fault: (rig: Rig) => Promise<void>,
  port = broker.port,
  more: Parameters<typeof settingsFor>[2] = {},
): Promise<Rig> {
  const consumer = await Consumer.open(broker.port, exchange);
  const rig = new Rig(settingsFor(port, exchange, more));
  rig.transport.start();
  const end = rig.stream();
  try {
    await until('the first samples', () => consumer.messages.length > 50);
    await fault(rig);
    const published = rig.transport.state().published;
    const recovery = await until('samples after the fault', () => rig.transport.state().published > published);
    await end();
    await assertDelivered(rig, consumer);
    await until('the last confirm', () => rig.transport.state().published === rig.taken);
    t.diagnostic(`recovered ${recovery.toFixed(0)} ms after the fault ended; ${String(rig.taken)} samples, ${String(consumer.repeats)} repeats, ${String(rig.transport.state().reconnects)} reconnects`);
  } finally {
    await end();
    await rig.stop();
    await consumer.close();
  }
  return rig;
}

async function proxied(run: (proxy: FaultProxy) => Promise<void>): Promise<void> {
  const proxy = await startProxy(broker.port);
  try {
    await run(proxy);
  } finally {
    await proxy.close();
  }
}

describe('delivery', () => {
  it('sends exact bodies and properties to a consumer that declares the exchange as the predecessor did', async () => {
    const consumer = await Consumer.open(broker.port, 'exact');
    const rig = new Rig(settingsFor(broker.port, 'exact', { appId: 'my-app' }));
    rig.transport.start();
    const body = '{"name":"cpu","metric":0,"unit":"","note":"ü 18446744073709551615"}';
    await rig.queue.put([{ id: 'one', time: 1_700_000_000, routingKey: 'some.deployment', body }]);
    await until('the sample', () => consumer.messages.length === 1);
    const [message] = consumer.messages;
    assert.equal(message?.content.toString('utf8'), body);
    assert.equal(message.fields.routingKey, 'some.deployment');
    assert.equal(message.fields.exchange, 'exact');
    const set = Object.entries(message.properties).filter(([, value]) => value !== undefined);
    assert.deepEqual(Object.fromEntries(set), {
      contentType: 'application/json', appId: 'my-app', timestamp: 1_700_000_000, messageId: 'one', deliveryMode: 1, headers: {},
    });
    await until('its removal', () => rig.queue.stats().count === 0);
    const state = rig.transport.state();
    assert.ok(state.connected && state.connectedSince !== undefined && state.lastPublished !== undefined);
    assert.equal(state.host, `127.0.0.1:${String(broker.port)}`);
    await rig.stop();
    assert.equal(rig.transport.state().connected, false);
    await consumer.close();
  });

  it('marks messages persistent when told to', async () => {
    const consumer = await Consumer.open(broker.port, 'persistent');
    const rig = new Rig(settingsFor(broker.port, 'persistent', { deliveryMode: 'persistent' }));
    rig.transport.start();
    await rig.put(1);
    await until('the sample', () => consumer.messages.length === 1);
    assert.equal(consumer.messages[0]?.properties.deliveryMode, 2);
    await rig.stop();
    await consumer.close();
  });

  it('drains a backlog at no more than drainRate', async (t) => {
    const consumer = await Consumer.open(broker.port, 'drain');
    for (const [drainRate, count] of [[1000, 3000], [1e6, 30_000]] as const) {
      const rig = new Rig(settingsFor(broker.port, 'drain', { drainRate, window: 256 }));
      await rig.put(count);
      consumer.messages.length = 0;
      const start = performance.now();
      rig.transport.start();
      await until('the backlog', () => rig.transport.state().published === count);
      const ms = performance.now() - start;
      t.diagnostic(`drainRate ${String(drainRate)}: ${((count / ms) * 1000).toFixed(0)} samples/s`);
      // A quarter of a second's worth goes at once.
      if (drainRate === 1000) assert.ok(ms >= 2700, `3000 samples took ${String(ms)} ms`);
      await assertDelivered(rig, consumer);
      await rig.stop();
    }
    await consumer.close();
  });

  it('flushes at stop, and leaves what it cannot send in the queue', async () => {
    const consumer = await Consumer.open(broker.port, 'flush');
    const rig = new Rig(settingsFor(broker.port, 'flush'));
    await rig.put(500);
    // Not even connected yet: the first attempt is waited for.
    rig.transport.start();
    await rig.transport.stop(30_000);
    assert.equal(rig.queue.stats().count, 0);
    await until('all of them', () => consumer.firsts.length === 500);
    await consumer.close();
    await rig.stop();

    const away = new Rig(settingsFor(await freePort(), 'flush'));
    await away.put(10);
    away.transport.start();
    await until('a refused attempt', () => away.told('failed').length > 0);
    await away.transport.stop(30_000);
    assert.equal(away.queue.stats().count, 10);
    await away.stop();
  });
});

describe('faults, nothing lost and each metric in order', () => {
  it('the last consumer leaves and the exchange with it: held, then sent in order to the next', async (t) => {
    const first = await Consumer.open(broker.port, 'vanish');
    const rig = new Rig(settingsFor(broker.port, 'vanish'));
    rig.transport.start();
    await rig.put(100);
    await until('the first 100', () => first.messages.length === 100 && rig.queue.stats().count === 0);
    await first.close();
    await rig.put(1);
    await until('the hold', () => rig.transport.state().unroutable);
    assert.equal(rig.told('reopening').length, 1, 'the vanished exchange is told once');
    assert.equal(rig.transport.state().reconnects, 0, 'and costs no connection');
    await rig.put(500);
    const { returned } = rig.transport.state();
    await delay(1500);
    assert.ok(rig.transport.state().returned - returned <= 10, 'probes are few');
    assert.equal(rig.queue.stats().count, 501);
    const second = await Consumer.open(broker.port, 'vanish');
    const ms = await until('the held samples', () => second.firsts.length === 501);
    t.diagnostic(`held samples were there ${ms.toFixed(0)} ms after the consumer; ${String(second.repeats)} repeats`);
    await assertDelivered(rig, first, second);
    assert.equal(rig.transport.state().unroutable, false);
    assert.equal(rig.told('routed').length, 1);
    await rig.stop();
    await second.close();
  });

  it('stops at once while samples are held', async () => {
    const rig = new Rig(settingsFor(broker.port, 'held'));
    rig.transport.start();
    await rig.put(20);
    await until('the hold', () => rig.transport.state().unroutable);
    const start = performance.now();
    await rig.transport.stop(60_000);
    assert.ok(performance.now() - start < 30_000);
    assert.equal(rig.queue.stats().count, 20);
    await rig.stop();
  });

  it('publish.unroutable drop: lets them go and counts', async () => {
    const rig = new Rig(settingsFor(broker.port, 'nobody'), { unroutable: 'drop' });
    rig.transport.start();
    await rig.put(200);
    await until('the drops', () => rig.transport.state().unroutableDropped === 200 && rig.queue.stats().count === 0);
    assert.equal(rig.transport.state().published, 0);
    assert.equal(rig.transport.state().unroutable, false);
    await rig.stop();
  });

  it('consumers come and go while samples stream', async (t) => {
    const rig = new Rig(settingsFor(broker.port, 'churn'));
    rig.transport.start();
    const end = rig.stream();
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
    await until('the rest', () => rig.queue.stats().count === 0);
    const { returned, published } = rig.transport.state();
    t.diagnostic(`${String(rig.taken)} samples, ${String(published)} published, ${String(returned)} returned`);
    assert.equal(published, rig.taken);
    await rig.stop();
    await Promise.all(consumers.map((one) => one.close()));
  });

  it('connections closed from the broker', async (t) => {
    const rig = await through(t, 'closed', async (rig) => {
      for (let round = 0; round < 2; round += 1) {
        const { reconnects } = rig.transport.state();
        await closePublisher();
        await until('the reconnect', () => rig.transport.state().reconnects > reconnects && rig.transport.state().connected);
      }
    });
    assert.ok(rig.told('disconnected').every(({ code, host }) => code === 'PSA_BROKER_UNREACHABLE' && host !== undefined));
  });

  it('the exchange deleted under it', async (t) => {
    const second: Consumer[] = [];
    const first = await Consumer.open(broker.port, 'deleted');
    const rig = new Rig(settingsFor(broker.port, 'deleted'));
    rig.transport.start();
    const end = rig.stream();
    await until('the first samples', () => first.messages.length > 50);
    await broker.ctl('eval', 'rabbit_exchange:delete(rabbit_misc:r(<<"/">>, exchange, <<"deleted">>), false, <<"test">>).');
    await until('the hold', () => rig.transport.state().unroutable);
    second.push(await Consumer.open(broker.port, 'deleted'));
    const ms = await until('samples again', () => (second[0]?.messages.length ?? 0) > 0);
    await end();
    t.diagnostic(`samples again ${ms.toFixed(0)} ms after the consumer came back`);
    await assertDelivered(rig, first, ...second);
    await rig.stop();
    await Promise.all([first, ...second].map((one) => one.close()));
  });

  it('a memory alarm: pauses, also beyond the confirm timeout, and goes on', async (t) => {
    const rig = await through(t, 'alarm', async (rig) => {
      await broker.ctl('set_vm_memory_high_watermark', '0');
      await until('the block', () => rig.transport.state().blocked);
      await delay(4000);
      assert.equal(rig.transport.state().reconnects, 0, 'a blocked connection is not a dead one');
      await broker.ctl('set_vm_memory_high_watermark', '0.6');
      await until('the unblock', () => !rig.transport.state().blocked);
    });
    assert.deepEqual([rig.told('blocked').length, rig.told('unblocked').length], [1, 1]);
  });

  it('TCP reset', async (t) => {
    await proxied(async (proxy) => {
      await through(t, 'reset', async (rig) => {
        for (let round = 0; round < 5; round += 1) {
          const { reconnects } = rig.transport.state();
          proxy.reset();
          await until('the reconnect', () => rig.transport.state().reconnects > reconnects && rig.transport.state().connected);
          await delay(100);
        }
      }, proxy.port);
    });
  });

  it('a black hole: the connection is given up for want of a confirm', async (t) => {
    await proxied(async (proxy) => {
      const rig = await through(t, 'hole', async (rig) => {
        proxy.blackHole();
        await until('the loss', () => !rig.transport.state().connected);
        await until('a failed attempt', () => rig.told('failed').length > 0);
        proxy.forward();
      }, proxy.port, { confirmTimeout: 1, connectTimeout: 1, heartbeat: 0 });
      assert.match(rig.told('disconnected')[0]?.message ?? '', /confirmed nothing for 1 s/);
      assert.match(rig.told('failed')[0]?.message ?? '', /did not complete a connection within 1 s/);
    });
  });

  it('a black hole while idle: the heartbeat finds out', async () => {
    await proxied(async (proxy) => {
      const rig = new Rig(settingsFor(proxy.port, 'quiet', { heartbeat: 1 }));
      rig.transport.start();
      await until('the connection', () => rig.transport.state().connected);
      proxy.blackHole();
      await until('the loss', () => !rig.transport.state().connected);
      assert.match(rig.told('disconnected')[0]?.message ?? '', /two heartbeats/);
      await until('a failed attempt', () => rig.told('failed').length > 0);
      const start = performance.now();
      await rig.stop();
      assert.ok(performance.now() - start < 10_000, 'stop does not wait for the dead');
    });
  });

  it('a slow link: the window stays small and nothing times out', async (t) => {
    await proxied(async (proxy) => {
      const consumer = await Consumer.open(broker.port, 'slow');
      const rig = new Rig(settingsFor(proxy.port, 'slow', { window: 1000 }));
      proxy.slow(20_000);
      await rig.put(1000);
      rig.transport.start();
      await until('the backlog', () => rig.transport.state().published === 1000);
      assert.equal(rig.transport.state().reconnects, 0);
      await assertDelivered(rig, consumer);
      t.diagnostic(`repeats ${String(consumer.repeats)}`);
      await rig.stop();
      await consumer.close();
    });
  });

  it('several hostnames, the first dead: the next is used', async () => {
    const consumer = await Consumer.open(broker.port, 'hosts');
    const rig = new Rig(settingsFor(broker.port, 'hosts', { hostnames: ['127.0.0.2', 'no-such-host.invalid', '127.0.0.1'], connectTimeout: lookupTimeout }));
    rig.transport.start();
    await rig.put(50);
    await assertDelivered(rig, consumer);
    assert.deepEqual(rig.told('failed').map(({ step }) => step), ['connect', 'resolve']);
    assert.equal(rig.transport.state().host, `127.0.0.1:${String(broker.port)}`);
    await rig.stop();
    await consumer.close();
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`the broker ended with ${signal} and started again`, async (t) => {
      // A durable queue and persistent messages: what the broker confirmed is then on its disk.
      const queue = { name: signal };
      const first = await Consumer.open(broker.port, signal, queue);
      const rig = new Rig(settingsFor(broker.port, signal, { deliveryMode: 'persistent' }));
      rig.transport.start();
      const end = rig.stream();
      await until('the first samples', () => first.messages.length > 50);
      await broker.halt(signal);
      await until('the loss', () => !rig.transport.state().connected);
      await delay(500);
      const start = performance.now();
      await broker.resume();
      const second = await Consumer.open(broker.port, signal, queue);
      const up = performance.now();
      const published = rig.transport.state().published;
      await until('samples again', () => rig.transport.state().published > published);
      t.diagnostic(`samples ${(performance.now() - up).toFixed(0)} ms after the consumer, which was there ${(up - start).toFixed(0)} ms after the start`);
      await end();
      await assertDelivered(rig, first, second);
      t.diagnostic(`${String(rig.taken)} samples, ${String(first.messages.length + second.messages.length - rig.taken)} repeats`);
      await rig.stop();
      await Promise.all([first.close(), second.close()]);
    });
  }
});

/** Closes the connections of publishers, as `rabbitmqctl close_all_connections` does, but not the consumer's. */
async function closePublisher(): Promise<void> {
  const table = await broker.ctl('list_connections', 'pid', 'client_properties');
  for (const line of table.split('\n')) {
    const pid = /^<[\d.]+>|^<\S+>/.exec(line)?.[0];
    if (pid !== undefined && line.includes('psutil-agent')) await broker.ctl('close_connection', pid, 'test');
  }
}
