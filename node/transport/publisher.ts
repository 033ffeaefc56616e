import type { Options } from 'amqplib';
import type { BrokerSettings } from '../config/settings.js';
import type { Clock } from '../scheduler/clock.js';
import type { Envelope } from '../sample/message.js';
import type { Queued } from '../spool/queue.js';
import type { Backoff } from './backoff.js';
import type { Outbox } from './outbox.js';
import type { Rate } from './rate.js';
import { Window } from './window.js';

/** What a publisher needs of a confirm channel (amqplib's ConfirmChannel has it). */
export interface PublishChannel {
  /** False: the write buffer is full until `drain`. The callback gets an error for a nack or a closed channel. */
  publish(exchange: string, routingKey: string, content: Buffer, options: Options.Publish, outcome: (error: unknown) => void): boolean;
  on(event: 'return', listener: (message: { readonly properties: { readonly messageId?: unknown } }) => void): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

/** What a publisher tells. */
export interface PublisherListener {
  confirmed(): void;
  /** A sample came back; `held` unless it was let go. */
  returned(held: boolean): void;
  /** The first sample after a hold reached somebody. */
  routed(): void;
  rejected(): void;
  unsendable(envelope: Envelope, error: unknown): void;
  /** No confirm came in time: the connection is dead. */
  overdue(): void;
  queueFailed(error: unknown): void;
  /** Nothing is in flight, and nothing waits or nothing more is to be sent. */
  idle(): void;
}

export interface PublisherParts {
  readonly channel: PublishChannel;
  readonly broker: BrokerSettings;
  readonly unroutable: 'hold' | 'drop';
  readonly outbox: Outbox;
  readonly rate: Rate;
  readonly clock: Clock;
  readonly listener: PublisherListener;
  /** Delays between probes while samples are held, and after a nack. */
  readonly patience: Backoff;
}

interface Flight {
  readonly position: number;
  readonly envelope: Envelope;
  readonly sent: number;
  returned: boolean;
}

/** Positions start at 1. */
const beforeAll = 0;

/**
 * Sends from the outbox over one channel, in order, a window at a time. After a sample came back or was refused nothing
 * follows it: the outcome of everything in flight is awaited, then sending starts again at the oldest unconfirmed, a
 * single sample first. A consumer that drops repeated message ids so sees samples in the order taken.
 */
export class Publisher {
  readonly #window: Window;
  readonly #flights = new Map<string, Flight>();
  #ahead: Queued[] = [];
  #cursor = beforeAll;
  #holding = false;
  /** Nothing is sent until the flights have landed. */
  #settling = false;
  /** Nothing is sent until a timer. */
  #paused = false;
  #blocked = false;
  #ended = false;
  #room = true;
  #pumping = false;
  #again = false;
  /** Rises with every restart: what was read before one is not sent after it. */
  #epoch = 0;
  #puts = 0;
  /** The queue was read to its end and nothing was put since. */
  #exhausted = false;
  /** Nothing was confirmed since the last restart. */
  #wary = false;
  #unblockedAt = 0;
  #cancelPause: () => void = () => undefined;
  #cancelOverdue: (() => void) | undefined;

  /** `holding`: samples came back on the channel before this one. */
  constructor(
    private readonly parts: PublisherParts,
    holding = false,
  ) {
    this.#window = new Window(parts.broker.window);
    this.#holding = holding;
    parts.channel.on('return', (message) => { this.#returned(message.properties.messageId); });
    parts.channel.on('drain', () => {
      this.#room = true;
      this.wake();
    });
  }

  /** Samples sent whose outcome is not known. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** Samples came back and nothing has reached anybody since. */
  get holding(): boolean {
    return this.#holding;
  }

  /** Something was put into the queue. */
  put(): void {
    this.#puts += 1;
    this.#exhausted = false;
    this.wake();
  }

  /** Sends what may be sent. */
  wake(): void {
    if (this.#pumping) {
      this.#again = true;
      return;
    }
    this.#pumping = true;
    void this.#pump().finally(() => {
      this.#pumping = false;
      if (this.#again) this.wake();
    });
  }

  /** The broker asks for a pause; confirms may then take any time. */
  block(blocked: boolean): void {
    this.#blocked = blocked;
    this.#cancelOverdue?.();
    this.#cancelOverdue = undefined;
    if (blocked) return;
    this.#unblockedAt = this.parts.clock.now();
    this.#watch();
    this.wake();
  }

  /** Sends nothing more; what is in flight may still be confirmed. */
  end(): void {
    this.#ended = true;
    this.#cancelPause();
    this.#cancelOverdue?.();
  }

  get #stopped(): boolean {
    return this.#ended || this.#settling || this.#paused || this.#blocked || !this.#room;
  }

  async #pump(): Promise<void> {
    do {
      this.#again = false;
      while (!this.#stopped && this.#flights.size < this.#window.size) {
        if (this.#ahead.length === 0 && !(await this.#fill())) break;
        // Anything may have happened while the queue was read.
        if (this.#stopped) break;
        const next = this.#ahead[0];
        // The same id twice in flight could not be told apart when one comes back.
        if (next === undefined || this.#flights.has(next.envelope.id)) break;
        const wait = this.parts.rate.take();
        if (wait > 0) {
          this.#pause(wait);
          break;
        }
        this.#ahead.shift();
        this.#send(next);
      }
    } while (this.#again);
  }

  /** Reads ahead; false where there is nothing to send. */
  async #fill(): Promise<boolean> {
    const { outbox, listener, patience } = this.parts;
    const epoch = this.#epoch;
    const puts = this.#puts;
    const limit = Math.min(2 * this.#window.size, this.#window.maximum);
    if (!this.#exhausted) {
      try {
        const found = await outbox.read(this.#cursor, limit);
        if (epoch !== this.#epoch) return false;
        this.#ahead = [...found];
        this.#exhausted = found.length === 0 && puts === this.#puts;
      } catch (error) {
        listener.queueFailed(error);
        if (!this.#paused) this.#pause(patience.patient());
        return false;
      }
    }
    if (this.#ahead.length === 0 && this.#flights.size === 0) listener.idle();
    return this.#ahead.length > 0;
  }

  #send({ position, envelope }: Queued): void {
    const { broker, channel, clock, listener, outbox } = this.parts;
    this.#cursor = position;
    const flight: Flight = { position, envelope, sent: clock.now(), returned: false };
    try {
      this.#room = channel.publish(broker.exchange.name, envelope.routingKey, Buffer.from(envelope.body), propertiesOf(envelope, broker), (error) => {
        this.#landed(flight, error);
      });
    } catch (error) {
      if (error instanceof Error && error.name === 'IllegalOperationError') {
        // The channel is closing; its end is told by its own event.
        this.#ended = true;
        return;
      }
      // amqplib could not encode it (a routing key over 255 bytes, say) and never will: it must not stop the rest.
      listener.unsendable(envelope, error);
      outbox.confirm(position);
      return;
    }
    this.#flights.set(envelope.id, flight);
    this.#watch();
  }

  #returned(id: unknown): void {
    const flight = typeof id === 'string' ? this.#flights.get(id) : undefined;
    if (flight === undefined) return;
    flight.returned = true;
    const held = this.parts.unroutable === 'hold';
    if (held) {
      this.#settling = true;
      this.#holding = true;
    }
    this.parts.listener.returned(held);
  }

  #landed(flight: Flight, error: unknown): void {
    if (!this.#flights.delete(flight.envelope.id)) return;
    const { broker, clock, listener, outbox } = this.parts;
    if (error !== null && error !== undefined) {
      this.#settling = true;
      // A closed channel ends all flights so; it is not the sample that was refused.
      if (error instanceof Error && error.message === 'message nacked') listener.rejected();
    } else if (!flight.returned) {
      outbox.confirm(flight.position);
      this.#window.confirmed(clock.now() - flight.sent);
      listener.confirmed();
      this.#reached();
    } else if (this.parts.unroutable === 'drop') {
      outbox.confirm(flight.position);
      this.#window.confirmed(clock.now() - flight.sent);
    }
    if (this.#ended) {
      if (this.#flights.size === 0) listener.idle();
    } else if (this.#settling && this.#flights.size === 0) this.#restart();
    else if (this.#flights.size < broker.window) this.wake();
  }

  /** The broker took a sample and somebody was bound for it. */
  #reached(): void {
    if (this.#settling) return;
    if (this.#wary) this.parts.patience.reset();
    this.#wary = false;
    if (this.#holding) this.parts.listener.routed();
    this.#holding = false;
  }

  /** Everything in flight has landed, some of it badly: from the oldest again, after a while. */
  #restart(): void {
    this.#settling = false;
    this.#window.reset();
    this.#wary = true;
    this.#pause(this.parts.patience.patient(), async () => {
      // Read again only when what was confirmed is out: it would be sent once more otherwise.
      await this.parts.outbox.flush();
      this.#epoch += 1;
      this.#cursor = beforeAll;
      this.#ahead = [];
      this.#exhausted = false;
    });
  }

  #pause(ms: number, before?: () => Promise<void>): void {
    this.#cancelPause();
    this.#paused = true;
    this.#cancelPause = this.parts.clock.after(ms, () => {
      void (before?.() ?? Promise.resolve()).then(() => {
        this.#paused = false;
        this.wake();
      });
    });
  }

  /** Sets the timer of the oldest flight. */
  #watch(): void {
    if (this.#cancelOverdue !== undefined || this.#blocked || this.#ended) return;
    const [oldest] = this.#flights.values();
    if (oldest === undefined) return;
    const { broker, clock, listener } = this.parts;
    const due = Math.max(oldest.sent, this.#unblockedAt) + broker.confirmTimeout * 1000;
    this.#cancelOverdue = clock.after(due - clock.now(), () => {
      this.#cancelOverdue = undefined;
      if (this.#flights.get(oldest.envelope.id) === oldest) listener.overdue();
      else this.#watch();
    });
  }
}

function propertiesOf(envelope: Envelope, broker: BrokerSettings): Options.Publish {
  return {
    contentType: 'application/json',
    appId: broker.appId,
    timestamp: envelope.time,
    messageId: envelope.id,
    persistent: broker.deliveryMode === 'persistent',
    mandatory: true,
  };
}
