import type { BrokerSettings } from '../model/settings.js';
import { viewOf, writeText } from '../model/encoding.js';
import type { Envelope } from '../model/message.js';

/** AMQP 0-9-1 (section 4.2 of its specification): frames, and the numbers of what is published. */
const frameMethod = 1;
const frameHeader = 2;
const frameBody = 3;
const frameEnd = 0xce;
/** Type, channel and size before the payload. */
const frameHead = 7;
const frameOverhead = frameHead + 1;
const basic = 60;
const basicPublish = 40;
const mandatory = 1;
/** content-type, delivery-mode, message-id, timestamp and app-id are present. */
const properties = 0x8000 | 0x1000 | 0x0080 | 0x0040 | 0x0008;
const contentType = shortString('application/json');

/** Frames are gathered in memory of this size, bytes, before they are written. */
const chunkSize = 64 * 1024;
/** A short string has one byte for its length. */
const longestShortString = 255;
/** The most bytes of a header frame but for its app_id and message_id. */
const headerRest = 64;

/**
 * Writes samples as the frames of mandatory `basic.publish`: all of a tick's into one piece, what does not change from
 * sample to sample prepared once. (amqplib takes three times the processor time for the same bytes.)
 */
export class PublishFrames {
  #chunk = Buffer.allocUnsafe(chunkSize);
  /** Of the chunk. */
  #view = viewOf(this.#chunk);
  /** What is written and not yet passed on begins here. */
  #start = 0;
  #end = 0;
  #routingKey: string | undefined;
  #method: Buffer = Buffer.alloc(0);
  readonly #afterSize: Buffer;
  readonly #appId: Buffer;

  /** `frameMax` is the negotiated size of a frame; `write` gets whole messages, and tells whether the memory of all that it got is free again. */
  constructor(
    private readonly channel: number,
    private readonly frameMax: number,
    private readonly broker: BrokerSettings,
    private readonly write: (frames: Uint8Array) => boolean,
  ) {
    this.#appId = shortString(broker.appId);
    this.#afterSize = Buffer.concat([Buffer.from([properties >> 8, properties & 0xff]), contentType, Buffer.from([broker.deliveryMode === 'persistent' ? 2 : 1])]);
  }

  /** Adds a sample; the reason where AMQP cannot carry it. */
  add({ id, time, routingKey, body }: Envelope): string | undefined {
    if (routingKey !== this.#routingKey) {
      if (Buffer.byteLength(routingKey) > longestShortString) return `its routing key is longer than ${String(longestShortString)} bytes`;
      this.#method = methodFrame(this.channel, this.broker.exchange.name, routingKey);
      this.#routingKey = routingKey;
    }
    if (id.length > longestShortString || Buffer.byteLength(id) > longestShortString) return `its id is longer than ${String(longestShortString)} bytes`;
    if (!Number.isSafeInteger(time) || time < 0) return 'its time is no whole number of seconds since 1970';
    // A character of a string takes three bytes of UTF-8 at most.
    const most = 3 * body.length;
    this.#makeRoom(this.#method.length + headerRest + this.#appId.length + longestShortString + most + frameOverhead * (2 + Math.ceil(most / (this.frameMax - frameOverhead))));
    this.#put(this.#method);
    const sizeAt = this.#header(id, time);
    const size = this.#body(body);
    this.#view.setUint32(sizeAt, size);
    return undefined;
  }

  /** Passes on what was added. */
  flush(): void {
    if (this.#end === this.#start) return;
    const free = this.write(this.#chunk.subarray(this.#start, this.#end));
    // New memory each time would be in the old generation after some seconds, where nobody looks for minutes. What was made for one long message goes.
    if (free && this.#chunk.length === chunkSize) this.#end = 0;
    this.#start = this.#end;
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#chunk.length) return;
    this.flush();
    if (this.#end + bytes <= this.#chunk.length) return;
    // What was passed on is still on its way out of the old memory, or that is too small.
    this.#chunk = Buffer.allocUnsafe(Math.max(chunkSize, bytes));
    this.#view = viewOf(this.#chunk);
    this.#start = 0;
    this.#end = 0;
  }

  /** The header frame; gives the place of the body's size (its lower half). */
  #header(id: string, time: number): number {
    const chunk = this.#chunk;
    const view = this.#view;
    const start = this.#end;
    const sizeAt = start + frameHead + 8;
    view.setUint32(start + frameHead, basic << 16);
    view.setUint32(start + frameHead + 4, 0);
    this.#end = sizeAt + 4;
    this.#put(this.#afterSize);
    const length = writeText(chunk, id, this.#end + 1);
    chunk[this.#end] = length;
    this.#end += 1 + length;
    view.setUint32(this.#end, Math.floor(time / 2 ** 32));
    view.setUint32(this.#end + 4, time % 2 ** 32);
    this.#end += 8;
    this.#put(this.#appId);
    this.#end = this.#close(start, frameHeader, this.#end);
    return sizeAt;
  }

  #put(bytes: Buffer): void {
    this.#chunk.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** The body's frames; gives its size in bytes. */
  #body(body: string): number {
    const first = this.#end;
    const size = writeText(this.#chunk, body, first + frameHead);
    const most = this.frameMax - frameOverhead;
    if (size <= most) {
      if (size > 0) this.#end = this.#close(first, frameBody, first + frameHead + size);
      return size;
    }
    const content = Buffer.from(this.#chunk.subarray(first + frameHead, first + frameHead + size));
    for (let offset = 0; offset < size; offset += most) {
      const start = this.#end;
      const length = content.copy(this.#chunk, start + frameHead, offset, offset + most);
      this.#end = this.#close(start, frameBody, start + frameHead + length);
    }
    return size;
  }

  /** Completes the frame that begins at `start`, its payload ending at `end`. */
  #close(start: number, type: number, end: number): number {
    const chunk = this.#chunk;
    chunk[start] = type;
    this.#view.setUint16(start + 1, this.channel);
    this.#view.setUint32(start + 3, end - start - frameHead);
    chunk[end] = frameEnd;
    return end + 1;
  }
}

function methodFrame(channel: number, exchange: string, routingKey: string): Buffer {
  const head = Buffer.alloc(frameHead);
  const ids = Buffer.alloc(6);
  ids.writeUInt16BE(basic, 0);
  ids.writeUInt16BE(basicPublish, 2);
  const payload = Buffer.concat([ids, shortString(exchange), shortString(routingKey), Buffer.from([mandatory])]);
  head[0] = frameMethod;
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([frameEnd])]);
}

/** A text of at most 255 bytes, as the settings are checked to have. */
function shortString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
