import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { method, shortString, u32 } from '../test/support/amqpFrames.js';
import { methodOf, startScriptedBroker } from '../test/support/scriptedBroker.js';
import { settingsFor } from './harness.test.support.js';
import { receive } from './receiver.js';

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
});
