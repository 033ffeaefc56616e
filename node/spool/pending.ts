import type { Envelope } from '../model/message.js';
import { Entries } from './entries.js';
import { longestName, recordBytes, type Placed } from './record.js';

/**
 * Samples that wait for the disk: for a moment, or for as long as it fails. Bounded; the oldest are dropped. While some are being written, they are here
 * too: nobody knows yet whether the disk has them.
 */
export class Pending {
  #entries = new Entries();
  #next = 1;
  #taken: Placed[] = [];
  /** Dropped while they were being written: lost only if that fails. */
  #atRisk = 0;
  #waiters: { readonly position: number; readonly done: () => void }[] = [];

  /** `maxBytes`: of all together, now. `longest`: of one sample. `onDrop` is told how many did not fit. */
  constructor(
    private readonly maxBytes: () => number,
    private readonly longest: number,
    private readonly onDrop: (count: number) => void,
  ) {}

  get count(): number {
    return this.#entries.count;
  }

  get bytes(): number {
    return this.#entries.bytes;
  }

  get oldest(): Placed | undefined {
    return this.#entries.first;
  }

  /** The position of the oldest, or the next one's. */
  get first(): number {
    return this.#entries.first?.position ?? this.#next;
  }

  /** The position of what is put next. */
  get next(): number {
    return this.#next;
  }

  /** Appends a batch, and drops the oldest where that is too much. */
  put(batch: readonly Envelope[], arrived: number): void {
    let dropped = 0;
    batch.forEach((envelope) => {
      const bytes = recordBytes(envelope);
      if (bytes > this.longest || envelope.id.length > longestName / 3 || envelope.routingKey.length > longestName / 3) dropped += 1;
      else this.#entries.push({ position: this.#next++, envelope, arrived, bytes });
    });
    this.onDrop(dropped + this.#bound());
  }

  /** Resolves when everything put so far is written, or nobody knows when. */
  written(): Promise<void> {
    const position = this.#next - 1;
    return new Promise((done) => this.#waiters.push({ position, done }));
  }

  read(from: number, limit: number): Placed[] {
    return this.#entries.read(from, limit);
  }

  /** Takes out everything up to and including a position. */
  ack(position: number): void {
    this.#entries.drop(position);
  }

  /** Those to write next, some bytes or one. They stay until `done`. */
  take(bytes: number): readonly Placed[] {
    let count = 0;
    const found = this.#entries.read(0, Infinity);
    for (let left = bytes; count < found.length; count += 1) {
      left -= found[count]?.bytes ?? 0;
      if (left < 0 && count > 0) break;
    }
    this.#taken = count === found.length ? found : found.slice(0, count);
    return this.#taken;
  }

  /** What was taken is written. Gives what of it was still here; `complete`: all of it was, or was acknowledged. */
  done(): { readonly kept: readonly Placed[]; readonly complete: boolean } {
    const kept: Placed[] = [];
    this.#taken.forEach((placed) => {
      if (this.#entries.first !== placed) return;
      this.#entries.shift();
      kept.push(placed);
    });
    const complete = this.#atRisk === 0;
    this.#taken = [];
    this.#atRisk = 0;
    return { kept, complete };
  }

  /** What was taken is not written. */
  failed(): void {
    this.#taken = [];
    this.onDrop(this.#atRisk);
    this.#atRisk = 0;
  }

  /** Calls those who wait for what stands before a position. */
  settle(position: number): void {
    while ((this.#waiters[0]?.position ?? Infinity) < position) this.#waiters.shift()?.done();
  }

  /** Puts older samples before all others. */
  prepend(older: readonly Placed[]): void {
    const all = [...older, ...this.#entries.read(0, Infinity)];
    this.#entries = new Entries();
    for (const placed of all) this.#entries.push(placed);
    this.onDrop(this.#bound());
  }

  /** Goes on behind a log that ends before `next`; `renumber`: with new positions, since the log has samples of its own. */
  follow(next: number, renumber: boolean): void {
    const all = this.#entries.read(0, Infinity);
    this.#next = Math.max(this.#next, next);
    if (!renumber || all.length === 0) return;
    this.#entries = new Entries();
    this.#next = next;
    for (const placed of all) this.#entries.push({ ...placed, position: this.#next++ });
  }

  clear(): void {
    this.#entries.clear();
    this.settle(Infinity);
  }

  #bound(): number {
    let dropped = 0;
    const last = this.#taken.at(-1)?.position ?? 0;
    while (this.#entries.bytes > this.maxBytes()) {
      if ((this.#entries.shift()?.position ?? 0) > last) dropped += 1;
      else this.#atRisk += 1;
    }
    return dropped;
  }
}
