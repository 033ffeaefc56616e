import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerError } from '../model/errors.js';
import { TestClock } from '../test/support/clock.js';
import type { TransportEvent } from './events.js';
import { TransportFold } from './state.js';

const address = 'broker:5672';
const unreachable = new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', 'nobody listens');
const gone = new BrokerError('PSA_BROKER_CHANNEL', 'publish', 'the exchange is gone');
const paused = 'the broker asks for a pause (x): its host needs memory or disk space; rabbitmqctl status shows the alarm';
const refused = new BrokerError('PSA_BROKER_REFUSED', 'login', 'wrong password');

function folded(...events: TransportEvent[]): TransportFold {
  const fold = new TransportFold(new TestClock(0), 'nobody is bound');
  for (const event of events) fold.apply(event);
  return fold;
}

const up: TransportEvent[] = [{ kind: 'connecting', address }, { kind: 'opened', address }, { kind: 'connected', address }];

describe('the state of the delivery', () => {
  const cases: readonly { readonly name: string; readonly events: readonly TransportEvent[]; readonly waiting?: number; readonly state: string; readonly reason?: string }[] = [
    { name: 'at first', events: [], state: 'connecting', reason: 'the first connection is not made yet' },
    { name: 'a name being resolved', events: [{ kind: 'resolving', host: 'broker' }], state: 'connecting', reason: 'the name "broker" is being resolved' },
    { name: 'a failed attempt', events: [{ kind: 'connectFailed', fault: unreachable, address, retryIn: 2500 }], state: 'unreachable', reason: 'nobody listens; again in 2.5 s' },
    { name: 'a refusal', events: [{ kind: 'connectFailed', fault: refused, address, retryIn: 1 }], state: 'refused', reason: 'wrong password; again in 0.0 s' },
    {
      name: 'the attempt after it', events: [{ kind: 'connectFailed', fault: refused, address, retryIn: 1 }, { kind: 'resolving', host: 'other' }],
      state: 'refused', reason: 'wrong password; the name "other" is being resolved',
    },
    { name: 'a connection without a channel', events: up.slice(0, 2), state: 'connecting', reason: 'a channel to broker:5672 is being opened' },
    { name: 'an exchange that went', events: [...up, { kind: 'exchangeDeleted', fault: gone, address, retryIn: 0 }], state: 'connecting', reason: 'the exchange is gone' },
    { name: 'a channel that was closed', events: [...up, { kind: 'channelFailed', fault: gone, address, retryIn: 3000 }], state: 'unreachable', reason: 'the exchange is gone; again in 3.0 s' },
    { name: 'an exchange that went while the broker asks for a pause', events: [...up, { kind: 'blocked', reason: 'x' }, { kind: 'exchangeDeleted', fault: gone, address, retryIn: 0 }, { kind: 'connected', address }], state: 'blocked', reason: paused },
    { name: 'a pause of a connection before this one', events: [...up, { kind: 'blocked', reason: 'x' }, ...up], state: 'idle' },
    { name: 'nobody bound, on the next connection', events: [...up, { kind: 'returned', held: true }, { kind: 'connectionLost', fault: unreachable, address }, ...up], waiting: 1, state: 'held', reason: 'nobody is bound' },
    { name: 'a channel, nothing waiting', events: up, state: 'idle' },
    { name: 'a channel, samples waiting', events: up, waiting: 1, state: 'flowing' },
    { name: 'a fault that is over', events: [{ kind: 'connectFailed', fault: refused, address, retryIn: 1 }, ...up], state: 'idle' },
    { name: 'a pause', events: [...up, { kind: 'blocked', reason: 'low on memory' }], state: 'blocked', reason: 'the broker asks for a pause (low on memory): its host needs memory or disk space; rabbitmqctl status shows the alarm' },
    { name: 'the end of a pause', events: [...up, { kind: 'blocked', reason: 'x' }, { kind: 'unblocked' }], state: 'idle' },
    { name: 'a pause that ended with its connection', events: [...up, { kind: 'blocked', reason: 'x' }, { kind: 'connectionLost', fault: unreachable, address }, ...up], state: 'idle' },
    { name: 'nobody bound', events: [...up, { kind: 'returned', held: true }], waiting: 1, state: 'held', reason: 'nobody is bound' },
    { name: 'nobody bound, dropped', events: [...up, { kind: 'returned', held: false }], state: 'idle' },
    { name: 'somebody bound again', events: [...up, { kind: 'returned', held: true }, { kind: 'routed' }], state: 'idle' },
    { name: 'nobody bound, and then no connection', events: [...up, { kind: 'returned', held: true }, { kind: 'connectionLost', fault: unreachable, address }], state: 'unreachable', reason: 'nobody listens' },
    { name: 'nacks', events: [...up, { kind: 'nacked', count: 3 }], waiting: 1, state: 'nacked', reason: 'the broker refuses samples (nack), as it does for a full queue: see that its consumers run, or raise its limit' },
    { name: 'confirms after nacks', events: [...up, { kind: 'nacked', count: 3 }, { kind: 'confirmed', count: 1 }], state: 'idle' },
  ];
  for (const { name, events, waiting = 0, state, reason } of cases) {
    it(name, () => {
      const { delivery } = folded(...events).state(waiting);
      assert.deepEqual([delivery.state, delivery.reason], [state, reason]);
    });
  }

  it('says since when, and whether an event changed it', async () => {
    const clock = new TestClock(0);
    const fold = new TransportFold(clock, '');
    const passed: boolean[] = [];
    for (const event of [...up, { kind: 'confirmed', count: 1 }, { kind: 'blocked', reason: 'a' }, { kind: 'blocked', reason: 'b' }] as const) {
      await clock.pass(1000);
      passed.push(fold.apply(event));
    }
    assert.deepEqual(passed, [false, false, true, false, true, false]);
    assert.equal(fold.state(0).delivery.since, 5000);
  });

  it('an outage begins once, however each attempt fails', async () => {
    const clock = new TestClock(0);
    const fold = new TransportFold(clock, '');
    const attempts: TransportEvent[] = [{ kind: 'resolving', host: 'other' }, { kind: 'connectFailed', fault: refused, address, retryIn: 1 }, { kind: 'connecting', address }, { kind: 'opened', address }];
    for (const event of [{ kind: 'connectFailed', fault: unreachable, address, retryIn: 1 } as const, ...attempts]) {
      await clock.pass(1000);
      fold.apply(event);
    }
    const { state, since } = fold.state(0).delivery;
    assert.deepEqual([state, since], ['refused', 1000]);
  });
});

describe('the facts of a connection', () => {
  it('are those of the one there is, and why there was none the last time', async () => {
    const clock = new TestClock(0);
    const fold = new TransportFold(clock, '');
    const after = async (...events: TransportEvent[]): Promise<unknown[]> => {
      for (const event of events) {
        await clock.pass(1000);
        fold.apply(event);
      }
      const { connected, connectedSince, address: at, failing, blocked, unroutable, lastPublished, lastError } = fold.state(0);
      return [connected, connectedSince, at, failing, blocked, unroutable, lastPublished, lastError];
    };
    const nobody = { time: 1000, code: 'PSA_BROKER_UNREACHABLE', message: 'nobody listens' };
    assert.deepEqual(await after({ kind: 'connectFailed', fault: unreachable, address, retryIn: 1 }), [false, undefined, undefined, true, false, false, undefined, nobody]);
    assert.deepEqual(await after({ kind: 'opened', address }), [false, undefined, address, true, false, false, undefined, nobody]);
    assert.deepEqual(await after({ kind: 'connected', address }), [true, 3000, address, false, false, false, undefined, nobody]);
    assert.deepEqual(await after({ kind: 'confirmed', count: 1 }, { kind: 'blocked', reason: 'x' }, { kind: 'returned', held: true }), [true, 3000, address, false, true, true, 4000, nobody]);
    assert.deepEqual(await after({ kind: 'exchangeDeleted', fault: gone, address, retryIn: 0 }), [false, undefined, address, false, true, true, 4000, nobody]);
    assert.deepEqual(await after({ kind: 'channelFailed', fault: gone, address, retryIn: 0 }), [false, undefined, address, true, true, true, 4000, { time: 8000, code: 'PSA_BROKER_CHANNEL', message: 'the exchange is gone' }]);
    assert.deepEqual(await after({ kind: 'connected', address }), [true, 9000, address, false, true, true, 4000, { time: 8000, code: 'PSA_BROKER_CHANNEL', message: 'the exchange is gone' }]);
    const lost = await after({ kind: 'connectionLost', fault: unreachable, address });
    assert.deepEqual(lost, [false, undefined, undefined, true, false, true, 4000, { ...nobody, time: 10_000 }]);
    await after(...up);
    fold.close();
    assert.deepEqual(await after(), [false, undefined, address, false, false, true, 4000, { ...nobody, time: 10_000 }]);
    assert.equal('lastError' in folded(...up).state(0) || 'lastPublished' in folded(...up).state(0) || 'address' in folded().state(0), false);
  });
});

describe('the counters', () => {
  it('are of everything that is counted', () => {
    const state = folded(
      ...up, { kind: 'confirmed', count: 5 }, { kind: 'returned', held: false }, { kind: 'returned', held: true }, { kind: 'nacked', count: 2 },
      { kind: 'unsendable', id: 'one', reason: 'it is too long' }, { kind: 'connectionLost', fault: unreachable, address }, ...up,
    ).state(0);
    const { published, returned, unroutableDropped, nacked, unsendable, reconnects } = state;
    assert.deepEqual({ published, returned, unroutableDropped, nacked, unsendable, reconnects }, { published: 5, returned: 2, unroutableDropped: 1, nacked: 2, unsendable: 1, reconnects: 1 });
  });

  it('what was dropped as unsendable stands in last_error', () => {
    const { lastError } = folded(...up, { kind: 'unsendable', id: 'one', reason: 'it is too long' }).state(0);
    assert.deepEqual(lastError, { time: 0, code: 'PSA_SAMPLE_UNSENDABLE', message: 'the sample one cannot be carried by AMQP and is dropped: it is too long' });
  });
});
