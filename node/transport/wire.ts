/** The one file that reaches behind amqplib's interface: to the socket of a connection, and to the confirms of a channel. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { viewOf } from '../model/encoding.js';

/** What a publisher needs of a confirm channel. */
export interface Wire {
  /** The channel's number. */
  readonly channel: number;
  /** The longest frame that the broker takes, bytes. */
  readonly frameMax: number;
  /** Writes whole frames; false: the write buffer is full until `onWritable`. Does nothing on a channel that has ended. */
  write(frames: Uint8Array): boolean;
  /** Whether the system has taken all that was written. */
  readonly written: boolean;
  onWritable(listener: () => void): void;
  /** `tag` counts what was published on this channel, from 1 on; `multiple`: and all before it. */
  onConfirm(listener: (tag: number, multiple: boolean, acknowledged: boolean) => void): void;
  /** All that came in one piece was told. */
  onRead(listener: () => void): void;
  /** A message came back; its confirm follows. */
  onReturn(listener: (messageId: unknown) => void): void;
}

interface Inside {
  /** What was read and is no whole frame yet. */
  rest: Buffer;
  /** Gives the next frame; false: there is none yet. */
  recvFrame: () => unknown;
  readonly stream: Duplex & { readonly bytesRead: number; readonly bytesWritten: number };
  readonly frameMax: number;
  readonly blocked: boolean;
}

/** Whether the broker asked for a pause before anybody could listen. */
export function isBlocked(connection: ChannelModel): boolean {
  return (connection.connection as unknown as Inside).blocked;
}

/**
 * Calls `failed` with what is thrown by the listeners of the next socket that is made, until the returned function is
 * called. A broker that sends nonsense in one packet with its answer to the login makes amqplib emit an error before it
 * has handed out what one could listen at; that error would end the process.
 */
export function containSocket(failed: (error: unknown) => void): () => void {
  const end = (): void => {
    if (waiting.delete(contain) && waiting.size === 0) unwatch();
  };
  const contain = (socket: Socket): void => {
    end();
    holdAfterLogin(socket);
    const emit = socket.emit.bind(socket) as (...args: unknown[]) => boolean;
    socket.emit = (...args: unknown[]): boolean => {
      try {
        return emit(...args);
      } catch (error) {
        socket.destroy();
        failed(error);
        return true;
      }
    };
  };
  if (waiting.size === 0) watch();
  waiting.add(contain);
  return end;
}

/** Those that wait for the next socket: of one transport one, of several in one process as many as connect. */
const waiting = new Set<(socket: Socket) => void>();
const handOut = (socket: Socket): void => { for (const contain of waiting) contain(socket); };
const told = (message: unknown): void => { handOut((message as { readonly socket: Socket }).socket); };
let unwatch = (): void => undefined;

function watch(): void {
  subscribe('net.client.socket', told);
  // No channel tells of a TLS socket, which is what amqplib reads from; the one beneath it is none of `net.connect`'s.
  const { connect } = tls;
  tls.connect = ((...args: Parameters<typeof connect>) => {
    const socket = connect(...args);
    handOut(socket);
    return socket;
  }) as typeof connect;
  unwatch = () => {
    unsubscribe('net.client.socket', told);
    tls.connect = connect;
  };
}

/** The class and method of connection.open-ok, the last of a login. */
const openOk = Buffer.from([0, 10, 0, 41]);

/** Hands out what comes with the answer to the login a moment later, when there are listeners. */
function holdAfterLogin(socket: Socket): void {
  const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
  let held = false;
  let over = false;
  socket.read = (size?: number): Buffer | null => {
    // Whoever holds the same socket may put this back in the place of its own.
    if (over) return read(size);
    if (held) return null;
    const data = read(size);
    const at = data?.indexOf(openOk) ?? -1;
    if (data === null || at < 4) return data;
    held = true;
    setImmediate(() => {
      over = true;
      socket.read = read;
      socket.emit('readable');
    });
    // The size of the payload stands before it, the end of the frame behind.
    const end = at + data.readUInt32BE(at - 4) + 1;
    if (end >= data.length) return data;
    socket.unshift(data.subarray(end));
    return data.subarray(0, end);
  };
}

/** The socket of a connection. */
function streamOf(connection: ChannelModel | ConfirmChannel): Inside['stream'] {
  return (connection.connection as unknown as Inside).stream;
}

/** A frame of basic.ack: its length, that of its payload, its class and method, and its end (AMQP 0-9-1, section 4.2.3). */
const ackLength = 21;
const ackPayload = 13;
const basicAck = 0x003c0050;
const frameEnd = 0xce;

/**
 * Takes acks from the front of what was read, as they come by the dozen, without the objects and events that amqplib makes of each
 * frame. The returned function leaves all frames to amqplib again.
 */
function takeAcks(connection: Inside, channel: number, acked: (tag: number, multiple: boolean) => void): () => void {
  const recvFrame = connection.recvFrame.bind(connection);
  const own = (): unknown => {
    const { rest } = connection;
    const view = viewOf(rest);
    let at = 0;
    for (; at + ackLength <= rest.length; at += ackLength) {
      const isAck = rest[at] === 1 && view.getUint16(at + 1) === channel && view.getUint32(at + 3) === ackPayload
        && view.getUint32(at + 7) === basicAck && rest[at + 20] === frameEnd;
      if (!isAck) break;
      acked(view.getUint32(at + 11) * 2 ** 32 + view.getUint32(at + 15), ((rest[at + 19] ?? 0) & 1) === 1);
    }
    if (at > 0) connection.rest = rest.subarray(at);
    return recvFrame();
  };
  connection.recvFrame = own;
  return () => { if (connection.recvFrame === own) connection.recvFrame = recvFrame; };
}

/**
 * Takes over publishing on a confirm channel. amqplib's own account of confirms is taken off, for it would wait for
 * messages that it did not send; it costs a callback a message, and shifts an array for every confirm.
 */
export function wireOf(channel: ConfirmChannel): Wire {
  const stream = streamOf(channel);
  const { ch: number } = channel as unknown as { readonly ch: number };
  const inside = channel.connection as unknown as Inside;
  let ended = false;
  let confirm: (tag: number, multiple: boolean, acknowledged: boolean) => void = () => undefined;
  channel.removeAllListeners('ack').removeAllListeners('nack');
  channel.on('nack', ({ deliveryTag, multiple }) => { confirm(deliveryTag, multiple, false); });
  const release = takeAcks(inside, number, (tag, multiple) => { confirm(tag, multiple, true); });
  channel.once('close', () => {
    ended = true;
    release();
  });
  return {
    channel: number,
    frameMax: inside.frameMax,
    write: (frames) => ended || stream.write(frames),
    get written() { return stream.writableLength === 0; },
    onWritable: (listener) => {
      stream.on('drain', listener);
      channel.once('close', () => { stream.off('drain', listener); });
    },
    onConfirm: (listener) => { confirm = listener; },
    onRead: (listener) => {
      // Behind amqplib's own listener, which takes all frames that there are.
      stream.on('readable', listener);
      channel.once('close', () => { stream.off('readable', listener); });
    },
    onReturn: (listener) => { channel.on('return', ({ properties }) => { listener((properties as { readonly messageId?: unknown }).messageId); }); },
  };
}

/** Bytes that a broker may send unasked: at once, and a second. */
const unasked = 1024 * 1024;
const unaskedRate = 64 * 1024;
/** Bytes that may come back at most, of what was sent. */
const mostReturned = 16 * 1024 * 1024;

/**
 * Calls `flooded` once when the broker sends more than it can have cause to: confirms, and messages that come back, are
 * never more than twice what was sent. A message that came back without end, or notices by the thousand, would fill the
 * memory, since amqplib gathers what comes.
 */
export function limitInbound(connection: ChannelModel, now: () => number, flooded: () => void): void {
  const stream = streamOf(connection);
  const counts = () => ({ read: stream.bytesRead, written: stream.bytesWritten, time: now() });
  let last = counts();
  let surplus = 0;
  const check = (): void => {
    const current = counts();
    surplus += current.read - last.read - 2 * (current.written - last.written);
    if (surplus > 0) surplus = Math.max(0, surplus - ((current.time - last.time) * unaskedRate) / 1000);
    surplus = Math.max(-mostReturned, surplus);
    last = current;
    if (surplus <= unasked) return;
    stream.off('readable', check);
    flooded();
  };
  stream.on('readable', check);
}
