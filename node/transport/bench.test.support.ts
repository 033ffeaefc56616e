/** What the publisher's tests share: a publisher on a test clock, and a broker's channel of which the test decides everything. */
import assert from 'node:assert/strict';
import type { Options } from 'amqplib';
import { MemoryQueue } from '../spool/memory.js';
import { settle, TestClock } from '../test/support/clock.js';
import { Backoff } from './backoff.js';
import { Outbox } from './outbox.js';
import { Publisher } from './publisher.js';
import type { PublishChannel } from './publishing.js';
import { Rate } from './rate.js';
import { settingsFor } from './rig.test.support.js';

interface Wired {
  readonly id: string;
  readonly outcome: (error: unknown) => void;
}

/** A broker's channel: what was published waits on the wire until the test lets the broker take it. */
class FakeChannel implements PublishChannel {
  readonly wire: Wired[] = [];
  readonly options: Options.Publish[] = [];
  bound = true;
  #onReturn: (message: { properties: { messageId?: unknown } }) => void = () => undefined;
  #onDrain: () => void = () => undefined;

  constructor(private readonly arrived: string[]) {}

  publish(_exchange: string, routingKey: string, _content: Buffer, options: Options.Publish, outcome: (error: unknown) => void): boolean {
    if (routingKey === 'unsendable') throw new TypeError('too long');
    this.options.push(options);
    this.wire.push({ id: String(options.messageId), outcome });
    return this.wire.length < 100;
  }

  on(event: 'return' | 'drain', listener: (() => void) & ((message: { properties: { messageId?: unknown } }) => void)): void {
    if (event === 'return') this.#onReturn = listener;
    else this.#onDrain = listener;
  }

  /** The broker takes up to `count` of what is on the wire, and answers. */
  take(count = Infinity, { nack = false, silent = false } = {}): void {
    for (let left = Math.min(count, this.wire.length); left > 0; left -= 1) {
      const oldest = this.wire.shift();
      if (oldest === undefined) break;
      const { id, outcome } = oldest;
      if (nack) outcome(new Error('message nacked'));
      else {
        if (this.bound) this.arrived.push(id);
        else this.#onReturn({ properties: { messageId: id } });
        // A confirm that is lost with the channel.
        if (!silent) outcome(null);
        else this.lost.push(outcome);
      }
    }
    this.#onDrain();
  }

  readonly lost: ((error: unknown) => void)[] = [];

  close(): void {
    for (const outcome of [...this.lost, ...this.wire.map((one) => one.outcome)]) outcome(new Error('channel closed'));
    this.wire.length = 0;
  }
}

/** A publisher, the queue it sends from, and what arrived and was told. */
export class Bench {
  readonly clock = new TestClock();
  readonly queue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e9, clock: this.clock });
  readonly outbox = new Outbox(this.queue);
  readonly arrived: string[] = [];
  readonly told: string[] = [];
  readonly patience = new Backoff(1000, 30_000, () => 1);
  channel = new FakeChannel(this.arrived);
  publisher: Publisher;
  taken = 0;

  constructor(private readonly unroutable: 'hold' | 'drop' = 'hold', private readonly window = 8, private readonly drainRate = 1e9) {
    this.publisher = this.open();
    this.queue.onChange(() => { this.publisher.put(); });
  }

  open(holding = false): Publisher {
    this.channel = new FakeChannel(this.arrived);
    const tell = (what: string) => () => { this.told.push(what); };
    this.publisher = new Publisher({
      channel: this.channel, broker: settingsFor(1, 'e', { window: this.window, confirmTimeout: 30 }), unroutable: this.unroutable,
      outbox: this.outbox, rate: new Rate(this.drainRate, () => this.clock.now()), clock: this.clock, patience: this.patience,
      listener: {
        confirmed: () => undefined, returned: (held) => { this.told.push(held ? 'held' : 'let go'); }, routed: tell('routed'), rejected: tell('rejected'),
        unsendable: tell('unsendable'), overdue: tell('overdue'), queueFailed: assert.ifError, idle: tell('idle'),
      },
    }, holding);
    this.publisher.wake();
    return this.publisher;
  }

  async put(count: number, routingKey = 'k'): Promise<void> {
    await this.queue.put(Array.from({ length: count }, () => {
      const id = String(this.taken++);
      return { id, time: 7, routingKey, body: '{}' };
    }));
    await settle();
  }

  async take(...args: Parameters<FakeChannel['take']>): Promise<void> {
    this.channel.take(...args);
    await settle();
  }

  /** Grows the window to its maximum. */
  async warm(): Promise<void> {
    await this.put(20);
    while (this.channel.wire.length > 0) await this.take();
  }

  get onWire(): string[] {
    return this.channel.wire.map(({ id }) => id);
  }
}
