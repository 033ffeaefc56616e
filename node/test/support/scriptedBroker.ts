import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { frame, longString, MessageReader, method, parseFrames, shortString, u16, u32, u64, type Frame, type Published } from './amqpFrames.js';

/** What a scripted broker does. Everything that is not given is done as a broker should. */
export interface Script {
  /** Instead of all that follows: a client has connected. */
  readonly connected?: (socket: Socket) => void;
  /** What it says of itself, a table of AMQP; without it, that it is Rabbit 1.2.3. */
  readonly properties?: Buffer;
  /** A client has logged in. */
  readonly opened?: (socket: Socket) => void;
  /** A frame has come; true: it is dealt with. */
  readonly received?: (socket: Socket, received: Frame) => boolean;
  /** A message was published; without it, each is confirmed. */
  readonly published?: (socket: Socket, message: Published, tag: number) => void;
}

/** A TCP server that speaks just enough AMQP for one publisher, and after that whatever its script says. */
export interface ScriptedBroker {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** Bytes handed to the network that no client has taken. */
  readonly waiting: number;
  close(): Promise<void>;
}

/** `tls`: the certificate and key, in PEM, of one that speaks TLS. */
export async function startScriptedBroker(script: Script, tls?: { readonly cert: string; readonly key: string }): Promise<ScriptedBroker> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const accept = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (script.connected !== undefined) script.connected(socket);
    else serve(socket, script);
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the broker has no port');
  return {
    port: address.port,
    get connections() { return connections; },
    get waiting() { return [...sockets].reduce((sum, socket) => sum + socket.writableLength, 0); },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, script: Script): void {
  let bytes = Buffer.alloc(0);
  let greeted = false;
  let tag = 0;
  const messages = new MessageReader();
  const answer = (received: Frame): void => {
    if (script.received?.(socket, received) === true) return;
    const reply = received.type === 1 ? replies[received.payload.readUInt32BE(0)] : undefined;
    if (reply !== undefined) socket.write(reply(received.channel));
    if (received.type === 1 && received.payload.readUInt32BE(0) === ((10 << 16) | 40)) script.opened?.(socket);
    const message = messages.add(received);
    if (message === undefined) return;
    tag += 1;
    if (script.published === undefined) socket.write(confirm(message.channel, tag));
    else script.published(socket, message, tag);
  };
  socket.on('data', (data: Buffer) => {
    bytes = Buffer.concat([bytes, data]);
    if (!greeted && bytes.length >= 8) {
      greeted = true;
      bytes = bytes.subarray(8);
      socket.write(start(script.properties ?? ownProperties));
    }
    const { frames, rest } = parseFrames(bytes);
    bytes = Buffer.from(rest);
    // In one packet what is answered at once.
    socket.cork();
    frames.forEach(answer);
    socket.uncork();
  });
}

const property = (name: string, value: string): Buffer => Buffer.concat([shortString(name), Buffer.from('S'), longString(value)]);
const ownProperties = Buffer.concat([property('product', 'Rabbit'), property('version', '1.2.3')]);
const start = (properties: Buffer): Buffer => method(0, 10, 10, Buffer.from([0, 9]), u32(properties.length), properties, longString('PLAIN'), longString('en_US'));
const none = Buffer.alloc(0);

/** What is answered to a method, by its class and number. */
const replies: Readonly<Record<number, (channel: number) => Buffer>> = {
  [(10 << 16) | 11]: () => method(0, 10, 30, u16(0), u32(131_072), u16(0)),
  [(10 << 16) | 40]: () => method(0, 10, 41, shortString('')),
  [(10 << 16) | 50]: () => method(0, 10, 51, none),
  [(20 << 16) | 10]: (channel) => method(channel, 20, 11, longString('')),
  [(20 << 16) | 40]: (channel) => method(channel, 20, 41, none),
  [(40 << 16) | 10]: (channel) => method(channel, 40, 11, none),
  [(40 << 16) | 20]: (channel) => method(channel, 40, 21, none),
  [(85 << 16) | 10]: (channel) => method(channel, 85, 11, none),
};

/** basic.ack. */
export function confirm(channel: number, tag: number, multiple = false): Buffer {
  return method(channel, 60, 80, u64(tag), Buffer.from([multiple ? 1 : 0]));
}

/** channel.close with a reply code, and its text. */
export function closeChannel(channel: number, code: number, text: string): Buffer {
  return method(channel, 20, 40, u16(code), shortString(text), u16(0), u16(0));
}

/** Class and method of a frame, as `40.10`. */
export function methodOf({ type, payload }: Frame): string {
  return type === 1 ? `${String(payload.readUInt16BE(0))}.${String(payload.readUInt16BE(2))}` : '';
}

/** connection.blocked and unblocked. */
export function blocked(reason: string): Buffer {
  return method(0, 10, 60, shortString(reason));
}
export const unblocked: Buffer = method(0, 10, 61);

/** basic.return with the header of a body of `size` bytes, which is still to come. */
export function returned(message: Published, size: number): Buffer {
  const { channel, exchange, routingKey, properties } = message;
  return Buffer.concat([
    method(channel, 60, 50, u16(312), shortString('NO_ROUTE'), shortString(exchange), shortString(routingKey)),
    frame(2, channel, Buffer.concat([u16(60), u16(0), u64(size), u16(0x0080), shortString(properties.messageId)])),
  ]);
}

/** Writes a piece again and again, as fast as the client takes it, until the connection ends. */
export function flood(socket: Socket, piece: Buffer): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', pour);
  pour();
}
