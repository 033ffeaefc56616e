import type { BrokerSettings } from '../model/settings.js';
import type { Clock } from '../model/clock.js';
import type { Histogram } from '../model/histogram.js';
import { BrokerError } from '../model/errors.js';
import type { Queued } from '../spool/queue.js';
import type { Retries } from './backoff.js';
import type { DrainLimiter } from './drainLimiter.js';
import type { Emit } from './events.js';
import { PublishFrames } from './publishFrames.js';
import { SentSamples } from './sentSamples.js';
import type { InFlight, UnconfirmedReader } from './unconfirmedReader.js';
import { promptly, Window } from './window.js';
import type { Wire } from './wire.js';

export interface PublisherParts {
  readonly wire: Wire;
  /** host:port of the connection. */
  readonly address: string;
  readonly broker: BrokerSettings;
  readonly unroutable: 'hold' | 'drop';
  readonly reader: UnconfirmedReader;
  readonly limiter: DrainLimiter;
  readonly clock: Clock;
  readonly retries: Retries;
  readonly emit: Emit;
  /** Told how long each sample took to be confirmed. */
  readonly confirmTimes: Histogram;
}

/**
 * Sends from the queue over one channel, in order, a window at a time. After a sample came back or was refused nothing
 * follows it: the answers to everything in flight are awaited, then sending starts again at the oldest unconfirmed, a
 * single sample first. A consumer that drops repeated message ids so sees samples in the order taken.
 */
export class Publisher {
  readonly #window: Window;
  readonly #frames: PublishFrames;
  readonly #sent = new SentSamples();
  /** Samples came back and nothing has reached anybody since. */
  #unroutable: boolean;
  /** A sample came back or was refused: nothing is sent until the answers to all in flight are there. */
  #draining = false;
  /** Nothing was confirmed since sending started again. */
  #probing = false;
  /** Nothing is sent until a timer. */
  #paused = false;
  #blocked: boolean;
  #ended = false;
  #writable = true;
  #reading = false;
  #unblockedAt = 0;
  /** Answers came that were not acted on, `#routed` of them saying that a sample reached somebody. */
  #answered = false;
  #routed = 0;
  #cancelPause: () => void = () => undefined;
  #cancelLimit: (() => void) | undefined;
  #cancelOverdue: (() => void) | undefined;

  /** `before`: how things stood on the channel before this one, and whether the connection is blocked. */
  constructor(
    private readonly parts: PublisherParts,
    before: { readonly unroutable: boolean; readonly blocked: boolean } = { unroutable: false, blocked: false },
  ) {
    const { broker, wire } = parts;
    this.#unroutable = before.unroutable;
    this.#blocked = before.blocked;
    this.#window = new Window(broker.maxInFlight);
    this.#frames = new PublishFrames(wire.channel, wire.frameMax, broker, (frames) => {
      this.#writable = wire.write(frames);
      return wire.written;
    });
    wire.onConfirm((tag, multiple, acknowledged) => { this.#confirmed(tag, multiple, acknowledged); });
    wire.onRead(() => { this.#settle(); });
    wire.onReturn((id) => { this.#returned(id); });
    wire.onWritable(() => {
      this.#writable = true;
      this.wake();
    });
  }

  /** Samples sent whose outcome is not known. */
  get inFlight(): number {
    return this.#sent.unanswered;
  }

  /** Begins with the oldest unconfirmed. */
  start(): void {
    this.#begin();
    this.wake();
  }

  /** The broker asks for a pause; confirms may then take any time. */
  block(blocked: boolean): void {
    if (this.#blocked === blocked) return;
    this.#blocked = blocked;
    this.#cancelOverdue?.();
    this.#cancelOverdue = undefined;
    if (blocked) return;
    this.#unblockedAt = this.parts.clock.now();
    this.parts.limiter.begin(this.parts.reader.waiting);
    this.#watch();
    this.wake();
  }

  /** Sends nothing more; what is in flight may still be confirmed. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#settle();
    this.#cancelPause();
    this.#cancelLimit?.();
    this.#cancelOverdue?.();
  }

  /** Sends what may be sent. */
  wake(): void {
    if (this.#stopped || this.#reading) return;
    this.#send();
    this.#frames.flush();
  }

  get #stopped(): boolean {
    return this.#ended || this.#draining || this.#paused || this.#blocked || !this.#writable;
  }

  #send(): void {
    const { clock, limiter, reader } = this.parts;
    const { waiting } = reader;
    const now = clock.now();
    const prompt = limiter.caughtUp && now - (this.#sent.oldest?.sent ?? now) <= promptly;
    let capacity = this.#window.capacity(this.#sent.unanswered, waiting, prompt);
    const allowance = limiter.allowance(waiting);
    if (capacity > 0 && allowance === 0) {
      // Samples put meanwhile are live, and wake it earlier.
      this.#cancelLimit ??= clock.after(limiter.wait(waiting), () => {
        this.#cancelLimit = undefined;
        this.wake();
      });
      return;
    }
    capacity = Math.min(capacity, allowance);
    while (capacity > 0 && this.#writable) {
      const next = reader.peek();
      if (next === undefined) {
        if (!this.#fill(capacity)) break;
        continue;
      }
      capacity -= 1;
      this.#publish(next, now);
    }
    this.#watch();
  }

  /** Whether the next sample is at hand. */
  #fill(count: number): boolean {
    const filled = this.parts.reader.fill(count);
    if (filled === true) return true;
    if (filled === false) this.#idle();
    else {
      this.#reading = true;
      void filled.then((any) => {
        this.#reading = false;
        if (any) this.wake();
        else this.#idle();
      });
    }
    return false;
  }

  #idle(): void {
    if (this.#sent.unanswered === 0) this.parts.emit({ kind: 'idle' });
  }

  #publish(next: Queued, now: number): void {
    const { emit, reader } = this.parts;
    const sample = reader.take(next);
    const reason = this.#frames.add(next.envelope);
    if (reason !== undefined) {
      // It must not stop the rest.
      sample.done = true;
      reader.acknowledge();
      emit({ kind: 'unsendable', id: next.envelope.id, reason });
      return;
    }
    sample.sent = now;
    this.#sent.add(sample);
  }

  #returned(id: unknown): void {
    if (this.#sent.returned(id) === undefined) return;
    const held = this.parts.unroutable === 'hold';
    if (held) {
      this.#fail();
      this.#unroutable = true;
    }
    this.parts.emit({ kind: 'returned', held });
  }

  #confirmed(tag: number, multiple: boolean, acknowledged: boolean): void {
    const { address, clock, emit } = this.parts;
    const now = clock.now();
    let nacked = 0;
    const sent = this.#sent.answer(tag, multiple, (sample) => {
      if (!acknowledged) nacked += 1;
      else if (this.#done(sample, now)) this.#routed += 1;
    });
    if (!sent) {
      emit({ kind: 'dead', fault: new BrokerError('PSA_BROKER_CHANNEL', 'publish', `${address} confirmed what was not sent: the connection is closed`) });
      return;
    }
    if (nacked > 0) {
      this.#fail();
      emit({ kind: 'nacked', count: nacked });
    }
    this.#answered = true;
  }

  /** Notes a confirm; whether somebody was bound for the sample. */
  #done(sample: InFlight, now: number): boolean {
    if (sample.returned && this.parts.unroutable === 'hold') return false;
    sample.done = true;
    const took = now - sample.sent;
    this.#window.confirmed(took);
    this.parts.confirmTimes.add(took);
    return !sample.returned;
  }

  /** Acts on the answers that came together. */
  #settle(): void {
    if (!this.#answered) return;
    const routed = this.#routed;
    this.#answered = false;
    this.#routed = 0;
    const { emit, reader, retries } = this.parts;
    reader.acknowledge();
    if (routed > 0) {
      if (!this.#draining) this.#worked(retries);
      emit({ kind: 'confirmed', count: routed });
    }
    if (this.#ended) this.#idle();
    else if (this.#draining && this.#sent.unanswered === 0) this.#restart();
    else this.wake();
  }

  #worked(retries: Retries): void {
    retries.worked();
    if (this.#probing) this.parts.limiter.begin(this.parts.reader.waiting);
    this.#probing = false;
    if (!this.#unroutable) return;
    this.#unroutable = false;
    this.parts.emit({ kind: 'routed' });
  }

  #fail(): void {
    this.#draining = true;
    this.parts.retries.failed();
  }

  /** Everything in flight is answered, some of it badly: from the oldest again, after a while. */
  #restart(): void {
    this.#draining = false;
    this.#pause(this.parts.retries.resend.patient(), () => { this.#begin(); });
  }

  #begin(): void {
    const { limiter, reader } = this.parts;
    this.#window.reset();
    this.#probing = true;
    reader.restart();
    limiter.begin(reader.waiting);
  }

  #pause(ms: number, then: () => void): void {
    this.#cancelPause();
    this.#paused = true;
    this.#cancelPause = this.parts.clock.after(ms, () => {
      this.#paused = false;
      then();
      this.wake();
    });
  }

  /** Sets the timer of the oldest in flight. */
  #watch(): void {
    if (this.#cancelOverdue !== undefined || this.#blocked || this.#ended) return;
    const oldest = this.#sent.oldest;
    if (oldest === undefined) return;
    const { address, broker, clock, emit } = this.parts;
    const due = Math.max(oldest.sent, this.#unblockedAt) + broker.confirmTimeout * 1000;
    this.#cancelOverdue = clock.after(due - clock.now(), () => {
      this.#cancelOverdue = undefined;
      if (this.#sent.oldest !== oldest) this.#watch();
      else {
        emit({
          kind: 'dead',
          fault: new BrokerError('PSA_BROKER_UNREACHABLE', 'publish', `${address} confirmed nothing for ${String(broker.confirmTimeout)} s (broker.confirm_timeout): the connection counts as dead`),
        });
      }
    });
  }
}
