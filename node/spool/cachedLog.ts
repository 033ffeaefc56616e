import type { Clock } from '../model/clock.js';
import { Entries } from './entries.js';
import type { Placed } from './record.js';
import type { SegmentLog } from './segmentLog.js';

/** Newest samples kept in memory though they are on disk: who is not further behind never reads the disk. */
const recentBytes = 4 * 1024 * 1024;
/** The same where the oldest are on disk alone, and have to be read from it anyway. */
const recentBytesBehind = 256 * 1024;
/** Oldest samples kept in memory after they were read from disk, until they are acknowledged. */
const windowBytes = 8 * 1024 * 1024;
const readAhead = 512;
/** What cannot be read for so long, milliseconds, counts as damaged. */
const unreadableLimit = 60_000;

/** A log of which the newest samples, and the oldest as far as they were read, are in memory too. One call at a time, as with the log, but for those without a promise. */
export class CachedLog {
  readonly #window = new Entries();
  readonly #recent = new Entries();
  #unreadableSince: number | undefined;

  constructor(
    readonly log: SegmentLog,
    private readonly clock: Clock,
  ) {}

  /** All samples from this position on are in memory. */
  get recentFrom(): number {
    return this.#recent.first?.position ?? this.log.next;
  }

  /** The oldest sample, where it is in memory. */
  get oldestKnown(): Placed | undefined {
    return [this.#window.first, this.#recent.first].find((placed) => placed?.position === this.log.head);
  }

  /** All samples that are in memory, or in files that are open although the folder is gone; acknowledged ones may be among them. Never rejects. */
  async salvage(): Promise<readonly Placed[]> {
    const onDisk = await this.log.readOpen((this.#window.last?.position ?? 0) + 1, this.recentFrom);
    return [...this.#window.read(0, Infinity), ...onDisk, ...this.#recent.read(0, Infinity)];
  }

  /** Takes note of the last samples that were appended to the log; `complete`: there were no others among them. */
  appended(batch: readonly Placed[], complete: boolean): void {
    if (!complete) this.#recent.clear();
    batch.forEach((placed) => { this.#recent.push(placed); });
    while (this.#recent.bytes > (this.log.head < this.recentFrom ? recentBytesBehind : recentBytes)) this.#recent.shift();
  }

  /** Up to `limit` samples from a position on, of those from `recentFrom` on. */
  newest(from: number, limit: number): readonly Placed[] {
    return this.#recent.read(from, limit);
  }

  /** Up to `limit` samples from a position on, where that was read before; otherwise none. */
  peek(from: number, limit: number): readonly Placed[] {
    return from >= (this.#window.first?.position ?? Infinity) ? this.#window.read(from, limit) : [];
  }

  /** Up to `limit` samples from a position to before `recentFrom`. None: there are none. Rejects with the system's errors. */
  async read(start: number, limit: number): Promise<readonly Placed[]> {
    for (let from = Math.max(start, this.log.head); from < this.recentFrom; from = this.log.head) {
      const found = await this.#load(from, Math.max(limit, readAhead));
      if (found.length === 0) break;
      // It may have been acknowledged meanwhile.
      const wanted = found.filter(({ position }) => position >= this.log.head);
      if (wanted.length > 0) return wanted.slice(0, limit);
    }
    return [];
  }

  /** The oldest sample. Rejects with the system's errors. */
  async oldest(): Promise<Placed | undefined> {
    while (this.oldestKnown === undefined && this.log.count > 0) await this.#load(this.log.head, readAhead);
    return this.oldestKnown;
  }

  /** Everything up to and including a position is acknowledged or evicted. */
  advance(last: number): void {
    const window = this.#window.drop(last);
    const recent = this.#recent.drop(last);
    this.log.advance(last + 1, { count: window.count + recent.count, bytes: window.bytes + recent.bytes });
  }

  /** Reads from the log what is not in memory, and keeps it there. */
  async #load(start: number, limit: number): Promise<readonly Placed[]> {
    const found = await this.#read(start, limit);
    const follows = this.#window.last === undefined ? start <= this.log.head : start === this.#window.last.position + 1;
    if (follows && this.#window.bytes < windowBytes) {
      for (const placed of found) if (placed.position >= this.log.head) this.#window.push(placed);
    }
    return found;
  }

  /** As the log's own; what could not be read for long is given up. */
  async #read(start: number, limit: number): Promise<readonly Placed[]> {
    for (let from = start; from < this.recentFrom; ) {
      try {
        const found = await this.log.read(from, limit, this.recentFrom);
        this.#unreadableSince = undefined;
        return found;
      } catch (error) {
        this.#unreadableSince ??= this.clock.now();
        if (this.clock.now() - this.#unreadableSince < unreadableLimit) throw error;
        from = this.log.giveUp(from, this.recentFrom);
      }
    }
    return [];
  }
}
