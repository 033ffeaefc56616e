import { EventEmitter } from 'node:events';
import { SpoolError, systemCode } from '../model/errors.js';
import { looseness, type Clock } from '../model/clock.js';
import type { Envelope } from '../model/message.js';
import { diskError, systemError } from './diskError.js';
import { CachedLog } from './cachedLog.js';
import { DropCounter, type Cause } from './dropCounter.js';
import { droppedMessage } from './event.js';
import { diskFiles, type Files } from './files.js';
import { Jobs } from './jobs.js';
import type { SpoolOptions } from './options.js';
import { Pending } from './pending.js';
import type { Queued, QueueStats, SampleQueue } from './queue.js';
import type { Placed } from './record.js';
import { SegmentLog } from './segmentLog.js';
import { steadyWall } from './steady.js';
import { openFolder } from './folder.js';

export type { SpoolEvent } from './event.js';
export type { SpoolOptions } from './options.js';

const mebibyte = 1024 * 1024;
const memoryBytes = 16 * mebibyte;
const longestWrite = mebibyte;
const housekeeping = 1000;
/**
 * Delay until it is written how far all is acknowledged or evicted, milliseconds: what a killed process sends again is what was confirmed in it. The
 * confirms of a tick come together, and the next are not waited for: nor is anything where there are no more. But there is a least time between two writes.
 */
const saveDelay = 5;
const saveInterval = 50;
const firstRetry = 1000;
const longestRetry = 30_000;
/** A job that is at work for so many seconds' checks is one of a disk that does not answer. */
const patience = 10;
const longestClose = 3000;

/**
 * Opens the queue on disk. A resolved `put` has reached the operating system and survives the end of the process at any
 * instant; the disk itself has it within about a second, unless it is acknowledged by then, which bounds what a power cut takes. Where the disk cannot be used, now or
 * later, the queue goes on in memory, says so, tries again after 1 s to 30 s and moves to the disk what it holds.
 * @throws SpoolError PSA_SPOOL_LOCKED where another process has it; nothing else.
 */
export async function openSpool(options: SpoolOptions): Promise<SampleQueue> {
  const spool = new Spool(options);
  await spool.open();
  return spool;
}

class Spool implements SampleQueue {
  readonly #clock: Clock;
  readonly #files: Files;
  readonly #wall: () => number;
  readonly #drops: DropCounter;
  readonly #changes = new EventEmitter();
  readonly #jobs: Jobs;
  #cached: CachedLog | undefined;
  #unlock: (() => Promise<void>) | undefined;
  /** What is not in the log yet. */
  readonly #pending: Pending;
  #acknowledged = 0;
  #fault: SpoolError | undefined;
  /** From where on a reader could not read: until it can, the disk is no sound one. */
  #unread: number | undefined;
  #writing = false;
  #keeping = false;
  #checking = false;
  #delay = firstRetry;
  #cancelRetry: (() => void) | undefined;
  #cancelSave: (() => void) | undefined;
  /** It is about to be written. */
  #saving = false;
  /** Monotonic milliseconds. */
  #nextSave = 0;
  /** From when on the disk is made to take what is saved: then the housekeeping has nothing to write. */
  #nextThrough = 0;
  #cancelHousekeeping: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  /** What was held when it closed. */
  #left: Pick<QueueStats, 'count' | 'bytes' | 'oldest'> | undefined;
  readonly #noticed = new Set<string>();

  constructor(private readonly options: SpoolOptions) {
    this.#clock = options.clock;
    this.#files = options.files ?? diskFiles;
    this.#wall = steadyWall(options.clock);
    this.#jobs = new Jobs();
    this.#drops = new DropCounter(options.clock, (since) => {
      options.report({ kind: 'dropped', message: droppedMessage(since, options), since });
    });
    const memory = options.memoryBytes ?? memoryBytes;
    // While the disk works, what is older than these and on it goes first, by `#makeRoom`.
    this.#pending = new Pending(() => (this.#fault === undefined ? memory : Math.min(memory, options.maxBytes)), options.maxBytes, (count) => { this.#drops.add('size', count); });
  }

  get #log(): SegmentLog | undefined {
    return this.#cached?.log;
  }

  async open(): Promise<void> {
    await this.#jobs.run(async () => {
      try {
        await this.#openLog();
      } catch (error) {
        if (error instanceof SpoolError && error.code === 'PSA_SPOOL_LOCKED') throw error;
        await this.#fail(error);
      }
    });
    this.#watch();
  }

  put(batch: readonly Envelope[]): Promise<void> {
    if (this.#closing !== undefined) {
      this.#drops.add('closed', batch.length);
      return Promise.resolve();
    }
    this.#pending.put(batch, this.#wall());
    if (this.#fault !== undefined) {
      this.#changes.emit('change');
      return Promise.resolve();
    }
    this.#write();
    return this.#pending.written();
  }

  read(after: number, limit: number): readonly Queued[] | Promise<readonly Queued[]> {
    if (this.#closing !== undefined) return [];
    const cached = this.#cached;
    const from = Math.max(after + 1, cached?.log.head ?? 0);
    if (cached === undefined || from >= cached.recentFrom) return this.#readNewest(from, limit);
    const found = cached.peek(from, limit);
    return found.length > 0 ? found : this.#jobs.run(() => this.#readDisk(from, limit));
  }

  ack(position: number): void {
    if (this.#closing !== undefined) return;
    const end = this.#fault === undefined ? (this.#log?.next ?? 1) : this.#pending.next;
    const last = Math.min(position, end - 1);
    this.#acknowledged = Math.max(this.#acknowledged, last);
    if (last >= (this.#log?.next ?? 1)) this.#pending.ack(last);
    if (this.#log === undefined || last < this.#log.head) return;
    this.#advance(last);
  }

  onChange(listener: () => void): () => void {
    this.#changes.on('change', listener);
    return () => void this.#changes.off('change', listener);
  }

  stats(): QueueStats {
    return {
      ...(this.#left ?? this.#held()),
      dropped: this.#drops.counts,
      kept: this.#fault === undefined ? 'disk' : 'memory',
      ...(this.#fault === undefined ? {} : { fault: this.#fault.message }),
    };
  }

  /** What is on disk and in memory. */
  #held(): Pick<QueueStats, 'count' | 'bytes' | 'oldest'> {
    const log = this.#log;
    const oldest = this.#oldestKnown();
    return {
      count: (log?.count ?? 0) + this.#pending.count,
      bytes: (log?.bytes ?? 0) + this.#pending.bytes,
      ...(oldest === undefined ? {} : { oldest: oldest.envelope.time }),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelHousekeeping?.();
    this.#cancelRetry?.();
    this.#cancelSave?.();
    const flushed = this.#jobs.run(async () => {
      try {
        await this.#flush();
        await this.#log?.sync();
      } catch {
        // What is left is counted below.
      }
      await this.#log?.close();
      await this.#unlock?.();
    });
    // A disk that does not answer keeps nobody.
    await Promise.race([flushed, new Promise<void>((resolve) => { void flushed.then(this.#clock.after(longestClose, resolve)); })]);
    this.#drops.add('closed', this.#pending.count);
    this.#pending.clear();
    this.#left = this.#held();
    void flushed.then(() => { this.#cached = undefined; });
    this.#drops.close();
  }

  async #openLog(): Promise<void> {
    await this.#unlock?.();
    this.#unlock = undefined;
    const folder = await openFolder(this.#files, this.options.path, (unlock) => { this.#unlock = unlock; }, (message) => { this.#notice(message); });
    const parts = {
      files: this.#files, folder, segmentBytes: Math.min(4 * mebibyte, Math.max(64 * 1024, Math.floor(this.options.maxBytes / 8))),
      onLoss: (count: number) => { this.#drops.add('damage', count); },
    };
    const { first, next } = this.#pending;
    const log = await SegmentLog.open(parts, first, next - 1);
    this.#pending.follow(log.next, log.count > 0);
    this.#cached = new CachedLog(log, this.#clock);
    await this.#oldest();
    await log.sync();
  }

  #notice(message: string): void {
    if (this.#noticed.has(message)) return;
    this.#noticed.add(message);
    this.options.report({ kind: 'notice', message });
  }

  /** Has what is pending written, soon and together. */
  #write(): void {
    if (this.#writing) return;
    this.#writing = true;
    void this.#jobs.run(async () => {
      this.#writing = false;
      await this.#perform(async (log) => {
        await this.#makeRoom(log);
        await this.#append(log);
      });
      if (this.#fault === undefined && this.#pending.count > 0) this.#write();
    });
  }

  /** Appends what is pending to the log, up to so many bytes. */
  async #append(log: SegmentLog): Promise<void> {
    const batch = this.#pending.take(longestWrite);
    if (batch.length > 0) {
      try {
        await log.append(batch);
      } catch (error) {
        this.#pending.failed();
        throw error;
      }
      const { kept, complete } = this.#pending.done();
      this.#cached?.appended(kept, complete);
      if (this.#acknowledged >= log.head) this.#advance(this.#acknowledged);
    }
    this.#pending.settle(this.#pending.count === 0 ? Infinity : log.next);
    this.#changes.emit('change');
  }

  /** Everything pending to the log, which is opened where it is not. */
  async #flush(): Promise<void> {
    if (this.#log === undefined) await this.#openLog();
    const log = this.#log;
    while (log !== undefined && this.#pending.count > 0) await this.#append(log);
  }

  #readNewest(from: number, limit: number): readonly Queued[] {
    const found = this.#cached?.newest(from, limit) ?? [];
    // Otherwise only what is as safe as it can be is handed out.
    return this.#fault === undefined ? found : [...found, ...this.#pending.read(from, limit - found.length)];
  }

  async #readDisk(from: number, limit: number): Promise<readonly Queued[]> {
    try {
      const found = (await this.#cached?.read(from, limit)) ?? [];
      this.#unread = undefined;
      return found.length > 0 ? found : this.#readNewest(from, limit);
    } catch (error) {
      this.#unread = from;
      await this.#fail(error);
      return [];
    }
  }

  /** The oldest sample, where it is in memory. */
  #oldestKnown(): Placed | undefined {
    return (this.#cached?.log.count ?? 0) > 0 ? this.#cached?.oldestKnown : this.#pending.oldest;
  }

  async #oldest(): Promise<Placed | undefined> {
    return (await this.#cached?.oldest()) ?? this.#oldestKnown();
  }

  /** Drops the oldest while `unwanted` says so. */
  async #evict(cause: Cause, unwanted: (oldest: Placed) => boolean): Promise<void> {
    let count = 0;
    try {
      for (let oldest = await this.#oldest(); oldest !== undefined && unwanted(oldest); oldest = this.#oldestKnown() ?? (await this.#oldest())) {
        if (this.#log !== undefined && oldest.position < this.#log.next) this.#advance(oldest.position);
        else this.#pending.ack(oldest.position);
        count += 1;
      }
    } finally {
      this.#drops.add(cause, count);
    }
  }

  /** Drops the oldest while all together are more than may be. */
  async #makeRoom(log: SegmentLog): Promise<void> {
    const tooMuch = (): boolean => log.bytes + this.#pending.bytes > this.options.maxBytes;
    if (!tooMuch()) return;
    await log.measure();
    await this.#evict('size', tooMuch);
    // Behind these, positions may be missing: they must not come back before such a gap.
    if (log.count === 0) await log.save();
  }

  #advance(last: number): void {
    this.#cached?.advance(last);
    if (this.#saving) return;
    const wait = this.#nextSave - this.#clock.now();
    if (wait <= 0 && this.#log?.count === 0) this.#save();
    else this.#cancelSave ??= this.#clock.after(Math.max(saveDelay, wait), () => { this.#save(); });
  }

  /** Has it written how far all is acknowledged or evicted. */
  #save(): void {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    this.#saving = true;
    void this.#jobs.run(() => {
      this.#saving = false;
      const now = this.#clock.now();
      const through = now >= this.#nextThrough;
      this.#nextSave = now + saveInterval;
      if (through) this.#nextThrough = now + housekeeping * (1 - looseness);
      return this.#perform((log) => log.save(through));
    });
  }

  #watch(): void {
    this.#cancelHousekeeping = this.#clock.after(housekeeping, () => {
      this.#watch();
      this.#check();
      if (this.#keeping) return;
      this.#keeping = true;
      void this.#jobs.run(async () => {
        this.#keeping = false;
        const limit = this.#wall() - this.options.maxAge * 1000;
        await this.#evict('age', ({ arrived }) => arrived < limit).catch((error: unknown) => this.#fail(error));
        await this.#perform(async (log) => {
          // Where that cannot be read, it stays about right; a reader will find out.
          await log.measure().catch(() => undefined);
          await log.sync();
        });
      });
    }, housekeeping * looseness);
  }

  /** Counts checks and not time, and only one in a turn of the event loop: after a host's sleep, or when this process had no turn, much time is no sign. */
  #check(): void {
    if (this.#checking) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      if (this.#jobs.check() >= patience) void this.#fail(systemError('ETIMEDOUT'));
    });
  }

  async #perform(work: (log: SegmentLog) => Promise<void>): Promise<void> {
    if (this.#log === undefined || this.#fault !== undefined) return;
    try {
      await work(this.#log);
    } catch (error) {
      await this.#fail(error);
    }
  }

  /** From here on samples stay in memory, until the disk takes them again. */
  async #fail(error: unknown): Promise<void> {
    if (systemCode(error) === 'ENOENT' && this.#cached !== undefined) await this.#vanish(this.#cached);
    if (this.#closing !== undefined) return;
    if (this.#fault === undefined) {
      this.#fault = diskError(this.options.path, error);
      this.options.report({ kind: 'fault', code: this.#fault.code, message: `${this.#fault.message} Samples are kept in memory until it can.` });
    }
    this.#pending.settle(Infinity);
    this.#changes.emit('change');
    this.#cancelRetry ??= this.#clock.after(this.#delay, () => {
      this.#delay = Math.min(this.#delay * 2, longestRetry);
      void this.#jobs.run(() => this.#retry());
    });
  }

  /** The folder is gone: what can be had of it will be written again, and the rest is lost. */
  async #vanish(cached: CachedLog): Promise<void> {
    const { log } = cached;
    const found = (await cached.salvage()).filter(({ position }) => position >= log.head);
    this.#cached = undefined;
    this.#drops.add('damage', Math.max(0, log.count - found.length));
    this.#pending.prepend(found);
    void log.close();
  }

  async #retry(): Promise<void> {
    const moved = this.#pending.count;
    try {
      await this.#log?.sync(0);
      await this.#flush();
      await this.#oldest();
      if (this.#unread !== undefined) await this.#cached?.read(this.#unread, 1);
    } catch (error) {
      this.#cancelRetry = undefined;
      await this.#fail(error);
      return;
    }
    this.#cancelRetry = this.#fault = this.#unread = undefined;
    this.#delay = firstRetry;
    this.options.report({ kind: 'recovered', message: `The spool at ${this.options.path} can be written again; ${String(moved)} samples were moved there from memory.` });
    this.#changes.emit('change');
  }
}
