import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { test, type TestContext } from 'node:test';
import { BrokerError } from '../model/errors.js';
import type { BrokerSettings } from '../model/settings.js';
import { TestClock } from '../test/support/clock.js';
import { startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { Retries } from './backoff.js';
import { BrokerConnection } from './connection.js';
import type { TransportEvent } from './events.js';
import { settingsFor } from './harness.test.support.js';
import { Resolver } from './resolver.js';

/** A connection on a test clock, to names that the test resolves: delays are the longest each time. */
function connecting(context: TestContext, more: Partial<BrokerSettings>, port = 1) {
  const clock = new TestClock();
  const told: TransportEvent[] = [];
  const asked: { readonly host: string; readonly answer: (addresses: LookupAddress[]) => void; readonly fail: (error: Error) => void }[] = [];
  const broker = settingsFor(port, 'e', { hostnames: ['one', 'two'], connectTimeout: 20, reconnect: { initial: 5, maximum: 60 }, ...more });
  const retries = new Retries(broker.reconnect, () => 1);
  const resolver = new Resolver((host) => new Promise((answer, fail) => { asked.push({ host, answer, fail }); }));
  const connection = new BrokerConnection({ broker, clock, retries, random: () => 1, resolver, emit: (event) => told.push(event) });
  context.after(() => connection.close(0));
  connection.start();
  /** Lets the delay pass that is waited for; before that begins, the manager has its own. `timers`: those that are set then. */
  const pass = async (ms: number, timers = 1): Promise<void> => {
    await until('the wait', () => clock.waiting === timers);
    clock.advance(ms);
  };
  const failed = () => told.flatMap((event) => (event.kind === 'connectFailed' ? [{ message: event.fault.message, retryIn: event.retryIn, address: event.address }] : []));
  return { clock, told, asked, connection, retries, failed, pass };
}

const home: LookupAddress[] = [{ address: '127.0.0.1', family: 4 }];


test('a name that is not resolved in time is one failure, told once; what the name server answers later is of an attempt that is over', async (context) => {
  const { clock, told, asked, failed, pass } = connecting(context, {});
  await until('the first question', () => asked.length === 1);
  assert.deepEqual(told, [{ kind: 'resolving', host: 'one' }]);
  clock.advance(20_000);
  await until('the failure', () => failed().length === 1);
  assert.deepEqual(failed(), [{ message: 'the name "one" could not be resolved within 20 s: check this host\'s name servers, broker.hostnames and broker.connect_timeout', retryIn: 5000, address: 'one:1' }]);
  asked[0]?.answer(home);
  await pass(4999, 2);
  assert.deepEqual(told.map(({ kind }) => kind), ['resolving', 'connectFailed']);
  await pass(1);
  await until('the second question', () => asked.length === 2);
  assert.equal(asked[1]?.host, 'two', 'each host in its turn');
});

test('the hosts are asked one soon after the other, and their round again after the backoff', async (context) => {
  const { asked, failed, pass } = connecting(context, {});
  for (const [round, retryIn] of [5000, 5000, 5000, 10_000, 5000, 20_000].entries()) {
    await until('the question', () => asked.length === round + 1);
    asked[round]?.fail(new Error('no'));
    await until('the failure', () => failed().length === round + 1);
    assert.deepEqual(failed().at(-1)?.retryIn, retryIn);
    await pass(retryIn);
  }
});

test('a connection that is given up while it is being made is made anew, with the reason for which it was', async (context) => {
  const { asked, connection, failed, pass } = connecting(context, {});
  await until('the first question', () => asked.length === 1);
  connection.drop(new BrokerError('PSA_BROKER_CHANNEL', 'publish', 'enough of it'));
  await until('the failure', () => failed().length === 1);
  assert.equal(failed()[0]?.message, 'enough of it');
  await pass(5000, 2);
  await until('the second question', () => asked.length === 2);
});

async function opened(context: TestContext, script: Script, more: Partial<BrokerSettings> = {}) {
  const broker = await startScriptedBroker(script);
  context.after(() => broker.close());
  return connecting(context, { hostnames: ['127.0.0.1', '::1'], ...more }, broker.port);
}

test('a connection that held for the longest delay is made anew as soon as the first: one that did not, later each time', async (context) => {
  const sockets: { destroy(): void }[] = [];
  const { clock, told, retries, pass } = await opened(context, { opened: (socket) => sockets.push(socket) }, { hostnames: ['127.0.0.1'] });
  const kinds = (kind: TransportEvent['kind']) => told.filter((event) => event.kind === kind).length;
  for (const [round, [held, delay]] of [[0, 5000], [59_999, 10_000], [59_999, 20_000], [60_000, 5000], [0, 10_000]].entries()) {
    await until('the connection', () => kinds('opened') === round + 1);
    clock.advance(held ?? 0);
    sockets.at(-1)?.destroy();
    await until('the loss', () => kinds('connectionLost') === round + 1);
    assert.equal(retries.healthy, false);
    await pass((delay ?? 0) - 1);
    assert.equal(clock.waiting, 1, 'it is waited for still');
    clock.advance(1);
  }
  assert.equal(kinds('connectFailed'), 0);
});

test('a host that drops connections is left for the next, one that took something is kept', async (context) => {
  const sockets: { destroy(): void }[] = [];
  const { told, retries, pass } = await opened(context, { opened: (socket) => sockets.push(socket) });
  const addresses = () => told.flatMap((event) => (event.kind === 'connecting' ? [event.address.replace(/:\d+$/, '')] : []));
  await until('the connection', () => told.at(-1)?.kind === 'opened');
  retries.worked();
  sockets.at(-1)?.destroy();
  await until('the loss', () => told.at(-1)?.kind === 'connectionLost');
  await pass(60_000);
  await until('the second connection', () => told.at(-1)?.kind === 'opened');
  sockets.at(-1)?.destroy();
  await until('the loss', () => told.at(-1)?.kind === 'connectionLost');
  await pass(60_000);
  await until('the third attempt', () => addresses().length === 3);
  assert.deepEqual(addresses(), ['127.0.0.1', '127.0.0.1', '[::1]']);
});
