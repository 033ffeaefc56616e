import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Socket } from 'node:net';
import { frame, method, shortString, u16, u32 } from '../test/support/amqpFrames.js';
import { blocked, confirm, flood, returned, startScriptedBroker, unblocked, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { checkBroker } from './checkBroker.js';
import { Harness, settingsFor, stopHarnesses } from './harness.test.support.js';

// A broker that means harm, or one that is broken: it costs its own connection, never memory, the log or the samples.

after(stopHarnesses);

/** Bytes that a flood may cost at most: its limits (1 MiB unasked, frames of 128 KiB), copies of them, and what a garbage collector has not come to. */
const mostMemory = 120e6;

/** A transport before such a broker until it has given up the connection some times; what was told and how much memory it took. */
async function before(script: Script, times = 2): Promise<Harness> {
  const broker = await startScriptedBroker(script);
  const harness = new Harness(settingsFor(broker.port, 'hostile', { connectTimeout: 20, confirmTimeout: 20 }));
  const memory = process.memoryUsage().rss;
  let most = 0;
  const watch = setInterval(() => { most = Math.max(most, process.memoryUsage().rss - memory); }, 20);
  try {
    harness.transport.start();
    await harness.put(3);
    await until('the end of its connections', () => broker.connections > times);
    assert.ok(most < mostMemory, `${(most / 1e6).toFixed(0)} MB of memory more`);
    assert.ok(harness.lines.length < 20, `${String(harness.lines.length)} lines in the log`);
    assert.equal(harness.queue.stats().count + harness.transport.state().published, 3, 'no sample is lost');
    await harness.stop();
  } finally {
    clearInterval(watch);
    await broker.close();
  }
  return harness;
}

const filled = (size: number): Buffer => Buffer.alloc(size, 'x');

describe('floods on an open connection', () => {
  it('a returned message whose body never ends', async () => {
    const harness = await before({
      published: (socket, message) => {
        socket.write(returned(message, 2 ** 50));
        flood(socket, frame(3, message.channel, filled(100_000)));
      },
    });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /sends more than it can have cause to/);
  });

  it('empty frames of a body that never comes', async () => {
    const harness = await before({
      published: (socket, message) => {
        socket.write(returned(message, 10));
        flood(socket, Buffer.concat(Array.from({ length: 1000 }, () => frame(3, message.channel, Buffer.alloc(0)))));
      },
    });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /sends more than it can have cause to/);
  });

  it('a frame beyond the limit', async () => {
    const harness = await before({
      published: (socket) => {
        socket.write(Buffer.concat([Buffer.from([1, 0, 1]), u32(63 * 1024 * 1024)]));
        flood(socket, filled(100_000));
      },
    });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /a frame beyond the limit: Frame size 66060288 exceeds maxFrameSize 131072/);
  });

  it('header and body frames on channel 0, in one packet with the answer to the login', async () => {
    const harness = await before({ opened: (socket) => { flood(socket, Buffer.concat(Array.from({ length: 100 }, () => frame(3, 0, filled(1000))))); } });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /no AMQP.*Unexpected frame on channel 0/);
  });

  it('header and body frames on channel 0, later', async () => {
    const harness = await before({ published: (socket) => { flood(socket, Buffer.concat(Array.from({ length: 100 }, () => frame(3, 0, filled(1000))))); } });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /no AMQP.*Unexpected frame on channel 0/);
  });

  it('frames on a channel that is not there, the end of the connection never confirmed', async () => {
    const harness = await before({ opened: (socket) => { socket.write(method(77, 60, 80, Buffer.alloc(9))); } });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /no AMQP.*unknown channel/i);
  });

  it('confirms of what was not sent', async () => {
    const harness = await before({ published: (socket, { channel }, tag) => { socket.write(confirm(channel, tag + 2 ** 31)); } });
    assert.match(harness.told('connectionLost')[0]?.message ?? '', /confirmed what was not sent/);
  });

  it('heartbeats without end', async () => {
    await before({ opened: (socket) => { flood(socket, Buffer.concat(Array.from({ length: 5000 }, () => frame(8, 0, Buffer.alloc(0))))); } });
  });
});

describe('floods before the login', () => {
  const floods: readonly { readonly name: string; readonly connected: (socket: Socket) => void }[] = [
    { name: 'a frame of 63 MB', connected: (socket) => { socket.write(Buffer.concat([Buffer.from([1, 0, 0]), u32(63 * 1024 * 1024)])); flood(socket, filled(100_000)); } },
    { name: 'header frames', connected: (socket) => { flood(socket, frame(2, 0, Buffer.concat([u16(60), u16(0), filled(20_000)]))); } },
    { name: 'body frames', connected: (socket) => { flood(socket, frame(3, 0, filled(100_000))); } },
    { name: 'heartbeats', connected: (socket) => { flood(socket, Buffer.concat(Array.from({ length: 5000 }, () => frame(8, 0, Buffer.alloc(0))))); } },
    { name: 'tables within tables', connected: (socket) => { flood(socket, method(0, 10, 10, Buffer.from([0, 9]), nested())); } },
    { name: 'bytes that are no frames', connected: (socket) => { flood(socket, filled(100_000)); } },
  ];
  for (const { name, connected } of floods) {
    it(name, async () => {
      const harness = await before({ connected });
      assert.match(harness.failures[0]?.message ?? '', /ended the AMQP handshake|failed/);
    });
  }
});

describe('a broker that cannot make up its mind', () => {
  it('blocks and unblocks by the thousand: a line of each, then a count', async () => {
    const pair = Buffer.concat([blocked('low on \u202Ememory\u001b[2J\n'), unblocked]);
    const broker = await startScriptedBroker({ opened: (socket) => { socket.write(Buffer.concat(Array.from({ length: 5000 }, () => pair))); } });
    const harness = new Harness(settingsFor(broker.port, 'hostile'));
    harness.transport.start();
    await harness.put(10);
    await until('the samples', () => harness.transport.state().published === 10);
    assert.deepEqual([harness.told('blocked').length, harness.told('unblocked').length], [1, 1]);
    assert.equal(harness.told('blocked')[0]?.message, 'the broker asks for a pause (low on \\u202ememory\\u001b[2J\\n): samples wait');
    assert.equal(harness.transport.state().delivery.state, 'idle');
    await harness.stop();
    assert.match(harness.told('blocked')[1]?.message ?? '', /the last of \d{4} like it within a minute/);
    await broker.close();
  });

  it('gives every sample back: one line', async () => {
    const broker = await startScriptedBroker({
      published: (socket, message, tag) => {
        socket.write(Buffer.concat([returned(message, Buffer.byteLength(message.body)), frame(3, message.channel, Buffer.from(message.body)), confirm(message.channel, tag)]));
      },
    });
    const harness = new Harness(settingsFor(broker.port, 'hostile'), { unroutable: 'drop' });
    harness.transport.start();
    await harness.put(20_000);
    await until('all of them', () => harness.transport.state().unroutableDropped === 20_000);
    assert.equal(harness.transport.state().reconnects, 0, 'what comes back is no flood');
    assert.deepEqual(harness.told('returned'), []);
    await harness.stop();
    await broker.close();
  });
});

it('check-broker does not wait for a broker that takes the login and says nothing more', async () => {
  const broker = await startScriptedBroker({ opened: (socket) => { socket.removeAllListeners('data'); socket.resume(); } });
  const check = await checkBroker(settingsFor(broker.port, 'hostile', { connectTimeout: 1 }));
  assert.equal(check.ok, false);
  assert.match(check.error?.message ?? '', /did not answer within 1 s/);
  await broker.close();
});

/** A field table that holds a table that holds a table, as deep as a frame goes. */
function nested(): Buffer {
  let table = u32(0);
  for (let depth = 0; depth < 10_000; depth += 1) table = Buffer.concat([u32(table.length + 3), shortString('t'), Buffer.from('F'), table]);
  return table;
}
