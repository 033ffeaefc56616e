import assert from 'node:assert/strict';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { frame, method, shortString, u64, u8 } from '../test/support/amqpFrames.js';
import { settle } from '../test/support/clock.js';
import { containSocket, limitInbound, wireOf } from './wire.js';

/** What stands in for amqplib's connection: the frames that are left to it, and what is written. */
class Connection {
  rest = Buffer.alloc(0);
  readonly left: Buffer[] = [];
  readonly written: Uint8Array[] = [];
  readonly frameMax = 4096;
  readonly blocked = false;
  readonly stream = Object.assign(new EventEmitter(), { bytesRead: 0, bytesWritten: 0, write: (bytes: Uint8Array) => { this.written.push(bytes); return false; } });

  recvFrame(): boolean {
    if (this.rest.length > 0) this.left.push(this.rest);
    this.rest = Buffer.alloc(0);
    return false;
  }

  /** Something is read, as amqplib does it. */
  read(...frames: Buffer[]): void {
    this.rest = Buffer.concat(frames);
    this.recvFrame();
  }
}

function opened() {
  const connection = new Connection();
  const channel = Object.assign(new EventEmitter(), { ch: 3, connection });
  channel.on('ack', () => assert.fail('amqplib keeps account of confirms'));
  const confirms: [number, boolean, boolean][] = [];
  const wire = wireOf(channel as unknown as ConfirmChannel);
  wire.onConfirm((...confirm) => { confirms.push(confirm); });
  return { connection, channel, wire, confirms };
}

const ack = (tag: number, multiple = false, channel = 3): Buffer => method(channel, 60, 80, u64(tag), u8(multiple ? 1 : 0));

describe('the confirms of a channel', () => {
  it('are taken in order from the front of what was read, whatever follows is left to amqplib', () => {
    const { connection, confirms } = opened();
    const beyond = ack(2 ** 40 + 5);
    connection.read(ack(1), ack(3, true), beyond, frame(8, 0, Buffer.alloc(0)), ack(9));
    assert.deepEqual(confirms, [[1, false, true], [3, true, true], [2 ** 40 + 5, false, true]]);
    assert.deepEqual(connection.left, [Buffer.concat([frame(8, 0, Buffer.alloc(0)), ack(9)])]);
  });

  it('are not what looks like one: another channel\'s, another method, another kind of frame, half of one, one without its end', () => {
    const nack = method(3, 60, 120, u64(1), u8(0));
    const longer = method(3, 60, 80, u64(1), u8(0), u8(0));
    const unended = ack(1);
    unended[20] = 0;
    for (const other of [ack(1, false, 4), nack, longer, frame(3, 3, ack(1).subarray(7, 20)), ack(1).subarray(0, 20), unended]) {
      const { connection, confirms } = opened();
      connection.read(other);
      assert.deepEqual([confirms, connection.left], [[], [other]]);
    }
  });

  it('come from amqplib where they are refusals, and its own account of them is gone', () => {
    const { channel, confirms } = opened();
    channel.emit('nack', { deliveryTag: 7, multiple: true });
    channel.emit('ack', { deliveryTag: 8, multiple: false });
    assert.deepEqual(confirms, [[7, true, false]]);
  });
});

describe('a channel', () => {
  it('has its number and the longest frame, and writes until it has ended', () => {
    const { connection, channel, wire } = opened();
    assert.deepEqual([wire.channel, wire.frameMax], [3, 4096]);
    assert.equal(wire.write(Buffer.from('a')), false, 'the stream is full');
    channel.emit('close');
    assert.equal(wire.write(Buffer.from('b')), true);
    assert.deepEqual(connection.written, [Buffer.from('a')]);
  });

  it('tells of room, of what was read and of what came back, and leaves nothing behind on the connection', () => {
    const { connection, channel, wire, confirms } = opened();
    const told: unknown[] = [];
    wire.onWritable(() => told.push('room'));
    wire.onRead(() => told.push('read'));
    wire.onReturn((id) => told.push(id));
    connection.stream.emit('drain');
    connection.stream.emit('readable');
    channel.emit('return', { properties: { messageId: 'one' } });
    assert.deepEqual(told, ['room', 'read', 'one']);
    channel.emit('close');
    assert.deepEqual([connection.stream.listenerCount('drain'), connection.stream.listenerCount('readable')], [0, 0]);
    connection.read(ack(1));
    assert.deepEqual([confirms, connection.left], [[], [ack(1)]]);
  });

  it('that ends behind another on its connection leaves that one its confirms', () => {
    const { connection, channel } = opened();
    const second = Object.assign(new EventEmitter(), { ch: 4, connection });
    const tags: number[] = [];
    wireOf(second as unknown as ConfirmChannel).onConfirm((tag) => { tags.push(tag); });
    channel.emit('close');
    connection.read(ack(1, false, 4));
    assert.deepEqual(tags, [1]);
  });
});

describe('what the listeners of a socket throw', () => {
  it('is told of the next socket alone, which is ended by it, and of none when nobody waits any more', async (context) => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const told: unknown[] = [];
    const fault = new Error('no frame');
    const throwing = (): Socket => connect(port, '127.0.0.1').on('test', () => { throw fault; }).on('error', () => undefined);
    const release = containSocket((error) => { told.push(error); });
    const [first, second] = [throwing(), throwing()];
    assert.equal(first.emit('test'), true);
    assert.deepEqual([told, first.destroyed], [[fault], true]);
    assert.throws(() => second.emit('test'), fault);
    release();
    containSocket((error) => { told.push(error); })();
    const third = throwing();
    assert.throws(() => third.emit('test'), fault);
    assert.equal(told.length, 1);
    for (const socket of [second, third]) socket.destroy();
  });

  it('is told to each who waits, whoever of the others has ceased to', async (context) => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    context.after(() => server.close());
    const told: string[] = [];
    const [first, , third] = ['first', 'second', 'third'].map((name) => containSocket(() => { told.push(name); }));
    first?.();
    first?.();
    third?.();
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('test', () => { throw new Error('no frame'); }).on('error', () => undefined);
    socket.emit('test');
    assert.deepEqual(told, ['second']);
    socket.destroy();
  });
});

describe('what comes with the answer to the login', () => {
  /** A socket that has these pieces to read. */
  function reading(...pieces: Buffer[]) {
    const socket = Object.assign(new EventEmitter(), { read: (): Buffer | null => pieces.shift() ?? null, unshift: (piece: Buffer) => { pieces.unshift(piece); } });
    let readable = 0;
    socket.on('readable', () => { readable += 1; });
    const end = containSocket(() => undefined);
    channel('net.client.socket').publish({ socket });
    end();
    return { socket, told: () => readable };
  }
  const openOk = method(0, 10, 41, shortString(''));
  const [before, behind] = [method(0, 10, 30, u8(1)), method(0, 10, 60, shortString('low'))];

  it('is handed out a moment later, whole, when there are listeners', async () => {
    for (const answer of [openOk, Buffer.concat([before, openOk])]) {
      for (const pieces of [[Buffer.concat([answer, behind, openOk])], [answer, Buffer.concat([behind, openOk])]]) {
        const { socket, told } = reading(...pieces);
        assert.deepEqual([socket.read(), socket.read(), told()], [answer, null, 0]);
        await settle();
        // Another answer to a login is none.
        assert.deepEqual([told(), socket.read(), socket.read()], [1, Buffer.concat([behind, openOk]), null]);
      }
    }
  });

  it('is what stands behind a whole frame of it: nothing else is held', async () => {
    for (const other of [before, openOk.subarray(7), openOk.subarray(4)]) {
      const { socket, told } = reading(other, behind);
      assert.deepEqual([socket.read(), socket.read(), socket.read()], [other, behind, null]);
      await settle();
      assert.equal(told(), 0);
    }
    const { socket } = reading();
    assert.equal(socket.read(), null);
  });
});

describe('what a broker sends unasked', () => {
  const mebibyte = 1024 * 1024;
  /** Reads and writes so many bytes after so many seconds; gives how often the limit was told. */
  function limited() {
    const connection = new Connection();
    let [time, floods] = [5000, 0];
    limitInbound({ connection } as unknown as ChannelModel, () => time, () => { floods += 1; });
    return (read: number, written: number, seconds: number): number => {
      time += seconds * 1000;
      connection.stream.bytesRead += read;
      connection.stream.bytesWritten += written;
      connection.stream.emit('readable');
      return floods;
    };
  }

  it('may be a mebibyte at once, and no byte more', () => {
    const pass = limited();
    assert.equal(pass(mebibyte, 0, 0), 0);
    assert.equal(pass(1, 0, 0), 1);
    assert.equal(pass(mebibyte, 0, 0), 1, 'told once');
  });

  it('may be twice what was sent, and 64 KiB a second beside it for days', () => {
    const pass = limited();
    for (let hour = 0; hour < 48; hour += 1) assert.equal(pass(2e6 + 3600 * 64 * 1024, 1e6, 3600), 0);
    assert.equal(pass(mebibyte + 1, 0, 0), 1);
  });

  it('is not made up for by seconds in which nothing came, but by what was sent, up to 16 MiB', () => {
    const quiet = limited();
    quiet(0, 0, 3600);
    assert.equal(quiet(mebibyte + 1, 0, 0), 1);
    const busy = limited();
    busy(0, 100 * mebibyte, 1);
    assert.equal(busy(17 * mebibyte, 0, 0), 0);
    assert.equal(busy(1, 0, 0), 1);
  });
});
