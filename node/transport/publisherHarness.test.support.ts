/** What the publisher's tests share: a publisher on a test clock, and a broker's channel of which the test decides everything. */
import { MemoryQueue } from '../spool/memory.test.support.js';
import type { SampleQueue } from '../spool/queue.js';
import { MessageReader, parseFrames, type Published } from '../test/support/amqpFrames.js';
import { settle, TestClock } from '../test/support/clock.js';
import { Retries } from './backoff.js';
import { DrainLimiter } from './drainLimiter.js';
import type { TransportEvent } from './events.js';
import { Histogram } from '../model/histogram.js';
import { settingsFor } from './harness.test.support.js';
import { Publisher } from './publisher.js';
import { UnconfirmedReader } from './unconfirmedReader.js';
import type { Wire } from './wire.js';

/** A broker's end of a channel: what was published waits on the wire until the test lets the broker take it. */
class FakeWire implements Wire {
  readonly channel = 1;
  readonly frameMax = 4096;
  readonly wire: { readonly id: string; readonly tag: number }[] = [];
  readonly messages: Published[] = [];
  readonly written = true;
  /** Writes that were made. */
  writes = 0;
  bound = true;
  /** Samples that fit before it takes no more. */
  room = 100;
  #tag = 0;
  #closed = false;
  readonly #reader = new MessageReader();
  #confirm: (tag: number, multiple: boolean, acknowledged: boolean) => void = () => undefined;
  #read: () => void = () => undefined;
  #return: (id: unknown) => void = () => undefined;
  #writable: () => void = () => undefined;

  constructor(private readonly arrived: string[]) {}

  write(bytes: Uint8Array): boolean {
    if (this.#closed) return true;
    this.writes += 1;
    const { frames, rest } = parseFrames(Buffer.from(bytes));
    if (rest.length > 0) throw new Error('a frame is written in pieces');
    for (const one of frames) {
      const message = this.#reader.add(one);
      if (message === undefined) continue;
      this.messages.push(message);
      this.wire.push({ id: message.properties.messageId, tag: ++this.#tag });
    }
    return this.wire.length < this.room;
  }

  onWritable(listener: () => void): void { this.#writable = listener; }
  onConfirm(listener: (tag: number, multiple: boolean, acknowledged: boolean) => void): void { this.#confirm = listener; }
  onRead(listener: () => void): void { this.#read = listener; }
  onReturn(listener: (id: unknown) => void): void { this.#return = listener; }

  /** The broker takes up to `count` of what is on the wire, and answers: each, or the last for all. */
  take(count = Infinity, { nack = false, silent = false, multiple = false } = {}): void {
    const answers: number[] = [];
    for (let left = Math.min(count, this.wire.length); left > 0; left -= 1) {
      const oldest = this.wire.shift();
      if (oldest === undefined) break;
      if (!nack) {
        if (this.bound) this.arrived.push(oldest.id);
        else this.#return(oldest.id);
      }
      // A confirm that is lost with the channel.
      if (!silent) answers.push(oldest.tag);
    }
    for (const tag of multiple ? answers.slice(-1) : answers) this.#confirm(tag, multiple, !nack);
    this.#read();
    this.#writable();
  }

  /** The broker confirms whatever it likes. */
  confirm(tag: number, multiple = false): void {
    this.#confirm(tag, multiple, true);
    this.#read();
  }

  close(): void {
    this.#closed = true;
    this.wire.length = 0;
  }
}

/** A publisher, the queue it sends from, and what arrived and was told. */
export class PublisherHarness {
  readonly clock = new TestClock();
  readonly queue: SampleQueue;
  readonly reader: UnconfirmedReader;
  readonly limiter: DrainLimiter;
  readonly retries = new Retries({ initial: 1, maximum: 30 }, () => 1);
  readonly arrived: string[] = [];
  readonly events: TransportEvent[] = [];
  wire = new FakeWire(this.arrived);
  publisher: Publisher;
  taken = 0;
  #unroutable = false;

  constructor(private readonly unroutable: 'hold' | 'drop' = 'hold', private readonly window = 8, drainRate = 1e9) {
    this.queue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e9, clock: this.clock });
    this.reader = new UnconfirmedReader(this.queue);
    this.limiter = new DrainLimiter(drainRate, () => this.clock.now());
    this.publisher = this.open();
    this.queue.onChange(() => {
      this.reader.changed();
      this.publisher.wake();
    });
  }

  readonly confirmTimes = new Histogram();

  /** A new channel. */
  open(): Publisher {
    this.wire = new FakeWire(this.arrived);
    this.publisher = new Publisher({
      wire: this.wire, address: 'broker:5672', broker: settingsFor(1, 'e', { maxInFlight: this.window, confirmTimeout: 30 }), unroutable: this.unroutable,
      reader: this.reader, limiter: this.limiter, clock: this.clock, retries: this.retries, confirmTimes: this.confirmTimes,
      emit: (event) => {
        this.events.push(event);
        if (event.kind === 'returned' && event.held) this.#unroutable = true;
        if (event.kind === 'routed') this.#unroutable = false;
      },
    }, { unroutable: this.#unroutable, blocked: false });
    this.publisher.start();
    return this.publisher;
  }

  /** Samples came back and nothing has reached anybody since. */
  get holding(): boolean {
    return this.#unroutable;
  }

  told(kind: TransportEvent['kind']): TransportEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  async put(count: number, routingKey = 'k'): Promise<void> {
    await this.queue.put(Array.from({ length: count }, () => {
      const id = String(this.taken++);
      return { id, time: 7, routingKey, body: '{}' };
    }));
    await settle();
  }

  async take(...args: Parameters<FakeWire['take']>): Promise<void> {
    this.wire.take(...args);
    await settle();
  }

  /** Grows the window to its maximum. */
  async warm(): Promise<void> {
    await this.put(20);
    while (this.wire.wire.length > 0) await this.take();
  }

  get onWire(): string[] {
    return this.wire.wire.map(({ id }) => id);
  }
}
