import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { BrokerSettings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { psutilAgent } from '../test/support/command.js';
import { until } from '../test/support/wait.js';
import { checkBroker } from './checkBroker.js';
import { Consumer, lookupTimeout, openBroker, Harness, secret, settingsFor } from './harness.test.support.js';

const broker = await openBroker();
const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-access-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

function agent(exchange: string, more: Partial<BrokerSettings> = {}): BrokerSettings {
  return settingsFor(broker.port, exchange, { username: 'agent', password: { kind: 'plain', password: secret }, ...more });
}

/** Nothing told by a harness or found by a check may carry the password. */
function assertNoSecret(...told: unknown[]): void {
  assert.doesNotMatch(JSON.stringify(told), new RegExp(secret));
}

const refusals: readonly { readonly name: string; readonly more: Partial<BrokerSettings> | (() => Promise<Partial<BrokerSettings>>); readonly step: string; readonly code: string; readonly message: RegExp }[] = [
  { name: 'a wrong password', more: { password: { kind: 'plain', password: `${secret}x` } }, step: 'login', code: 'PSA_BROKER_REFUSED', message: /refused the login of user "agent".*password/ },
  { name: 'an unknown user', more: { username: 'nobody' }, step: 'login', code: 'PSA_BROKER_REFUSED', message: /refused the login of user "nobody"/ },
  { name: 'a vhost that is not there', more: { vhost: 'no/such vhost' }, step: 'vhost', code: 'PSA_BROKER_REFUSED', message: /refused the virtual host "no\/such vhost" to user "agent"/ },
  { name: 'a port nobody listens at', more: async () => ({ port: await freePort() }), step: 'connect', code: 'PSA_BROKER_UNREACHABLE', message: /nobody listens at 127\.0\.0\.1:\d+.*broker\.port.*ECONNREFUSED/ },
  { name: 'an unknown host', more: { hostnames: ['no-such-host.invalid'], connectTimeout: lookupTimeout }, step: 'resolve', code: 'PSA_BROKER_UNREACHABLE', message: /the name "no-such-host\.invalid" is not known/ },
  { name: 'a host name that is none', more: { hostnames: ['bad host#'], connectTimeout: lookupTimeout }, step: 'resolve', code: 'PSA_BROKER_UNREACHABLE', message: /"bad host#"/ },
  { name: 'a user who may not publish', more: { username: 'reader' }, step: 'publish', code: 'PSA_BROKER_REFUSED', message: /does not let user "reader" publish to.*write permission/ },
  { name: 'a user who may not declare, and no exchange', more: { username: 'writer' }, step: 'exchange', code: 'PSA_BROKER_REFUSED', message: /does not let user "writer" declare.*configure permission/ },
  { name: 'an internal exchange', more: { exchange: { name: 'inner', type: 'topic' as const, durable: false, autoDelete: true, internal: true } }, step: 'publish', code: 'PSA_BROKER_REFUSED', message: /internal/ },
  { name: 'a password file that is not there', more: { password: { kind: 'file' as const, path: '/no/such/file' } }, step: 'login', code: 'PSA_SECRET_UNAVAILABLE', message: /\/no\/such\/file cannot be read/ },
];

describe('refusals, each in its own words', () => {
  for (const [index, { name, more, step, code, message }] of refusals.entries()) {
    it(name, async () => {
      const settings = agent(`refused-${String(index)}`, typeof more === 'function' ? await more() : more);
      const harness = new Harness(settings);
      harness.transport.start();
      await harness.put(1);
      await until('the refusal', () => harness.failures.length > 0);
      const [event] = harness.failures;
      assert.match(event?.message ?? '', message);
      assert.equal(event?.code, code);
      if (code !== 'PSA_SECRET_UNAVAILABLE') assert.equal(event.step, step);
      assert.equal(harness.transport.state().lastError?.code, code);
      assert.equal(harness.queue.stats().count, 1);
      const check = await checkBroker(settings);
      assert.equal(check.ok, false);
      assert.equal(check.error?.code, code);
      assert.match(check.error.message, name === 'a host name that is none' ? /bad host#/ : message);
      assert.equal(check.steps.at(-1)?.step, step);
      assert.deepEqual(check.steps.map(({ ok }) => ok), check.steps.map((_, index) => index < check.steps.length - 1));
      assertNoSecret(harness.lines, harness.transport.state(), check, check.error.stack);
      await harness.stop();
    });
  }

  it('a port that takes connections and says nothing', async () => {
    // What is sent to it is taken, or it would never learn that the other end has gone, and keep this process.
    const server = createServer((socket) => { socket.on('error', () => undefined).resume(); });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const check = await checkBroker(agent('silent', { port: address.port, connectTimeout: 1 }));
    assert.deepEqual(check.steps.map(({ step, ok }) => [step, ok]), [['resolve', true], ['connect', true], ['login', false]]);
    assert.match(check.error?.message ?? '', /did not answer as RabbitMQ/);
    server.close();
  });

  it('a port that speaks something else', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const check = await checkBroker(agent('http', { port: address.port }));
    assert.match(check.error?.message ?? '', /ended the AMQP handshake/);
    server.close();
  });
});

describe('what is put right while it runs', () => {
  it('a password file that is rewritten', async () => {
    const path = join(folder, 'password');
    await writeFile(path, 'not yet\n');
    const consumer = await Consumer.open(broker.port, 'rotated');
    const harness = new Harness(agent('rotated', { password: { kind: 'file', path } }));
    harness.transport.start();
    await harness.put(3);
    await until('the refusal', () => harness.failures.length > 0);
    await writeFile(path, `\uFEFF${secret}\r\nsecond line\n`);
    await until('the samples', () => consumer.firsts.length === 3);
    // And changed on the broker: the open connection stays, the next one needs the new password.
    await broker.ctl('change_password', 'agent', `${secret}2`);
    await broker.ctl('close_all_connections', 'rotation');
    await until('the refusal', () => harness.transport.state().delivery.state === 'refused');
    await writeFile(path, `${secret}2`);
    await until('the connection', () => harness.transport.state().connected);
    await broker.ctl('change_password', 'agent', secret);
    assertNoSecret(harness.lines, harness.transport.state());
    await harness.stop();
    await consumer.close();
  });

  it('a password in DPAPI is unprotected on every attempt', async () => {
    let calls = 0;
    const harness = new Harness(agent('dpapi', { password: { kind: 'dpapi', blob: Buffer.from('blob').toString('base64') } }), {
      unprotect: async (blob) => {
        calls += 1;
        assert.equal(blob.toString(), 'blob');
        if (calls === 1) throw new Error('key not available');
        return await Promise.resolve(Buffer.from(secret));
      },
    });
    harness.transport.start();
    await until('the connection', () => harness.transport.state().connected);
    assert.equal(calls, 2);
    assert.match(harness.failures[0]?.message ?? '', /cannot be unprotected \(key not available\)/);
    await harness.stop();
  });

  it('a permission to publish', async () => {
    const consumer = await Consumer.open(broker.port, 'granted');
    const harness = new Harness(agent('granted', { username: 'reader' }));
    harness.transport.start();
    await harness.put(20);
    await until('the refusal', () => harness.failures.length > 0);
    await broker.ctl('set_permissions', 'reader', '.*', '.*', '.*');
    await until('the samples', () => consumer.firsts.length === 20);
    await broker.ctl('set_permissions', 'reader', '.*', '', '.*');
    await harness.stop();
    await consumer.close();
  });
});

describe('the exchange', () => {
  it('exists with other flags: used as it is, and said once', async () => {
    const connection = await connect({ hostname: '127.0.0.1', port: broker.port });
    const channel = await connection.createChannel();
    await channel.assertExchange('other', 'topic', { durable: true, autoDelete: false });
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, 'other', '#');
    const harness = new Harness(agent('other'));
    harness.transport.start();
    await harness.put(10);
    await until('the samples', () => harness.transport.state().published === 10);
    const { reconnects } = harness.transport.state();
    assert.equal(reconnects, 0);
    assert.equal((await channel.checkQueue(queue)).messageCount, 10);
    assert.equal(harness.told('passive').length, 1);
    assert.match(harness.told('passive')[0]?.message ?? '', /"other" is used as it is: .*inequivalent/);
    const check = await checkBroker(agent('other'));
    assert.equal(check.ok, true);
    assert.match(check.steps.find(({ step }) => step === 'exchange')?.detail ?? '', /used as it is: its durable is true, the settings' is false .*broker\.exchange\.durable/);
    await harness.stop();
    await channel.deleteExchange('other');
    await connection.close();
  });

  it('exists and may not be declared by this user: used as it is', async () => {
    const consumer = await Consumer.open(broker.port, 'theirs');
    const harness = new Harness(agent('theirs', { username: 'writer' }));
    harness.transport.start();
    await harness.put(5);
    await until('the samples', () => consumer.firsts.length === 5);
    assert.equal(harness.told('passive').length, 1);
    await harness.stop();
    await consumer.close();
  });
});

describe('consume', () => {
  const settings = (more: object = {}): string => JSON.stringify({
    psutil_config: [{ method: 'cpu_count', interval: 0.2 }, { method: 'virtual_memory', interval: 0.2 }],
    node: { deployment_id: 'shop', node_id: 'web_1' }, publish: { units: true },
    broker: { hostnames: ['127.0.0.2', '127.0.0.1'], port: broker.port, username: 'agent', password: secret, exchange: { name: 'seen' }, ...more },
  });

  it('shows what a collector held because nobody was bound, as it came, and ends after so many', async () => {
    const data = await mkdtemp(join(folder, 'consume-'));
    const file = join(data, 'settings.json');
    await writeFile(file, JSON.stringify({ ...JSON.parse(settings()) as object, spool: { path: join(data, 'spool') }, status: { path: data }, log: { path: data } }));
    const collector = psutilAgent(['run', '--config', file, '--duration', '30']);
    const received = await psutilAgent(['consume', '--config', '-', '--count', '12'], { stdin: settings() });
    assert.equal(received.code, 0, received.err);
    const bodies = received.out.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(bodies.length, 12);
    assert.ok(bodies.every(({ node_id: id, deployment_id: deployment }) => id === 'web_1' && deployment === 'shop'), received.out);
    assert.ok(bodies.some(({ name, unit }) => name === 'virtual_memory' && unit === 'B'), received.out);
    assert.match(received.err, /^bound to seen at 127\.0\.0\.1:\d+ with shop; Ctrl-C ends$/m);
    await writeFile(join(data, 'stop'), '');
    assert.equal((await collector).code, 0);
    assertNoSecret(received);
  });

  it('says that fewer came than were asked for, which nobody sends', async () => {
    const { code, err } = await psutilAgent(['consume', '--config', '-', '--count', '1', '--duration', '0.5'], { stdin: settings() });
    assert.equal(code, 4);
    assert.match(err, /expected 1 messages within 0\.5 s, found 0: .*routing key shop/);
  });

  it('says why it cannot be had, in the words of check-broker', async () => {
    const { code, err } = await psutilAgent(['consume', '--config', '-'], { stdin: settings({ hostnames: ['127.0.0.1'], password: `${secret}x` }) });
    assert.equal(code, 4);
    assert.match(err, /refused the login of user "agent"/);
    assertNoSecret(err);
    const none = await psutilAgent(['consume', '--config', '-'], { stdin: '[{"method": "cpu_count", "interval": 1}]' });
    assert.equal(none.code, 3);
    assert.match(none.err, /expected the key broker, found none/);
  });

  it('shows messages that are no samples of ours on one line each, and nothing that steers a terminal', async () => {
    const received = psutilAgent(['consume', '--config', '-', '--count', '3', '--key', '#'], { stdin: settings() });
    const connection = await connect({ hostname: '127.0.0.1', port: broker.port });
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    const ended = new AbortController();
    void received.then(() => { ended.abort(); });
    // Nothing that is sent before the queue is bound arrives. The exchange goes with the consumer that has enough, and what is published then closes the channel.
    while (!ended.signal.aborted) {
      if (await channel.assertExchange('seen', 'topic', { durable: false, autoDelete: true, internal: false }).then(() => false, () => true)) break;
      for (const body of ['\u001b[2Jno sample', '{"time": 1}\n{}', 'x'.repeat(100_000)]) channel.publish('seen', 'any.key', Buffer.from(body));
      await delay(50);
    }
    await connection.close();
    const { code, out, err } = await received;
    assert.equal(code, 0, err);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.deepEqual(lines.map((line) => line.slice(0, 20)).sort(), ['\\u001b[2Jno sample', 'x'.repeat(20), '{"time": 1}\\n{}']);
    assert.ok(lines.every((line) => line.length <= 4096));
  });
});

describe('check-broker', () => {
  it('goes through every step, delivers nothing and leaves nothing behind', async () => {
    const check = await checkBroker(agent('checked'));
    assert.deepEqual(check.steps.map(({ step, ok }) => [step, ok]), [
      ['resolve', true], ['connect', true], ['login', true], ['vhost', true], ['exchange', true], ['publish', true], ['binding', true],
    ]);
    assert.equal(check.ok, true);
    assert.match(check.steps.at(-3)?.detail ?? '', /was declared \(topic, not durable, auto-delete\), and is removed/);
    assert.match(check.steps.at(-1)?.detail ?? '', /no queue is bound, for the exchange was not there/);
    const exchanges = await broker.ctl('list_exchanges', 'name');
    assert.match(exchanges, /amq\.topic/);
    assert.doesNotMatch(exchanges, /checked/);
    const consumer = await Consumer.open(broker.port, 'checked');
    const there = await checkBroker(agent('checked'));
    assert.equal(there.ok, true);
    assert.match(there.steps.find(({ step }) => step === 'exchange')?.detail ?? '', /is there, declared as the settings have it/);
    assert.match(there.steps.at(-1)?.detail ?? '', /is not known/);
    const harness = new Harness(agent('checked'));
    harness.transport.start();
    await harness.put(1);
    await until('a sample', () => consumer.messages.length > 0);
    assert.equal(consumer.messages.length, 1, 'the sample is all that came');
    await harness.stop();
    await consumer.close();
  });

  it('is well when one of the hosts is', async () => {
    const check = await checkBroker(agent('checked', { hostnames: ['127.0.0.2', '127.0.0.1'] }));
    assert.equal(check.ok, true);
    assert.deepEqual(check.steps.filter(({ ok }) => !ok).map(({ host, step }) => [host, step]), [['127.0.0.2', 'connect']]);
  });
});
