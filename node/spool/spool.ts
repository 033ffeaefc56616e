import { randomUUID } from 'node:crypto';
import type { SpoolError } from '../model/errors.js';
import type { Clock } from '../model/clock.js';
import type { Envelope } from '../model/message.js';
import { admit } from './admission.js';
import { Drops } from './drops.js';
import { droppedMessage } from './event.js';
import { otherVersions } from './folder.js';
import { Keep } from './keep.js';
import { Listeners } from './listeners.js';
import type { SpoolOptions } from './options.js';
import type { Queued, QueueStats, SampleQueue } from './queue.js';
import type { Facts } from './shelf.js';
import { steadyWall } from './steady.js';

export type { SpoolEvent } from './event.js';
export type { SpoolOptions } from './options.js';

const memoryBytes = 16 * 1024 * 1024;
const housekeeping = 1000;
const firstRetry = 1000;
const longestRetry = 30_000;
/** Samples taken out before they are deleted in a busy second. */
const sweepAt = 4096;

/**
 * Opens the queue on disk. A resolved `put` has reached the operating system and survives the end of the process at any
 * instant; the disk itself has it within about a second, which bounds what a power cut takes. Where the disk cannot be used, now or
 * later, the queue goes on in memory, says so, tries again after 1 s to 30 s and moves to the disk what it holds.
 * @throws SpoolError PSA_SPOOL_LOCKED where another process has it; nothing else.
 */
export async function openSpool(options: SpoolOptions): Promise<SampleQueue> {
  const spool = new Spool(options);
  await spool.open();
  return spool;
}

interface Waiting {
  readonly batch: readonly Envelope[];
  readonly done: () => void;
}

class Spool implements SampleQueue {
  readonly #clock: Clock;
  readonly #keep: Keep;
  readonly #drops: Drops;
  readonly #listeners = new Listeners();
  readonly #wall: () => number;
  /** One job at a time, in the order of the calls. */
  #turn: Promise<void> = Promise.resolve();
  #puts: Waiting[] = [];
  #taken: number[] = [];
  #acknowledged = 0;
  #flushing: Promise<void> | undefined;
  #keeping = false;
  #first: Facts | undefined;
  /** The fault that was reported and is not over. */
  #reported: SpoolError | undefined;
  #delay = firstRetry;
  #cancelRetry: (() => void) | undefined;
  #cancelHousekeeping: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(private readonly options: SpoolOptions) {
    this.#clock = options.clock;
    this.#wall = steadyWall(options.clock);
    this.#drops = new Drops(options.clock, (since) => {
      options.report({ kind: 'dropped', message: droppedMessage(since, options), since });
    });
    this.#keep = new Keep(options.path, randomUUID(), (count) => {
      this.#drops.add('damage', count);
    });
  }

  async open(): Promise<void> {
    await this.#openDisk();
    if (this.#keep.fault?.code === 'PSA_SPOOL_LOCKED') throw this.#keep.fault;
    // Looks at how things stand.
    await this.#exclusive(() => Promise.resolve());
    for (const other of await otherVersions(this.options.path)) {
      this.options.report({ kind: 'notice', message: `${other} is the spool of another version; it is left alone, and the samples in it are not sent by this one.` });
    }
    this.#watch();
  }

  put(batch: readonly Envelope[]): Promise<void> {
    if (this.#closing !== undefined) {
      this.#drops.add('closed', batch.length);
      return Promise.resolve();
    }
    return new Promise((done) => {
      this.#puts.push({ batch, done });
      void this.#flush();
    });
  }

  read(after: number, limit: number): Promise<readonly Queued[]> {
    if (this.#closing !== undefined) return Promise.resolve([]);
    return this.#exclusive(() => this.#keep.read(after, limit));
  }

  ack(position: number): void {
    if (this.#closing !== undefined) return;
    if (this.#acknowledged === 0) this.#acknowledged = Math.max(0, this.#keep.firstPosition - 1);
    while (this.#acknowledged < Math.min(position, this.#keep.lastPosition)) this.#taken.push(++this.#acknowledged);
    void this.#flush();
  }

  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  stats(): QueueStats {
    const { fault, count, bytes } = this.#keep;
    return {
      count,
      bytes,
      ...(this.#first === undefined || count === 0 ? {} : { oldest: this.#first.time }),
      dropped: this.#drops.counts,
      kept: fault === undefined ? 'disk' : 'memory',
      ...(fault === undefined ? {} : { fault: fault.message }),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelHousekeeping?.();
    this.#cancelRetry?.();
    await this.#flush();
    await this.#exclusive(async () => {
      // Also for what was taken out while it could not be written.
      if (this.#keep.fault !== undefined) await this.#keep.open(this.#clock.wall()).catch(() => undefined);
      this.#drops.add('closed', await this.#keep.close());
      this.#drops.close();
    });
  }

  /** Everything waiting is written as one. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#write();
    return this.#flushing;
  }

  async #write(): Promise<void> {
    const puts = await this.#exclusive(async () => {
      this.#flushing = undefined;
      const puts = this.#puts.splice(0);
      const batch = puts.flatMap((put) => put.batch);
      const { entries, overflows } = admit(batch, this.options.maxBytes, this.#wall());
      this.#drops.add('size', batch.length - entries.length);
      await this.#keep.take(this.#taken.splice(0));
      const incoming = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      const tooMuch = (): boolean => overflows || this.#keep.bytes + incoming > this.options.maxBytes;
      if (tooMuch()) this.#drops.add('size', await this.#keep.shed(tooMuch));
      await this.#keep.append(entries);
      this.#drops.add('size', this.#keep.shedMemory(this.options.memoryBytes ?? memoryBytes));
      await this.#keep.commit();
      await this.#keep.tidy(sweepAt, false);
      return puts;
    });
    for (const { done } of puts) done();
    if (puts.length > 0) this.#listeners.call();
  }

  #watch(): void {
    this.#cancelHousekeeping = this.#clock.after(housekeeping, () => {
      this.#watch();
      if (this.#keeping) return;
      this.#keeping = true;
      void this.#exclusive(async () => {
        this.#keeping = false;
        const oldest = this.#wall() - this.options.maxAge * 1000;
        if (this.#first !== undefined && this.#first.arrived < oldest) {
          this.#drops.add('age', await this.#keep.shed(({ arrived }) => arrived < oldest));
        }
        await this.#keep.tidy(1, true);
      });
    });
  }

  async #openDisk(): Promise<void> {
    const before = this.#keep.inMemory.count;
    try {
      const damage = await this.#keep.open(this.#clock.wall());
      if (damage !== undefined) this.options.report({ kind: 'damaged', code: 'PSA_SPOOL_DAMAGED', ...damage });
    } catch {
      // The fault says it; see #exclusive.
      return;
    }
    this.#delay = firstRetry;
    if (this.#reported === undefined) return;
    this.#reported = undefined;
    this.options.report({ kind: 'recovered', message: `The spool at ${this.options.path} can be written again; ${String(before)} samples were moved there from memory.` });
    this.#listeners.call();
  }

  /** Runs a job after those before it, and then looks at how things stand. */
  #exclusive<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      const value = await job();
      this.#first = await this.#keep.first();
      this.#notice();
      return value;
    });
    this.#turn = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  /** Reports a new fault, and sees to it that the disk is tried again. */
  #notice(): void {
    const { fault } = this.#keep;
    if (fault === undefined || this.#closing !== undefined) return;
    if (this.#reported === undefined) {
      this.#reported = fault;
      this.options.report({ kind: 'fault', code: fault.code, message: `${fault.message} Samples are kept in memory until it can.` });
    }
    if (this.#cancelRetry !== undefined) return;
    this.#cancelRetry = this.#clock.after(this.#delay, () => {
      this.#cancelRetry = undefined;
      this.#delay = Math.min(this.#delay * 2, longestRetry);
      void this.#exclusive(() => this.#openDisk());
    });
  }
}
