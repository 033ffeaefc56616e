import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startProxy, type FaultProxy } from '../test/support/proxy.js';
import { until } from '../test/support/wait.js';
import { assertDelivered, Consumer, lookupTimeout, openBroker, Harness, settingsFor } from './harness.test.support.js';

// What becomes of samples where the connection, the host or the broker does not hold.

const broker = await openBroker();

/** Streams samples through a fault; afterwards everything must have arrived, in order. */
async function through(
  t: TestContext,
  exchange: string,
  fault: (harness: Harness) => Promise<void>,
  port = broker.port,
  more: Parameters<typeof settingsFor>[2] = {},
): Promise<Harness> {
  const consumer = await Consumer.open(broker.port, exchange);
  const harness = new Harness(settingsFor(port, exchange, more));
  harness.transport.start();
  const end = harness.stream();
  try {
    await until('the first samples', () => consumer.messages.length > 50);
    await fault(harness);
    const published = harness.transport.state().published;
    const recovery = await until('samples after the fault', () => harness.transport.state().published > published);
    await end();
    await assertDelivered(harness, consumer);
    await until('the last confirm', () => harness.transport.state().published === harness.taken);
    t.diagnostic(`recovered ${recovery.toFixed(0)} ms after the fault ended; ${String(harness.taken)} samples, ${String(consumer.repeats)} repeats, ${String(harness.transport.state().reconnects)} reconnects`);
  } finally {
    await end();
    await harness.stop();
    await consumer.close();
  }
  return harness;
}

async function proxied(run: (proxy: FaultProxy) => Promise<void>): Promise<void> {
  const proxy = await startProxy(broker.port);
  try {
    await run(proxy);
  } finally {
    await proxy.close();
  }
}

describe('faults, nothing lost and each metric in order', () => {
  it('connections closed from the broker', async (t) => {
    const harness = await through(t, 'closed', async (harness) => {
      for (let round = 0; round < 2; round += 1) {
        const { reconnects } = harness.transport.state();
        await closePublisher();
        await until('the reconnect', () => harness.transport.state().reconnects > reconnects && harness.transport.state().connected);
      }
    });
    assert.ok(harness.told('connectionLost').every(({ code, address }) => code === 'PSA_BROKER_UNREACHABLE' && address !== undefined));
  });

  it('a memory alarm: pauses, also beyond the confirm timeout, and goes on', async (t) => {
    const harness = await through(t, 'alarm', async (harness) => {
      await broker.ctl('set_vm_memory_high_watermark', '0');
      await until('the block', () => harness.transport.state().blocked);
      await delay(4000);
      assert.equal(harness.transport.state().reconnects, 0, 'a blocked connection is not a dead one');
      await broker.ctl('set_vm_memory_high_watermark', '0.6');
      await until('the unblock', () => !harness.transport.state().blocked);
    });
    assert.deepEqual([harness.told('blocked').length, harness.told('unblocked').length], [1, 1]);
  });

  it('TCP reset', async (t) => {
    await proxied(async (proxy) => {
      await through(t, 'reset', async (harness) => {
        for (let round = 0; round < 5; round += 1) {
          const { reconnects } = harness.transport.state();
          proxy.reset();
          await until('the reconnect', () => harness.transport.state().reconnects > reconnects && harness.transport.state().connected);
          await delay(100);
        }
      }, proxy.port);
    });
  });

  it('a black hole: the connection is given up for want of a confirm', async (t) => {
    await proxied(async (proxy) => {
      const harness = await through(t, 'hole', async (harness) => {
        proxy.blackHole();
        await until('the loss', () => !harness.transport.state().connected);
        await until('a failed attempt', () => harness.failures.length > 0);
        proxy.forward();
      }, proxy.port, { confirmTimeout: 1, connectTimeout: 1, heartbeat: 0 });
      assert.match(harness.told('connectionLost')[0]?.message ?? '', /confirmed nothing for 1 s/);
      assert.match(harness.failures[0]?.message ?? '', /did not complete a connection within 1 s/);
    });
  });

  it('a black hole while idle: the heartbeat finds out', async () => {
    await proxied(async (proxy) => {
      const harness = new Harness(settingsFor(proxy.port, 'quiet', { heartbeat: 1 }));
      harness.transport.start();
      await until('the connection', () => harness.transport.state().connected);
      proxy.blackHole();
      await until('the loss', () => !harness.transport.state().connected);
      assert.match(harness.told('connectionLost')[0]?.message ?? '', /two heartbeats/);
      await until('a failed attempt', () => harness.failures.length > 0);
      const start = performance.now();
      await harness.stop();
      assert.ok(performance.now() - start < 10_000, 'stop does not wait for the dead');
    });
  });

  it('a slow link: the window stays small and nothing times out', async (t) => {
    await proxied(async (proxy) => {
      const consumer = await Consumer.open(broker.port, 'slow');
      const harness = new Harness(settingsFor(proxy.port, 'slow', { maxInFlight: 1000 }));
      proxy.slow(20_000);
      await harness.put(1000);
      harness.transport.start();
      await until('the backlog', () => harness.transport.state().published === 1000);
      assert.equal(harness.transport.state().reconnects, 0);
      await assertDelivered(harness, consumer);
      t.diagnostic(`repeats ${String(consumer.repeats)}`);
      await harness.stop();
      await consumer.close();
    });
  });

  it('several hostnames, the first dead: the next is used', async () => {
    const consumer = await Consumer.open(broker.port, 'hosts');
    const harness = new Harness(settingsFor(broker.port, 'hosts', { hostnames: ['127.0.0.2', 'no-such-host.invalid', '127.0.0.1'], connectTimeout: lookupTimeout }));
    harness.transport.start();
    await harness.put(50);
    await assertDelivered(harness, consumer);
    assert.deepEqual(harness.failures.map(({ step }) => step), ['connect', 'resolve']);
    assert.equal(harness.transport.state().address, `127.0.0.1:${String(broker.port)}`);
    await harness.stop();
    await consumer.close();
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`the broker ended with ${signal} and started again`, async (t) => {
      // A durable queue and persistent messages: what the broker confirmed is then on its disk.
      const queue = { name: signal };
      const first = await Consumer.open(broker.port, signal, queue);
      const harness = new Harness(settingsFor(broker.port, signal, { deliveryMode: 'persistent' }));
      harness.transport.start();
      const end = harness.stream();
      await until('the first samples', () => first.messages.length > 50);
      await broker.halt(signal);
      await until('the loss', () => !harness.transport.state().connected);
      await delay(500);
      const start = performance.now();
      await broker.resume();
      const second = await Consumer.open(broker.port, signal, queue);
      const up = performance.now();
      const published = harness.transport.state().published;
      await until('samples again', () => harness.transport.state().published > published);
      t.diagnostic(`samples ${(performance.now() - up).toFixed(0)} ms after the consumer, which was there ${(up - start).toFixed(0)} ms after the start`);
      await end();
      await assertDelivered(harness, first, second);
      t.diagnostic(`${String(harness.taken)} samples, ${String(first.messages.length + second.messages.length - harness.taken)} repeats`);
      await harness.stop();
      await Promise.all([first.close(), second.close()]);
    });
  }
});

/** Closes the connections of publishers, as `rabbitmqctl close_all_connections` does, but not the consumer's. */
async function closePublisher(): Promise<void> {
  const ours = 'string:find(io_lib:format("~0p", [catch rabbit_reader:info(Pid, [client_properties])]), "psutil-agent") =/= nomatch';
  assert.notEqual(await broker.ctl('eval', `[rabbit_networking:close_connection(Pid, "test") || Pid <- rabbit_networking:connections(), ${ours}].`), '[]');
}
