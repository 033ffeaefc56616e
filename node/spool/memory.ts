import type { Clock } from '../model/clock.js';
import type { Envelope } from '../model/message.js';
import { admit } from './admission.js';
import { Backlog, queued } from './backlog.js';
import { Drops, type DropCounts } from './drops.js';
import { Listeners } from './listeners.js';
import type { Queued, QueueStats, SampleQueue } from './queue.js';
import { steadyWall } from './steady.js';

/** A queue's bounds. */
export interface Bounds {
  /** Bytes of the bodies. */
  readonly maxBytes: number;
  /** Seconds in the queue; older samples are let go. */
  readonly maxAge: number;
  readonly clock: Clock;
}

const ageCheck = 1000;

/** A queue that lasts as long as the process: for a collector without a spool. */
export class MemoryQueue implements SampleQueue {
  readonly #backlog = new Backlog();
  readonly #listeners = new Listeners();
  readonly #drops: Drops;
  readonly #wall: () => number;
  #next = 1;
  #closed = false;
  #cancel: (() => void) | undefined;

  /** `report` is told of samples let go, at most once a minute. */
  constructor(
    private readonly bounds: Bounds,
    report: (dropped: DropCounts) => void = () => undefined,
  ) {
    this.#drops = new Drops(bounds.clock, report);
    this.#wall = steadyWall(bounds.clock);
    this.#watch();
  }

  put(batch: readonly Envelope[]): Promise<void> {
    if (this.#closed) this.#drops.add('closed', batch.length);
    else if (batch.length > 0) {
      const { entries, overflows } = admit(batch, this.bounds.maxBytes, this.#wall());
      const incoming = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      const shed = this.#backlog.shed(() => overflows || this.#backlog.bytes + incoming > this.bounds.maxBytes);
      for (const entry of entries) this.#backlog.push(this.#next++, entry);
      this.#drops.add('size', batch.length - entries.length + shed);
      this.#listeners.call();
    }
    return Promise.resolve();
  }

  read(after: number, limit: number): readonly Queued[] {
    return this.#backlog.read(after, limit).map((placed) => queued(placed));
  }

  ack(position: number): void {
    for (let { first } = this.#backlog; first !== undefined && first.position <= position; { first } = this.#backlog) this.#backlog.take(first.position);
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  stats(): QueueStats {
    const { count, bytes, first } = this.#backlog;
    const oldest = first === undefined ? {} : { oldest: first.entry.envelope.time };
    return { count, bytes, ...oldest, dropped: this.#drops.counts, kept: 'memory' };
  }

  /** What is still in the queue is let go, and counted. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#cancel?.();
    this.#drops.add('closed', this.#backlog.count);
    this.#backlog.clear();
    this.#drops.close();
    return Promise.resolve();
  }

  #watch(): void {
    this.#cancel = this.bounds.clock.after(ageCheck, () => {
      const oldest = this.#wall() - this.bounds.maxAge * 1000;
      this.#drops.add('age', this.#backlog.shed(({ arrived }) => arrived < oldest));
      this.#watch();
    });
  }
}
