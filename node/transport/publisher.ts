import type { Envelope } from '../model/message.js';
import type { Queued } from '../spool/queue.js';
import { propertiesOf, type PublisherParts } from './publishing.js';
import { Reader } from './reader.js';
import { Window } from './window.js';

interface Flight {
  readonly position: number;
  readonly envelope: Envelope;
  /** Monotonic milliseconds. */
  readonly sent: number;
  returned: boolean;
}

/**
 * Sends from the outbox over one channel, in order, a window at a time. After a sample came back or was refused nothing
 * follows it: the outcome of everything in flight is awaited, then sending starts again at the oldest unconfirmed, a
 * single sample first. A consumer that drops repeated message ids so sees samples in the order taken.
 */
export class Publisher {
  readonly #window: Window;
  readonly #reader: Reader;
  readonly #flights = new Map<string, Flight>();
  #holding: boolean;
  /** Nothing was confirmed since the last restart. */
  #wary = false;
  /** Nothing is sent until the flights have landed. */
  #settling = false;
  /** Nothing is sent until a timer. */
  #paused = false;
  #blocked = false;
  #ended = false;
  #room = true;
  #pumping = false;
  #again = false;
  #unblockedAt = 0;
  #cancelPause: () => void = () => undefined;
  #cancelOverdue: (() => void) | undefined;

  /** `holding`: samples came back on the channel before this one. */
  constructor(
    private readonly parts: PublisherParts,
    holding = false,
  ) {
    this.#window = new Window(parts.broker.window);
    this.#reader = new Reader(parts.outbox);
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
    this.#reader.put();
    this.wake();
  }

  /** Sends what may be sent. */
  wake(): void {
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#pump().finally(() => {
      this.#pumping = false;
      // Called for between the end of the pump and this.
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

  #stopped(): boolean {
    return this.#ended || this.#settling || this.#paused || this.#blocked || !this.#room;
  }

  async #pump(): Promise<void> {
    const { outbox } = this.parts;
    while (this.#again) {
      this.#again = false;
      while (!this.#stopped() && this.#window.room(this.#flights.size, outbox.count) && (await this.#filled())) {
        const next = this.#reader.peek();
        // Anything may have happened while the queue was read. And the same id twice in flight could not be told apart.
        if (this.#stopped() || next === undefined || this.#flights.has(next.envelope.id)) break;
        const wait = this.parts.rate.take();
        if (wait > 0) {
          this.#pause(wait);
          break;
        }
        this.#reader.advance();
        this.#send(next);
      }
    }
  }

  async #filled(): Promise<boolean> {
    const { listener, patience } = this.parts;
    try {
      const filled = await this.#reader.fill(Math.min(2 * this.#window.size, this.#window.maximum));
      if (!filled && this.#flights.size === 0) listener.idle();
      return filled;
    } catch (error) {
      listener.queueFailed(error);
      if (!this.#paused) this.#pause(patience.patient());
      return false;
    }
  }

  #send({ position, envelope }: Queued): void {
    const { broker, channel, clock, listener, outbox } = this.parts;
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
    if (error !== null && error !== undefined) {
      this.#settling = true;
      // A closed channel ends all flights so; it is not the sample that was refused.
      if (error instanceof Error && error.message === 'message nacked') this.parts.listener.rejected();
    } else if (!flight.returned || this.parts.unroutable === 'drop') {
      this.#done(flight);
    }
    if (this.#ended) {
      if (this.#flights.size === 0) this.parts.listener.idle();
    } else if (this.#settling && this.#flights.size === 0) {
      this.#restart();
    } else {
      this.wake();
    }
  }

  #done(flight: Flight): void {
    const { clock, listener, outbox, patience } = this.parts;
    outbox.confirm(flight.position);
    this.#window.confirmed(clock.now() - flight.sent);
    if (flight.returned) return;
    listener.confirmed();
    if (this.#settling) return;
    if (this.#wary) patience.reset();
    this.#wary = false;
    if (this.#holding) listener.routed();
    this.#holding = false;
  }

  /** Everything in flight has landed, some of it badly: from the oldest again, after a while. */
  #restart(): void {
    this.#settling = false;
    this.#wary = true;
    this.#window.reset();
    this.#pause(this.parts.patience.patient(), () => { this.#reader.restart(); });
  }

  #pause(ms: number, before?: () => void): void {
    this.#cancelPause();
    this.#paused = true;
    this.#cancelPause = this.parts.clock.after(ms, () => {
      before?.();
      this.#paused = false;
      this.wake();
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
