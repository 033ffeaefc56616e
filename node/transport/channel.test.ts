import assert from 'node:assert/strict';
import type { ChannelModel } from 'amqplib';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { Retries } from './backoff.js';
import { PublishChannel } from './channel.js';
import type { TransportEvent } from './events.js';
import { settingsFor } from './harness.test.support.js';

test('a channel that is there when nobody wants it any more is nobody\'s; one that is wanted is open, and reported once', async () => {
  for (const wanted of [true, false]) {
    const told: TransportEvent[] = [];
    const clock = new TestClock();
    const broker = settingsFor(1, 'e');
    const inside = { stream: new EventEmitter(), frameMax: 4096, recvFrame: () => false };
    const opened = Object.assign(new EventEmitter(), { ch: 1, connection: inside, assertExchange: () => Promise.resolve() });
    const connection = { createConfirmChannel: () => Promise.resolve(opened) } as unknown as ChannelModel;
    const channel = new PublishChannel({ connection, address: 'rabbit:1', broker, clock, retries: new Retries(broker.reconnect), emit: (event) => told.push(event) });
    channel.start();
    if (!wanted) channel.end();
    await settle();
    assert.deepEqual([told, channel.wire === undefined, clock.waiting], wanted ? [[{ kind: 'connected', address: 'rabbit:1' }], false, 0] : [[], true, 0]);
    channel.end();
    opened.emit('close');
    await settle();
    assert.deepEqual([told.length, channel.wire, clock.waiting], [wanted ? 1 : 0, undefined, 0], 'nor is it opened again');
  }
});

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
