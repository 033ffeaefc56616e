import type { Envelope } from '../model/message.js';
import type { Queued, SampleQueue } from '../spool/queue.js';
import { Deque } from './deque.js';

/** A sample that was handed out to be sent. */
export interface InFlight {
  readonly position: number;
  readonly envelope: Envelope;
  /** Monotonic milliseconds. */
  sent: number;
  /** The broker gave it back; its confirm follows. */
  returned: boolean;
  /** The broker has answered. */
  answered: boolean;
  /** It need not be sent again. */
  done: boolean;
}

/** Positions start at 1. */
const beforeAll = 0;
/** Samples read at a time, at least: a read of the disk is dear. */
const ahead = 256;

/**
 * The queue as a publisher sees it: read in order from the oldest unconfirmed on, and acknowledged as far as everything
 * is done with. What was confirmed beyond a sample that was not is remembered, so that it is not sent again with it.
 */
export class UnconfirmedReader {
  readonly #handedOut = new Deque<InFlight>();
  /** Confirmed beyond the acknowledged, before the last restart. */
  readonly #confirmed = new Set<number>();
  #ahead: readonly Queued[] = [];
  #index = 0;
  #cursor = beforeAll;
  #acknowledged = beforeAll;
  /** Rises with every restart: what was being read at one is not what is to be read after it. */
  #epoch = 0;
  #changes = 0;
  #exhausted = false;

  constructor(private readonly queue: SampleQueue) {}

  /** Samples in the queue that were not handed out. */
  get waiting(): number {
    return Math.max(0, this.queue.stats().count - this.#handedOut.length - this.#confirmed.size);
  }

  /** Samples in the queue that are not confirmed. */
  get unconfirmed(): number {
    let done = this.#confirmed.size;
    for (const sample of this.#handedOut) if (sample.done) done += 1;
    return Math.max(0, this.queue.stats().count - done);
  }

  /** The next sample, if it is at hand without reading. */
  peek(): Queued | undefined {
    for (; ;) {
      const next = this.#ahead[this.#index];
      if (next === undefined || !this.#confirmed.delete(next.position)) return next;
      this.#handOut(next).done = true;
      this.acknowledge();
    }
  }

  /** Hands out the sample that `peek` shows. */
  take(next: Queued): InFlight {
    return this.#handOut(next);
  }

  /** Reads more where none is at hand: whether there is any, at once where samples are in memory. */
  fill(atLeast: number): boolean | Promise<boolean> {
    if (this.#exhausted) return false;
    const epoch = this.#epoch;
    const changes = this.#changes;
    const found = this.queue.read(this.#cursor, Math.max(ahead, atLeast));
    const arrived = (samples: readonly Queued[]): boolean => {
      if (epoch !== this.#epoch) return true;
      this.#ahead = samples;
      this.#index = 0;
      this.#exhausted = samples.length === 0 && changes === this.#changes;
      return !this.#exhausted;
    };
    return found instanceof Promise ? found.then(arrived) : arrived(found);
  }

  /** There may be more in the queue. */
  changed(): void {
    this.#changes += 1;
    this.#exhausted = false;
  }

  /** Acknowledges everything up to the first sample that is not done. */
  acknowledge(): void {
    let last: InFlight | undefined;
    while (this.#handedOut.at(0)?.done === true) last = this.#handedOut.shift();
    if (last === undefined) return;
    this.#acknowledged = last.position;
    this.queue.ack(last.position);
  }

  /** From the oldest unconfirmed again. */
  restart(): void {
    for (const { done, position } of this.#handedOut) if (done) this.#confirmed.add(position);
    // What the queue evicted is not read again.
    for (const position of this.#confirmed) if (position <= this.#acknowledged) this.#confirmed.delete(position);
    this.#handedOut.clear();
    this.#ahead = [];
    this.#index = 0;
    this.#cursor = this.#acknowledged;
    this.#epoch += 1;
    this.#exhausted = false;
  }

  #handOut({ position, envelope }: Queued): InFlight {
    const sample = { position, envelope, sent: 0, returned: false, answered: false, done: false };
    this.#handedOut.push(sample);
    this.#cursor = position;
    this.#index += 1;
    return sample;
  }
}
