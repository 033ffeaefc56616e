import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerError } from '../model/errors.js';
import { TestClock } from '../test/support/clock.js';
import { EventLog, type LogLine } from './eventLog.js';
import type { TransportEvent } from './events.js';
import { settingsFor } from './harness.test.support.js';

function logOf(): { readonly log: EventLog; readonly clock: TestClock; readonly lines: LogLine[] } {
  const clock = new TestClock();
  const lines: LogLine[] = [];
  return { log: new EventLog(settingsFor(1, 'e'), clock, (line) => lines.push(line)), clock, lines };
}

const address = 'broker:5672';
const failed = (message: string, step: 'connect' | 'login' = 'connect') => ({
  kind: 'connectFailed', address, retryIn: 1500, fault: new BrokerError('PSA_BROKER_UNREACHABLE', step, message),
}) as const;

describe('EventLog', () => {
  it('has its line, or none, for every event', () => {
    const fault = new BrokerError('PSA_BROKER_CHANNEL', 'publish', 'it is gone');
    const facts = { code: 'PSA_BROKER_CHANNEL', address, step: 'publish' } as const;
    const table: readonly (readonly [TransportEvent, ...Omit<LogLine, 'kind'>[]])[] = [
      [{ kind: 'unverified' }, { level: 'warn', message: 'broker.tls.verify is off: anyone on the way can pose as the broker, read what is sent and learn the password' }],
      [{ kind: 'cleartext', host: 'h' }, { level: 'warn', message: 'the password goes to h in clear, for broker.tls is not enabled: anyone on the way can read it and what is sent; use the broker\'s TLS port (5671)' }],
      [{ kind: 'resolving', host: 'h' }], [{ kind: 'connecting', address }], [{ kind: 'opened', address }],
      [{ kind: 'connectFailed', fault, address, retryIn: 2000 }, { level: 'warn', message: 'it is gone; again in 2.0 s', ...facts }],
      [{ kind: 'connectionLost', fault, address }, { level: 'warn', message: 'it is gone', ...facts }],
      [{ kind: 'connected', address }, { level: 'info', message: `connected to ${address}`, address }],
      [{ kind: 'channelFailed', fault, address, retryIn: 0 }, { level: 'warn', message: 'it is gone; again in 0.0 s', ...facts }],
      [{ kind: 'exchangeDeleted', fault, address, retryIn: 0 }, { level: 'info', message: 'it is gone; it is declared again', code: 'PSA_BROKER_CHANNEL', address }],
      [{ kind: 'blocked', reason: 'low on memory' }, { level: 'warn', message: 'the broker asks for a pause (low on memory): samples wait' }],
      [{ kind: 'unblocked' }, { level: 'info', message: 'the broker takes samples again' }],
      [{ kind: 'confirmed', count: 3 }], [{ kind: 'dead', fault }], [{ kind: 'idle' }],
      [{ kind: 'returned', held: true }, { level: 'warn', message: 'nobody is bound to the exchange "e" for the routing key "deployment": samples are held and sent when somebody is' }],
      [{ kind: 'returned', held: false }],
      [{ kind: 'routed' }, { level: 'info', message: 'samples reach a consumer again: the held ones are sent' }],
      [{ kind: 'nacked', count: 2 }, { level: 'warn', message: 'the broker refused samples (nack), as it does for a full queue; they are sent again' }],
      [{ kind: 'unsendable', id: 'i', reason: 'its id is long' }, { level: 'error', message: 'the sample i cannot be carried by AMQP and is dropped: its id is long', code: 'PSA_SAMPLE_UNSENDABLE' }],
    ];
    for (const [event, ...expected] of table) {
      const { log, lines } = logOf();
      log.add(event);
      assert.deepEqual(lines, expected.map((line) => ({ kind: event.kind, ...line })), event.kind);
    }
  });

  it('tells a connection once, however often its channel is opened anew, and the next one again a minute later', async () => {
    const { log, clock, lines } = logOf();
    for (let n = 0; n < 2; n += 1) {
      log.add({ kind: 'opened', address });
      for (let m = 0; m < 3; m += 1) log.add({ kind: 'connected', address, passive: 'it has other flags' });
      await clock.pass(60_000);
    }
    assert.deepEqual(lines.map(({ kind, level, message }) => [kind, level, message]), [
      ['connected', 'info', `connected to ${address}`], ['passive', 'warn', 'the exchange "e" is used as it is: it has other flags'],
      ['connected', 'info', `connected to ${address}`],
    ]);
  });

  it('tells a fault anew once something went well, and as the first time what came once in its quiet time', async () => {
    const { log, clock, lines } = logOf();
    log.add(failed('nobody listens'));
    log.add({ kind: 'confirmed', count: 1 });
    log.add(failed('nobody listens'));
    await clock.pass(60_000);
    assert.deepEqual(lines.map(({ level, message }) => [level, message]), [['warn', 'nobody listens; again in 1.5 s'], ['warn', 'nobody listens; again in 1.5 s']]);
    log.add(failed('another'));
    log.add({ kind: 'confirmed', count: 1 });
    log.add(failed('another'));
    log.close();
    assert.equal(lines.length, 3);
    assert.equal(clock.waiting, 0, 'no timer holds the process');
    await clock.pass(600_000);
    assert.equal(lines.length, 3, 'and nothing is told after the close');
  });

  it('writes what repeats once a minute, with a count', async () => {
    const { log, clock, lines } = logOf();
    for (let second = 0; second < 150; second += 1) {
      log.add({ kind: 'blocked', reason: String(second) });
      log.add({ kind: 'unblocked' });
      await clock.pass(1000);
    }
    await clock.pass(600_000);
    const messages = lines.filter(({ kind }) => kind === 'blocked').map(({ message }) => message);
    assert.equal(messages.length, 4);
    assert.match(messages[0] ?? '', /\(0\): samples wait$/);
    assert.match(messages[1] ?? '', /\(59\): samples wait \(the last of 59 like it within a minute\)/);
    const told = messages.reduce((sum, message) => sum + Number(/last of (\d+)/.exec(message)?.[1] ?? 1), 0);
    assert.equal(told, 150, 'all are accounted for');
  });

  it('writes the same fault of attempt after attempt at debug, another at once', () => {
    const { log, lines } = logOf();
    for (const event of [failed('nobody listens'), failed('nobody listens'), failed('wrong password', 'login'), failed('wrong password', 'login')]) log.add(event);
    assert.deepEqual(lines.map(({ level }) => level), ['warn', 'debug', 'warn', 'debug']);
    assert.equal(lines[0]?.message, 'nobody listens; again in 1.5 s');
    assert.deepEqual([lines[2]?.step, lines[2]?.code, lines[2]?.address], ['login', 'PSA_BROKER_UNREACHABLE', address]);
  });

  it('writes what is left to count when it is closed', () => {
    const { log, lines } = logOf();
    for (let count = 0; count < 4; count += 1) log.add({ kind: 'nacked', count: 1 });
    log.close();
    assert.match(lines[1]?.message ?? '', /the last of 3 like it/);
  });

  it('tells of a hold and its end, not of every sample that comes back', () => {
    const { log, lines } = logOf();
    for (const held of [false, true, true, true]) log.add({ kind: 'returned', held });
    log.add({ kind: 'routed' });
    assert.deepEqual(lines.map(({ level, message }) => [level, message]), [
      ['warn', 'nobody is bound to the exchange "e" for the routing key "deployment": samples are held and sent when somebody is'],
      ['info', 'samples reach a consumer again: the held ones are sent'],
    ]);
  });
});
