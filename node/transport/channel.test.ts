import assert from 'node:assert/strict';
import type { ChannelModel } from 'amqplib';
import { test } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { Retries } from './backoff.js';
import { PublishChannel } from './channel.js';
import type { TransportEvent } from './events.js';
import { settingsFor } from './harness.test.support.js';

test('a channel that fails though nobody refused it is a connection that is gone; once nobody wants it, it is nothing', async () => {
  for (const wanted of [true, false]) {
    const told: TransportEvent[] = [];
    const clock = new TestClock();
    const broker = settingsFor(1, 'e');
    const connection = { createConfirmChannel: () => Promise.reject(new Error('Connection closing')) } as unknown as ChannelModel;
    const channel = new PublishChannel({ connection, address: 'rabbit:1', broker, clock, retries: new Retries(broker.reconnect), emit: (event) => told.push(event) });
    channel.start();
    if (!wanted) channel.end();
    await settle();
    await clock.pass(3_600_000);
    assert.deepEqual(told.map((event) => [event.kind, 'fault' in event ? event.fault.message : '']), wanted ? [['dead', 'the channel was closed: Connection closing']] : []);
    assert.equal(clock.waiting, 0, 'it is not opened again');
  }
});
