import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { after, describe, it } from 'node:test';
import type { BrokerSettings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { startScriptedBroker } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { checkBroker } from './checkBroker.js';
import { Harness, settingsFor, stopHarnesses } from './harness.test.support.js';
import { Resolver } from './resolver.js';

after(stopHarnesses);

describe('Transport without a broker', () => {
  it('stops before it was started, and twice', async () => {
    const harness = new Harness(settingsFor(1, 'none'));
    await harness.put(3);
    await harness.transport.stop(600_000);
    await harness.transport.stop(600_000);
    assert.equal(harness.queue.stats().count, 3);
    await harness.stop();
  });

  it('goes on trying, through a log that throws, and tells the same fault only once at warn', async () => {
    const levels: string[] = [];
    const harness = new Harness(settingsFor(await freePort(), 'none', { reconnect: { initial: 0.01, maximum: 0.02 } }), {
      log: ({ level }) => {
        levels.push(level);
        throw new Error('the log is full');
      },
    });
    harness.transport.start();
    await harness.put(3);
    await until('some attempts', () => levels.length >= 4);
    await harness.transport.stop(600_000);
    assert.deepEqual([...new Set(levels.slice(1))], ['debug']);
    assert.equal(levels[0], 'warn');
    const { connected, lastError } = harness.transport.state();
    assert.deepEqual([connected, lastError?.code], [false, 'PSA_BROKER_UNREACHABLE']);
    assert.equal(harness.queue.stats().count, 3);
    await harness.stop();
  });

  it('takes its delays from the random source: a fleet with different ones does not come back in one moment', async () => {
    const waits: string[] = [];
    const harness = new Harness(settingsFor(await freePort(), 'none', { reconnect: { initial: 0.1, maximum: 0.4 } }), {
      random: () => 0.5,
      log: ({ message }) => { waits.push(/again in ([\d.]+) s/.exec(message)?.[1] ?? ''); },
    });
    harness.transport.start();
    await until('five attempts', () => waits.length >= 5);
    await harness.stop();
    // Half of 0.1, 0.2, 0.4, 0.4, ... to one decimal.
    assert.deepEqual(waits.slice(0, 5), ['0.1', '0.1', '0.2', '0.2', '0.2']);
  });

  it('a name server that does not answer: told as that, bounded, asked once at a time, and not waited for at the stop', async () => {
    const asked: string[] = [];
    const resolver = new Resolver((host) => {
      asked.push(host);
      return new Promise(() => undefined);
    });
    const harness = new Harness(settingsFor(1, 'none', { hostnames: ['hangs.example'], connectTimeout: 0.05, reconnect: { initial: 0.01, maximum: 0.02 } }), { resolver });
    await harness.put(3);
    harness.transport.start();
    await until('a lookup', () => asked.length > 0);
    assert.match(harness.transport.state().delivery.reason ?? '', /^the name "hangs\.example" is being resolved/);
    await until('some attempts', () => harness.failures.length >= 4);
    assert.match(harness.failures[0]?.message ?? '', /the name "hangs\.example" could not be resolved within 0\.05 s/);
    assert.equal(harness.failures[0]?.step, 'resolve');
    assert.deepEqual(asked, ['hangs.example']);
    const start = performance.now();
    await harness.transport.stop(600_000);
    assert.ok(performance.now() - start < 5000);
    assert.equal(harness.queue.stats().count, 3);
    await harness.stop();
    const check = await checkBroker(settingsFor(1, 'none', { hostnames: ['hangs.example'], connectTimeout: 0.05 }), { resolver });
    assert.deepEqual(check.steps.map(({ step, ok }) => [step, ok]), [['resolve', false]]);
    assert.match(check.error?.message ?? '', /could not be resolved within/);
  });

  it('tells when the state of the delivery has changed, and only then', async () => {
    const sockets: Socket[] = [];
    const broker = await startScriptedBroker({ opened: (socket) => { sockets.push(socket); } });
    const states: string[] = [];
    const harness: Harness = new Harness(settingsFor(broker.port, 'e', { reconnect: { initial: 600, maximum: 600 } }), { random: () => 1, changed: () => { states.push(harness.transport.state().delivery.state); } });
    harness.transport.start();
    await until('the connection', () => harness.transport.state().connected);
    await harness.put(3);
    await until('the samples', () => harness.transport.state().published === 3);
    assert.deepEqual(states, ['idle']);
    sockets[0]?.destroy();
    await until('the loss', () => !harness.transport.state().connected);
    assert.deepEqual(states, ['idle', 'unreachable']);
    await harness.stop();
    await broker.close();
  });

  it('warns at every start of a password in clear to another host', async () => {
    const resolver = new Resolver(() => new Promise(() => undefined));
    const lines = async (more: Partial<BrokerSettings>): Promise<number> => {
      const harness = new Harness(settingsFor(1, 'none', more), { resolver });
      harness.transport.start();
      await harness.stop();
      return harness.told('cleartext').filter(({ level, message }) => level === 'warn' && /in clear/.test(message)).length;
    };
    for (const host of ['rabbit.example', '10.0.0.1', 'localhost.example', '2001:db8::1']) assert.equal(await lines({ hostnames: ['localhost', host] }), 1, host);
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', hostname()]) assert.equal(await lines({ hostnames: [host] }), 0, host);
    assert.equal(await lines({ hostnames: ['rabbit.example'], tls: { enabled: true, verify: true } }), 0);
  });
});
