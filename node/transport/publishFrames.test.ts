import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BrokerSettings } from '../model/settings.js';
import { MessageReader, parseFrames, type Published } from '../test/support/amqpFrames.js';
import { Deque } from './deque.js';
import { PublishFrames } from './publishFrames.js';

describe('PublishFrames', () => {
  const frameMax = 4096;
  const broker = { appId: 'app', deliveryMode: 'transient', exchange: { name: 'e' } } as BrokerSettings;
  const envelope = (body: string, more: object = {}) => ({ id: 'i', time: 1_700_000_000, routingKey: 'k', body, ...more });

  /** What a broker gets of these bodies, and the pieces that it comes in. */
  function sent(bodies: readonly string[], settings = broker, more: object = {}): { messages: Published[]; pieces: Buffer[] } {
    const pieces: Buffer[] = [];
    const frames = new PublishFrames(3, frameMax, settings, (bytes) => pieces.push(Buffer.from(bytes)) < 0);
    for (const body of bodies) assert.equal(frames.add(envelope(body, more)), undefined);
    frames.flush();
    frames.flush();
    const reader = new MessageReader();
    const messages = pieces.flatMap((piece) => {
      const { frames: parsed, rest } = parseFrames(piece);
      assert.equal(rest.length, 0, 'whole frames');
      // Its head of 7 bytes and its end count, and a broker closes the connection for one byte more.
      for (const { payload, channel } of parsed) assert.ok(payload.length + 8 <= frameMax && channel === 3, String(payload.length));
      return parsed.flatMap((frame) => reader.add(frame) ?? []);
    });
    return { messages, pieces };
  }

  it('no frame is longer than was agreed, and every body is whole', () => {
    const most = frameMax - 8;
    const bodies = [0, 1, most - 1, most, most + 1, 2 * most, 2 * most + 1, 50 * most].map((length) => 'x'.repeat(length));
    // Letters of two and three bytes, cut by frames anywhere.
    bodies.push('ü'.repeat(most), '漢'.repeat(most), `a${'漢'.repeat(most)}`);
    const { messages } = sent(bodies);
    assert.deepEqual(messages.map(({ body }) => body), bodies);
    assert.deepEqual(messages[0], {
      channel: 3, exchange: 'e', routingKey: 'k', mandatory: true, body: '', properties: { contentType: 'application/json', deliveryMode: 1, messageId: 'i', timestamp: 1_700_000_000, appId: 'app' },
    });
    assert.equal(sent(['x'], { ...broker, deliveryMode: 'persistent' }).messages[0]?.properties.deliveryMode, 2);
  });

  it('there is room for the longest of everything at once, and for all frames of a body that memory is made for', () => {
    const longest = 'ü'.repeat(127);
    const settings = { ...broker, appId: longest, exchange: { name: longest } } as BrokerSettings;
    for (const size of [40_000, 40_001, 100_000]) {
      const { messages } = sent(['漢'.repeat(size), 'x'], settings, { id: longest, routingKey: longest });
      assert.deepEqual(messages.map(({ body, properties: { messageId, appId } }) => [body.length, messageId, appId]), [[size, longest, longest], [1, longest, longest]]);
    }
    // The memory that is left behind the first is anything from more than enough for the second to none.
    for (let size = 64 * 1024 - 300; size < 64 * 1024; size += 1) {
      const bodies = ['x'.repeat(Math.floor((size - 300) / 3)), '漢'.repeat(Math.floor(size / 9))];
      assert.deepEqual(sent(bodies, settings, { id: longest }).messages.map(({ body }) => body), bodies);
    }
  });

  it('what fits goes in one piece, and no piece is written over while it is under way', () => {
    assert.equal(sent(Array.from({ length: 200 }, () => 'x'.repeat(100))).pieces.length, 1);
    const many = Array.from({ length: 3000 }, (_, n) => String(n).padEnd(100));
    const { messages, pieces } = sent(many);
    assert.deepEqual(messages.map(({ body }) => body), many);
    assert.ok(pieces.length > 2 && pieces.length < 60, String(pieces.length));
    assert.deepEqual(sent([]).pieces, []);
  });

  it('memory whose content the system has taken is written again, but for what a long message needed', () => {
    const pieces: Buffer[] = [];
    const memory = new Set<ArrayBufferLike>();
    /** How many pieces of memory there were since the last look. */
    const looked = (): number => {
      const { size } = memory;
      memory.clear();
      return size;
    };
    let taken = true;
    const frames = new PublishFrames(1, frameMax, broker, (bytes) => {
      memory.add(bytes.buffer);
      pieces.push(Buffer.from(bytes));
      return taken;
    });
    const bodies = Array.from({ length: 3000 }, (_, n) => String(n).padEnd(100));
    const put = (list: readonly string[]): void => {
      for (const body of list) assert.equal(frames.add(envelope(body)), undefined);
      frames.flush();
    };
    for (let n = 0; n < bodies.length; n += 50) put(bodies.slice(n, n + 50));
    assert.equal(looked(), 1);
    taken = false;
    put(bodies);
    assert.ok(looked() > 2);
    taken = true;
    put(['x'.repeat(100_000)]);
    for (let n = 0; n < bodies.length; n += 50) put(bodies.slice(n, n + 50));
    assert.equal(looked(), 2);
    const reader = new MessageReader();
    const messages = parseFrames(Buffer.concat(pieces)).frames.flatMap((frame) => reader.add(frame) ?? []);
    assert.deepEqual(messages.map(({ body }) => body), [...bodies, ...bodies, 'x'.repeat(100_000), ...bodies]);
  });

  it('what AMQP cannot carry has its reason, and leaves nothing behind', () => {
    const pieces: Uint8Array[] = [];
    const frames = new PublishFrames(1, frameMax, broker, (bytes) => pieces.push(bytes) < 0);
    for (const [more, reason] of [
      [{ routingKey: 'k'.repeat(256) }, 'its routing key is longer than 255 bytes'], [{ routingKey: 'ü'.repeat(128) }, 'its routing key is longer than 255 bytes'],
      [{ id: 'i'.repeat(256) }, 'its id is longer than 255 bytes'], [{ id: 'ü'.repeat(128) }, 'its id is longer than 255 bytes'],
      ...[-1, 1.5, Number.NaN, 2 ** 53].map((time) => [{ time }, 'its time is no whole number of seconds since 1970'] as const),
    ] as const) assert.equal(frames.add(envelope('x', more)), reason);
    frames.flush();
    assert.deepEqual(pieces, []);
    for (const more of [{ routingKey: 'k'.repeat(255) }, { id: 'ü'.repeat(127) }, { time: 0 }, { time: 2 ** 40 }]) assert.equal(frames.add(envelope('x', more)), undefined);
  });
});

describe('Deque', () => {
  it('is a list that is taken from at its beginning, through any number of items', () => {
    const deque = new Deque<number>();
    const list: number[] = [];
    let next = 0;
    const same = (): void => {
      assert.deepEqual([[...deque], deque.length, deque.at(0), deque.at(5)], [list, list.length, list[0], list[5]]);
    };
    for (const [puts, shifts] of [[10, 10], [10, 4], [3000, 1000], [0, 600], [500, 1500], [0, 406], [3, 1], [2000, 1023], [0, 1]] as const) {
      for (let n = 0; n < puts; n += 1) { deque.push(next); list.push(next); next += 1; }
      for (let n = 0; n < shifts; n += 1) assert.equal(deque.shift(), list.shift());
      same();
    }
    deque.clear();
    assert.deepEqual([deque.shift(), deque.length, [...deque]], [undefined, 0, []]);
    deque.push(7);
    assert.deepEqual([deque.at(0), deque.at(1), deque.shift(), deque.length], [7, undefined, 7, 0]);
  });
});
