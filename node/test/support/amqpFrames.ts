/** AMQP 0-9-1 on the wire, for what stands in for a broker in tests. */

/** A frame: type 1 is a method, 2 a header, 3 a body, 8 a heartbeat. */
export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** The frames in a piece of a stream, and what is left of the last. */
export function parseFrames(bytes: Buffer): { readonly frames: Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= 8) {
    const size = bytes.readUInt32BE(at + 3);
    if (bytes.length - at < size + 8) break;
    if (bytes[at + 7 + size] !== 0xce) throw new Error(`the frame at ${String(at)} has no end`);
    frames.push({ type: bytes.readUInt8(at), channel: bytes.readUInt16BE(at + 1), payload: bytes.subarray(at + 7, at + 7 + size) });
    at += size + 8;
  }
  return { frames, rest: bytes.subarray(at) };
}

export function frame(type: number, channel: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(7);
  head[0] = type;
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

/** A method frame: class and method number, then its arguments. */
export function method(channel: number, classId: number, methodId: number, ...args: Uint8Array[]): Buffer {
  return frame(1, channel, Buffer.concat([u16(classId), u16(methodId), ...args]));
}

export function u8(value: number): Buffer {
  return Buffer.from([value]);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function shortString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u8(bytes.length), bytes]);
}

export function longString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** A published message, as it stands in its frames. */
export interface Published {
  readonly channel: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  /** Of the kinds that a publisher of samples sets. */
  readonly properties: { readonly contentType: string; readonly deliveryMode: number; readonly messageId: string; readonly timestamp: number; readonly appId: string };
  readonly body: string;
}

/** Puts frames together to the messages that they publish. */
export class MessageReader {
  #method: Frame | undefined;
  #header: Frame | undefined;
  #body = Buffer.alloc(0);

  /** The message that this frame completes. */
  add(next: Frame): Published | undefined {
    if (next.type === 1 && next.payload.readUInt32BE(0) === ((60 << 16) | 40)) {
      this.#method = next;
      return undefined;
    }
    if (next.type === 2) {
      this.#header = next;
      this.#body = Buffer.alloc(0);
    } else if (next.type === 3) {
      // RabbitMQ closes the connection.
      if (this.#header === undefined) throw new Error('a body that no header has announced');
      this.#body = Buffer.concat([this.#body, next.payload]);
    }
    const { payload } = this.#header ?? {};
    if (this.#method === undefined || payload === undefined || Number(payload.readBigUInt64BE(4)) !== this.#body.length) return undefined;
    const message = published(this.#method, payload, this.#body.toString('utf8'));
    this.#method = this.#header = undefined;
    return message;
  }
}

function published({ channel, payload }: Frame, header: Buffer, body: string): Published {
  const [exchange, afterExchange] = readShort(payload, 6);
  const [routingKey, afterKey] = readShort(payload, afterExchange);
  if (header.readUInt16BE(12) !== 0x90c8) throw new Error(`unexpected properties: ${header.readUInt16BE(12).toString(16)}`);
  const [contentType, afterType] = readShort(header, 14);
  const [messageId, afterId] = readShort(header, afterType + 1);
  const [appId] = readShort(header, afterId + 8);
  return {
    channel, exchange, routingKey, body, mandatory: (payload.readUInt8(afterKey) & 1) === 1,
    properties: { contentType, deliveryMode: header.readUInt8(afterType), messageId, timestamp: Number(header.readBigUInt64BE(afterId)), appId },
  };
}

/** A short string, and where it ends. */
function readShort(bytes: Buffer, at: number): readonly [string, number] {
  const end = at + 1 + bytes.readUInt8(at);
  return [bytes.toString('utf8', at + 1, end), end];
}
