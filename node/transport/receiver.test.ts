import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { BrokerSettings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { frame, method, shortString, u16, u32, u64, u8, type Frame } from '../test/support/amqpFrames.js';
import { closeChannel, methodOf, startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { settingsFor } from './harness.test.support.js';
import { receive, type ReceivedMessage } from './receiver.js';

const delivery = (channel: number, tag: number, body: string): Buffer => Buffer.concat([
  method(channel, 60, 60, shortString('tag'), u64(tag), u8(0), shortString('e'), shortString('some.key')),
  frame(2, channel, Buffer.concat([u16(60), u16(0), u64(body.length), u16(0)])), frame(3, channel, Buffer.from(body)),
]);

interface Running {
  /** What was asked of the broker. */
  readonly asked: Map<string, Buffer>;
  readonly bound: string[];
  readonly taken: string[];
  readonly end: AbortController;
  readonly port: number;
  readonly connections: () => number;
  /** The socket of the consumer, and its channel. */
  readonly socket: () => Socket;
  readonly channel: () => number;
  readonly done: Promise<unknown>;
}

/** Receives from a broker that gives a queue to whoever asks; resolves with how it ended. */
async function receiving(context: TestContext, { received, ...script }: Script = {}, more: Partial<BrokerSettings> = {}, take?: (message: ReceivedMessage) => Promise<void> | void): Promise<Running> {
  const asked = new Map<string, Buffer>();
  const at: { socket?: Socket; channel?: number } = {};
  const broker = await startScriptedBroker({
    received: (socket, one) => {
      const { channel, payload } = one;
      asked.set(methodOf(one), Buffer.from(payload));
      if (received?.(socket, one) === true) return true;
      switch (methodOf(one)) {
        case '50.10': socket.write(method(channel, 50, 11, shortString('own'), u32(0), u32(0))); return true;
        case '50.20': socket.write(method(channel, 50, 21)); return true;
        case '60.10': socket.write(method(channel, 60, 11)); return true;
        case '60.20':
          Object.assign(at, { socket, channel });
          socket.write(method(channel, 60, 21, shortString('tag')));
          return true;
        default: return false;
      }
    },
    ...script,
  });
  context.after(() => broker.close());
  const [bound, taken, end] = [[] as string[], [] as string[], new AbortController()];
  const done = receive({
    broker: settingsFor(broker.port, 'e', { connectTimeout: 60, ...more }), key: 'some.*', signal: end.signal, bound: (address) => { bound.push(address); },
    take: take ?? (({ body, routingKey }) => { taken.push(`${routingKey} ${body.toString()}`); }),
  }).then(() => 'it was told to', (error: unknown) => error);
  context.after(() => { end.abort(); });
  return { asked, bound, taken, end, port: broker.port, connections: () => broker.connections, socket: () => at.socket!, channel: () => at.channel!, done };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

describe('receive', () => {
  it('asks for a queue that is its own, is bounded, and goes with it, and for messages ahead of those it took', async (context) => {
    const { asked, bound, end, done, port } = await receiving(context);
    await until('the queue', () => bound.length === 1);
    const queue = asked.get('50.10');
    // Behind two bytes and an empty name: exclusive and auto-delete among its flags, passive and no-wait not; then its arguments.
    assert.equal((queue?.readUInt8(7) ?? 0) & 0b11101, 0b01100);
    assert.match(queue?.toString('latin1', 8) ?? '', /x-max-length/);
    assert.equal(asked.get('50.20')?.toString('latin1', 6), '\u0003own\u0001e\u0006some.*\0\0\0\0\0');
    assert.ok((asked.get('60.10')?.readUInt16BE(8) ?? 0) > 1, 'several at once');
    assert.equal((asked.get('60.20')?.readUInt8(11) ?? 0) & 0b10, 0, 'what it takes is acknowledged');
    assert.deepEqual(bound, [`127.0.0.1:${String(port)}`]);
    end.abort();
    assert.equal(await done, 'it was told to');
  });

  it('ends with the connection that its queue was on, and looks for no other', async (context) => {
    const { bound, connections, done, port, socket } = await receiving(context, {}, { hostnames: ['127.0.0.1', 'localhost'] });
    await until('the queue', () => bound.length === 1);
    socket().destroy();
    assert.match(messageOf(await done), new RegExp(`^the connection to 127\\.0\\.0\\.1:${String(port)} was lost: `));
    assert.deepEqual([bound, connections()], [[`127.0.0.1:${String(port)}`], 1]);
  });

  it('tells why the broker ended the connection, or the channel', async (context) => {
    const closed = await receiving(context);
    await until('the queue', () => closed.bound.length === 1);
    closed.socket().write(method(0, 10, 50, u16(320), shortString('CONNECTION_FORCED - by an operator'), u16(0), u16(0)));
    assert.match(messageOf(await closed.done), /^the broker closed the connection of 127\.0\.0\.1:\d+: CONNECTION_FORCED - by an operator$/);
    const faulty = await receiving(context);
    await until('the queue', () => faulty.bound.length === 1);
    faulty.socket().write(method(0, 10, 50, u16(501), shortString('FRAME_ERROR'), u16(0), u16(0)));
    assert.match(messageOf(await faulty.done), /^the broker closed the connection of 127\.0\.0\.1:\d+ for an error: FRAME_ERROR$/);
    const channel = await receiving(context);
    await until('the queue', () => channel.bound.length === 1);
    channel.socket().write(closeChannel(channel.channel(), 406, 'PRECONDITION_FAILED - it took too long'));
    assert.equal(messageOf(await channel.done), 'the broker does not take what was asked of the exchange "e": PRECONDITION_FAILED - it took too long');
  });

  it('is not there in silence without its queue', async (context) => {
    const { bound, channel, done, socket, taken } = await receiving(context);
    await until('the queue', () => bound.length === 1);
    socket().write(method(channel(), 60, 30, shortString('tag'), u8(1)));
    assert.match(messageOf(await done), /^127\.0\.0\.1:\d+ has taken the queue away, as it does when somebody deletes it$/);
    assert.deepEqual(taken, []);
  });

  it('tells what the user may not do', async (context) => {
    const refusing = (at: string) => (socket: Socket, one: Frame): boolean => {
      if (methodOf(one) !== at) return false;
      socket.write(closeChannel(one.channel, 403, 'ACCESS_REFUSED'));
      return true;
    };
    for (const at of ['50.10', '50.20']) {
      const { bound, done } = await receiving(context, { received: refusing(at) });
      assert.match(messageOf(await done), /^the broker does not let user "guest" declare the exchange "e": .*It said: ACCESS_REFUSED$/);
      assert.deepEqual(bound, []);
    }
  });

  it('gives each message to whoever takes it, and tells the broker when that is done, so that it sends more', async (context) => {
    const done: string[] = [];
    let free: () => void = () => undefined;
    const { asked, bound, channel, socket } = await receiving(context, {}, {}, async ({ body, routingKey }) => {
      await new Promise<void>((resolve) => (free = resolve));
      done.push(`${routingKey} ${body.toString()}`);
    });
    await until('the queue', () => bound.length === 1);
    socket().write(Buffer.concat([delivery(channel(), 7, 'body')]));
    const begun = free;
    await until('the message', () => free !== begun);
    assert.equal(asked.get('60.80'), undefined, 'not before');
    free();
    await until('the acknowledgement', () => asked.has('60.80'));
    assert.deepEqual([done, asked.get('60.80')?.toString('hex', 4)], [['some.key body'], '000000000000000700']);
  });

  it('takes nothing more once it is told to end, and acknowledges nothing that is not written', async (context) => {
    const taken: string[] = [];
    let free: () => void = () => undefined;
    const { asked, bound, channel, done, end, socket } = await receiving(context, {}, {}, async ({ body }) => {
      taken.push(body.toString());
      await new Promise<void>((resolve) => (free = resolve));
    });
    await until('the queue', () => bound.length === 1);
    socket().write(delivery(channel(), 1, 'first'));
    await until('the message', () => taken.length === 1);
    const closed = once(socket(), 'close');
    end.abort();
    free();
    assert.equal(await done, 'it was told to');
    await closed;
    assert.deepEqual([taken, asked.has('60.80')], [['first'], false]);
  });

  it('is with the first host that answers; where none does, the first one\'s fault is told', async (context) => {
    const { bound, end, done, port } = await receiving(context, {}, { hostnames: ['127.0.0.2', '127.0.0.1', 'localhost'] });
    await until('the queue', () => bound.length === 1);
    end.abort();
    assert.deepEqual([await done, bound], ['it was told to', [`127.0.0.1:${String(port)}`]]);
    const broker = settingsFor(await freePort(), 'e', { hostnames: ['127.0.0.2', '127.0.0.3'] });
    await assert.rejects(receive({ broker, key: '#', take: () => undefined, bound: () => undefined, signal: new AbortController().signal }), /^\w*Error: nobody listens at 127\.0\.0\.2:/);
  });

  it('a host that says nothing is left after the time for it; one that is waited for, when it is told to end', async (context) => {
    const silent: Script = { connected: (socket) => { socket.resume(); } };
    const late = await receiving(context, silent, { connectTimeout: 0.05 });
    assert.match(messageOf(await late.done), /^127\.0\.0\.1:\d+ did not answer within 0\.05 s: /);
    const waiting = await receiving(context, silent, { hostnames: ['127.0.0.1', '127.0.0.1'], connectTimeout: 600 });
    await until('the connection', () => waiting.connections() === 1);
    waiting.end.abort();
    assert.deepEqual([await waiting.done, waiting.connections()], ['it was told to', 1]);
  });
});
