import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerError } from '../model/errors.js';
import { TestClock } from '../test/support/clock.js';
import { EventLog, type LogLine } from './eventLog.js';
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
