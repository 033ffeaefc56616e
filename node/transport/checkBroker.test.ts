import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BrokerSettings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { method, shortString, u16, u32 } from '../test/support/amqpFrames.js';
import { closeChannel, methodOf, startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { checkBroker, type BrokerCheck } from './checkBroker.js';
import { settingsFor } from './harness.test.support.js';
import { Resolver } from './resolver.js';

const settings = (port: number, more: Partial<BrokerSettings> = {}): BrokerSettings =>
  settingsFor(port, 'e', { connectTimeout: 20, hostnames: ['rabbit'], username: 'u', vhost: 'v', routingKey: 'k', ...more });
const resolver = new Resolver(() => Promise.resolve([{ address: '127.0.0.1', family: 4 }]));

/** What a check of a scripted broker finds, and the channel's methods that it called, `p` where it only looks for the exchange. */
async function checked(answers: Readonly<Record<string, readonly (number | undefined)[]>>, script: Script = {}, more: Partial<BrokerSettings> = {}, why = 'for '): Promise<{ check: BrokerCheck; asked: string[]; headers: string[]; port: number }> {
  const asked: string[] = [];
  const headers: string[] = [];
  const counts: Record<string, number> = {};
  const broker = await startScriptedBroker({
    received: (socket, received) => {
      const { channel, payload } = received;
      let name = methodOf(received);
      if (name === '40.10' && (payload.readUInt8(payload.indexOf('topic') === -1 ? payload.length - 5 : payload.indexOf('topic') + 5) & 1) === 1) name = 'p';
      if (channel !== 0 && !['', '20.10', '20.40', '20.41', '85.10'].includes(name)) asked.push(name);
      const code = answers[name]?.[counts[name] ?? 0];
      counts[name] = (counts[name] ?? 0) + 1;
      // A message without a number for its expiration is refused after all permissions.
      if (name === '60.40') socket.write(closeChannel(channel, code ?? 406, `for ${name}`));
      else if (code !== undefined) socket.write(closeChannel(channel, code, why === 'for ' ? `for ${name}` : why));
      if (received.type === 2) headers.push(payload.toString('latin1'));
      // What follows a message that is refused is let be.
      return name === '60.40' || code !== undefined || received.type === 2 || received.type === 3;
    },
    ...script,
  });
  try {
    return { check: await checkBroker(settings(broker.port, more), { resolver }), asked, headers, port: broker.port };
  } finally {
    await broker.close();
  }
}

const stepsOf = ({ steps }: BrokerCheck): string[] => steps.map(({ step, ok, detail, host }) => `${host} ${step} ${ok ? 'ok' : 'FAILED'}: ${detail}`);
const login = (port: number): string[] => [
  'rabbit resolve ok: 127.0.0.1', `rabbit connect ok: rabbit:${String(port)} accepts connections`, 'rabbit login ok: Rabbit 1.2.3 accepts user "u"', 'rabbit vhost ok: "v" is open to the user',
];
const publish = 'rabbit publish ok: the user may publish with the routing key "k"';

const unknownBinding = 'rabbit binding ok: whether a queue is bound is not known: AMQP tells it of a published sample only, and none was published; a running collector tells it in its status (delivery, unroutable), rabbitmqctl list_bindings anywhere';

describe('checkBroker', () => {
  it('finds an exchange that is there, and publishes nothing', async () => {
    const { check, asked, headers, port } = await checked({});
    assert.deepEqual(stepsOf(check), [...login(port), 'rabbit exchange ok: "e" is there, declared as the settings have it (topic, not durable, auto-delete)', publish, unknownBinding]);
    assert.deepEqual([check.ok, check.error], [true, undefined]);
    assert.deepEqual(asked, ['p', '40.10', '60.40']);
    // With an expiration that is a number, or none, it would reach a consumer.
    assert.deepEqual(headers.map((header) => header.endsWith('\u0005check')), [true]);
  });

  it('takes a broker that says nothing of itself, or what is no text', async () => {
    const number = Buffer.concat([shortString('product'), Buffer.from('I'), u32(7)]);
    for (const properties of [Buffer.alloc(0), number]) {
      const { check } = await checked({}, { properties });
      assert.deepEqual([check.ok, check.steps.find(({ step }) => step === 'login')?.detail], [true, 'the broker of no version accepts user "u"']);
    }
  });

  it('declares one that is not, and takes it away again', async () => {
    const { check, asked, port } = await checked({ p: [404] });
    assert.deepEqual(stepsOf(check), [...login(port), 'rabbit exchange ok: "e" was declared (topic, not durable, auto-delete), and is removed again', publish, 'rabbit binding ok: no queue is bound, for the exchange was not there: samples are handled as publish.unroutable says until one is']);
    assert.deepEqual(asked, ['p', '40.10', '60.40', '40.20']);
  });

  it('uses one with other flags as it is, and never takes that away', async () => {
    const { check, asked } = await checked({ '40.10': [406] });
    assert.match(stepsOf(check)[4] ?? '', /^rabbit exchange ok: "e" is .*for 40\.10/);
    assert.deepEqual(asked, ['p', '40.10', 'p', '60.40']);
    const gone = await checked({ p: [404], '40.10': [406] });
    assert.ok(!gone.asked.includes('40.20'));
  });

  it('tells which flag differs, and which setting would match it, where it is one of the settings', async () => {
    const found = async (why: string): Promise<string> => stepsOf((await checked({ '40.10': [406] }, {}, {}, why)).check)[4] ?? '';
    const durable = 'PRECONDITION_FAILED - inequivalent arg \'durable\' for exchange \'e\' in vhost \'v\': received \'false\' but current is \'true\'';
    assert.equal(await found(durable), `rabbit exchange ok: "e" is there and is used as it is: its durable is true, the settings' is false (the first difference that the broker names); set broker.exchange.durable to match. Channel closed by server: 406 (PRECONDITION-FAILED) with message "${durable}"`);
    const alternate = 'PRECONDITION_FAILED - inequivalent arg \'alternate-exchange\' for exchange \'e\' in vhost \'v\': received none but current is the value \'x\' of type \'longstr\'';
    assert.equal(await found(alternate), `rabbit exchange ok: "e" is there and is used as it is: Channel closed by server: 406 (PRECONDITION-FAILED) with message "${alternate}"`);
  });

  it('tells a missing permission, at its step', async () => {
    const declare = await checked({ p: [404, 404], '40.10': [403] });
    assert.match(stepsOf(declare.check).at(-1) ?? '', /^rabbit exchange FAILED: the broker does not let user "u" declare the exchange "e": give the user the configure permission/);
    assert.deepEqual([declare.check.ok, declare.check.error?.code], [false, 'PSA_BROKER_REFUSED']);
    const write = await checked({ p: [404], '60.40': [403] });
    assert.match(stepsOf(write.check).at(-1) ?? '', /^rabbit publish FAILED: the broker does not let user "u" publish to the exchange "e": give the user the write permission/);
    assert.deepEqual([write.check.ok, write.check.error?.message], [false, write.check.steps.at(-1)?.detail]);
    assert.ok(write.asked.includes('40.20'), 'what was declared is removed all the same');
    const looks = await checked({ p: [541] });
    assert.deepEqual([looks.check.ok, looks.check.steps.length], [false, 5]);
  });

  it('tells what fails before: the login, the vhost, the password', async () => {
    const closing = (at: string, code: number): Script => ({
      received: (socket, received) => {
        if (methodOf(received) !== at) return false;
        socket.write(method(0, 10, 50, u16(code), shortString('ACCESS_REFUSED'), u16(0), u16(0)));
        return true;
      },
    });
    const refused = await checked({}, closing('10.11', 403));
    assert.deepEqual(refused.check.steps.map(({ step, ok }) => [step, ok]), [['resolve', true], ['connect', true], ['login', false]]);
    assert.match(refused.check.error?.message ?? '', /refused the login of user "u"/);
    const vhost = await checked({}, closing('10.40', 530));
    assert.deepEqual(vhost.check.steps.map(({ step, ok, detail }) => [step, ok, detail]).slice(2, 3), [['login', true, 'user "u" is accepted']]);
    assert.deepEqual([vhost.check.steps.at(-1)?.step, vhost.check.error?.code], ['vhost', 'PSA_BROKER_REFUSED']);
    const secret = await checked({}, {}, { password: { kind: 'file', path: '/no/such/file' } });
    assert.deepEqual(secret.check.steps.map(({ step, ok }) => [step, ok]), [['resolve', true], ['connect', true], ['login', false]]);
    assert.equal(secret.check.error?.code, 'PSA_SECRET_UNAVAILABLE');
  });

  it('tells a port where nobody listens, one that says nothing and one that speaks something else', async () => {
    const port = await freePort();
    const closed = await checkBroker(settings(port), { resolver });
    assert.deepEqual(closed.steps.map(({ step, ok }) => [step, ok]), [['resolve', true], ['connect', false]]);
    assert.match(closed.error?.message ?? '', /^nobody listens at rabbit:/);
    const silent = await checked({}, { connected: (socket) => { socket.resume(); } }, { connectTimeout: 2 });
    assert.equal(stepsOf(silent.check).at(-1), `rabbit login FAILED: rabbit:${String(silent.port)} did not answer as RabbitMQ within 2 s: check that RabbitMQ listens on this port`);
    const other = await checked({}, { connected: (socket) => { socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'); } });
    assert.match(stepsOf(other.check).at(-1) ?? '', /^rabbit login FAILED: .* ended the AMQP handshake/);
    const tls = await checked({}, { connected: (socket) => { socket.end('AMQP0000'); } }, { tls: { enabled: true, verify: true } });
    assert.match(stepsOf(tls.check).at(-1) ?? '', /^rabbit tls FAILED: .* does not speak TLS/);
  });

  it('does not wait for a broker that takes the login and says nothing more', async () => {
    const { check, port } = await checked({}, { opened: (socket) => { socket.removeAllListeners('data'); socket.resume(); } }, { connectTimeout: 3 });
    assert.equal(stepsOf(check).at(-1), `rabbit connect FAILED: rabbit:${String(port)} did not answer within 3 s: check the address, the firewall and broker.connect_timeout`);
  });

  it('tells all addresses of a name', async () => {
    const both = new Resolver(() => Promise.resolve([{ address: '127.0.0.1', family: 4 }, { address: '127.0.0.2', family: 4 }]));
    const { steps } = await checkBroker(settings(await freePort()), { resolver: both });
    assert.equal(steps[0]?.detail, '127.0.0.1, 127.0.0.2');
  });

  it('leaves no connection behind where a step fails', async () => {
    let ended = false;
    const broker = await startScriptedBroker({
      opened: (socket) => { socket.once('close', () => { ended = true; }); },
      received: (socket, received) => {
        if (methodOf(received) !== '40.10') return false;
        socket.write(closeChannel(received.channel, 403, 'no'));
        return true;
      },
    });
    assert.equal((await checkBroker(settings(broker.port), { resolver })).ok, false);
    await until('the end of the connection', () => ended);
    await broker.close();
  });

  it('is well when one of the hosts is, and tells the first one\'s fault when none is', async () => {
    const broker = await startScriptedBroker({ received: (socket, received) => {
      if (methodOf(received) === '60.40') socket.write(closeChannel(received.channel, 406, 'no number'));
      return methodOf(received) === '60.40' || received.type > 1;
    } });
    const well = await checkBroker(settings(broker.port, { hostnames: ['127.0.0.2', '127.0.0.1'] }));
    await broker.close();
    assert.deepEqual([well.ok, well.error], [true, undefined]);
    assert.deepEqual(well.steps.filter(({ ok }) => !ok).map(({ host, step }) => [host, step]), [['127.0.0.2', 'connect']]);
    const none = await checkBroker(settings(broker.port, { hostnames: ['127.0.0.2', '127.0.0.3'] }));
    assert.equal(none.ok, false);
    assert.match(none.error?.message ?? '', /127\.0\.0\.2/);
  });
});
