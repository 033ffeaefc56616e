import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { frame, method, shortString, u16, u32, u64, u8 } from '../test/support/amqpFrames.js';
import { methodOf, startScriptedBroker } from '../test/support/scriptedBroker.js';
import { settingsFor } from './harness.test.support.js';
import { receive, type ReceivedMessage } from './receiver.js';

describe('receive', () => {
  it('ends with the connection that its queue was on, and looks for no other', async () => {
    const broker = await startScriptedBroker({
      received: (socket, received) => {
        const { channel } = received;
        switch (methodOf(received)) {
          case '50.10': socket.write(method(channel, 50, 11, shortString('own'), u32(0), u32(0))); return true;
          case '50.20': socket.write(method(channel, 50, 21)); return true;
          case '60.10': socket.write(method(channel, 60, 11)); return true;
          case '60.20': socket.write(method(channel, 60, 21, shortString('tag'))); setTimeout(() => socket.destroy(), 50); return true;
          default: return false;
        }
      },
    });
    const bound: string[] = [];
    const settings = { ...settingsFor(broker.port, 'e'), hostnames: ['127.0.0.1', 'localhost'] };
    const { port } = settings;
    await assert.rejects(
      receive({ broker: settings, key: '#', take: () => undefined, bound: (address) => { bound.push(address); }, signal: new AbortController().signal }),
      (error: Error) => new RegExp(`^the connection to 127\\.0\\.0\\.1:${String(port)} was lost: `).test(error.message),
    );
    assert.deepEqual([bound, broker.connections], [[`127.0.0.1:${String(port)}`], 1]);
    await broker.close();
  });

  it('gives each message to whoever takes it, and tells the broker when that is done, so that it sends more', async () => {
    let acknowledged = '';
    const done: string[] = [];
    const end = new AbortController();
    const broker = await startScriptedBroker({
      received: (socket, received) => {
        const { channel, payload } = received;
        switch (methodOf(received)) {
          case '50.10': socket.write(method(channel, 50, 11, shortString('own'), u32(0), u32(0))); return true;
          case '50.20': socket.write(method(channel, 50, 21)); return true;
          case '60.10': socket.write(method(channel, 60, 11)); return true;
          case '60.20':
            socket.write(Buffer.concat([
              method(channel, 60, 21, shortString('tag')), method(channel, 60, 60, shortString('tag'), u64(7), u8(0), shortString('e'), shortString('some.key')),
              frame(2, channel, Buffer.concat([u16(60), u16(0), u64(4), u16(0)])), frame(3, channel, Buffer.from('body')),
            ]));
            return true;
          case '60.80': acknowledged = `${done.join()} ${payload.toString('hex', 4)}`; end.abort(); return true;
          default: return false;
        }
      },
    });
    const take = async ({ body, routingKey }: ReceivedMessage): Promise<void> => {
      await Promise.resolve();
      done.push(`${routingKey} ${body.toString()}`);
    };
    await receive({ broker: settingsFor(broker.port, 'e'), key: '#', take, bound: () => undefined, signal: end.signal });
    assert.equal(acknowledged, 'some.key body 000000000000000700');
    await broker.close();
  });
});
