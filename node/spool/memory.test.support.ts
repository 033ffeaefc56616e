import { EventEmitter } from 'node:events';
import type { Clock } from '../model/clock.js';
import type { Envelope } from '../model/message.js';
import { DropCounter, type DropCounts } from './dropCounter.js';
import { Entries } from './entries.js';
import type { Queued, QueueStats, SampleQueue } from './queue.js';
import { recordBytes, type Placed } from './record.js';
import { steadyWall } from './steady.js';

/** A queue's bounds. */
export interface Bounds {
  /** Bytes, each sample counted as it would be on disk. */
  readonly maxBytes: number;
  /** Seconds in the queue; older samples are let go. */
  readonly maxAge: number;
  readonly clock: Clock;
}

const ageCheck = 1000;

/** A queue that lasts as long as the process: what the transport's tests have in the place of a spool, held to the same tests as that. */
export class MemoryQueue implements SampleQueue {
  readonly #entries = new Entries();
  readonly #changes = new EventEmitter();
  readonly #drops: DropCounter;
  readonly #wall: () => number;
  #next = 1;
  #closed = false;
  #cancel: (() => void) | undefined;

  /** `report` is told of samples let go, at most once a minute. */
  constructor(
    private readonly bounds: Bounds,
    report: (dropped: DropCounts) => void = () => undefined,
  ) {
    this.#drops = new DropCounter(bounds.clock, report);
    this.#wall = steadyWall(bounds.clock);
    this.#watch();
  }

  put(batch: readonly Envelope[]): Promise<void> {
    if (this.#closed) this.#drops.add('closed', batch.length);
    else if (batch.length > 0) {
      const arrived = this.#wall();
      for (const envelope of batch) {
        const bytes = recordBytes(envelope);
        if (bytes > this.bounds.maxBytes) this.#drops.add('size', 1);
        else this.#entries.push({ position: this.#next++, envelope, arrived, bytes });
      }
      this.#drops.add('size', this.#evict(() => this.#entries.bytes > this.bounds.maxBytes));
      this.#changes.emit('change');
    }
    return Promise.resolve();
  }

  read(after: number, limit: number): readonly Queued[] {
    return this.#entries.read(after + 1, limit);
  }

  ack(position: number): void {
    this.#entries.drop(position);
  }

  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener);
    return () => void this.#changes.off('change', listener);
  }

  stats(): QueueStats {
    const { count, bytes, first } = this.#entries;
    return { count, bytes, ...(first === undefined ? {} : { oldest: first.envelope.time }), dropped: this.#drops.counts, kept: 'memory' };
  }

  /** What is still in the queue is let go, and counted. */
  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    this.#cancel?.();
    this.#drops.add('closed', this.#entries.count);
    this.#entries.clear();
    this.#drops.close();
    return Promise.resolve();
  }

  #evict(unwanted: (oldest: Placed) => boolean): number {
    const before = this.#entries.count;
    for (let { first } = this.#entries; first !== undefined && unwanted(first); { first } = this.#entries) this.#entries.shift();
    return before - this.#entries.count;
  }

  #watch(): void {
    this.#cancel = this.bounds.clock.after(ageCheck, () => {
      const oldest = this.#wall() - this.bounds.maxAge * 1000;
      this.#drops.add('age', this.#evict(({ arrived }) => arrived < oldest));
      this.#watch();
    });
  }
}
