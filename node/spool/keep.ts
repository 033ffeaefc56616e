import { rm } from 'node:fs/promises';
import type { SpoolError } from '../model/errors.js';
import { Backlog, queued } from './backlog.js';
import { openFolder, type Opened } from './folder.js';
import type { Ledger } from './ledger.js';
import { lock } from './lock.js';
import { folderOf, isCorruption, unusable } from './place.js';
import type { Queued } from './queue.js';
import type { Entry } from './record.js';
import { keepReserve, probeWithReserve } from './reserve.js';
import { Shelf, type Facts } from './shelf.js';

const chunk = 500;

/**
 * The queue itself, on disk as long as the disk takes it and in memory behind that: what is on disk is always older.
 * Positions as seen from outside are the disk's plus `#shift`; only a spool that could not be opened at first, or that
 * somebody else wrote to meanwhile, makes the two differ. Only one call at a time.
 */
export class Keep {
  readonly #memory = new Backlog();
  #shelf: Shelf | undefined;
  #shift = 0;
  #next = 1;
  #fault: SpoolError | undefined;
  #damaged = false;
  /** Memory was read while older samples on disk could not be. */
  #overtaken = false;
  #unlock: (() => Promise<void>) | undefined;

  /** `lose` is told how many samples damage took. `writer` names this process in what it writes. */
  constructor(
    private readonly path: string,
    private readonly writer: string,
    private readonly lose: (count: number) => void,
  ) {}

  /** Why nothing can be written; undefined while all is well. */
  get fault(): SpoolError | undefined {
    return this.#fault;
  }

  get count(): number {
    return this.#memory.count + (this.#shelf?.ledger.count ?? 0);
  }

  /** Bytes of the bodies. */
  get bytes(): number {
    return this.#memory.bytes + (this.#shelf?.ledger.bytes ?? 0);
  }

  /** Nothing is before it. */
  get firstPosition(): number {
    return this.#shelf === undefined ? 1 : this.#shelf.ledger.head + this.#shift;
  }

  get lastPosition(): number {
    return this.#next - 1;
  }

  get inMemory(): { readonly count: number; readonly bytes: number } {
    return this.#memory;
  }

  /**
   * Opens the disk, or opens it again after a fault, and moves there what is in memory. Gives what was found wrong with it.
   * @throws SpoolError where that does not work; everything is as before then.
   */
  async open(wall: number): Promise<Opened['damage']> {
    try {
      await this.#release();
      this.#unlock ??= await lock(this.path);
      const opened = await openFolder(this.path, wall, this.#damaged);
      this.#damaged = false;
      const ledger = this.#agree(opened);
      const shelf = new Shelf(opened.store, ledger, this.writer, this.lose);
      this.#shelf = shelf;
      await shelf.reconcile();
      await this.#settle(shelf);
      await keepReserve(this.path);
      this.#fault = undefined;
      return opened.damage;
    } catch (error) {
      this.#fault = unusable(this.path, error);
      this.#damaged ||= isCorruption(error);
      throw this.#fault;
    }
  }

  /** Takes note that the disk failed: from here on samples stay in memory, until `open` succeeds. */
  fail(error: unknown): void {
    this.#fault ??= unusable(this.path, error);
    this.#damaged ||= isCorruption(error);
  }

  /** Appends to the disk; where that fails, to memory. The fault is the caller's to notice. */
  async append(entries: readonly Entry[]): Promise<void> {
    let done = 0;
    try {
      while (this.#fault === undefined && this.#shelf !== undefined && done < entries.length) {
        const start = this.#next - this.#shift;
        const placed = entries.slice(done, done + chunk).map((entry, index) => ({ position: start + index, entry }));
        await this.#shelf.commit(placed);
        done += placed.length;
        this.#next += placed.length;
      }
    } catch (error) {
      this.fail(error);
    }
    for (const entry of entries.slice(done)) this.#memory.push(this.#next++, entry);
  }

  async take(positions: readonly number[]): Promise<void> {
    await this.#shelf?.take(positions.map((position) => position - this.#shift));
    for (const position of positions) this.#memory.take(position);
  }

  async read(after: number, limit: number): Promise<readonly Queued[]> {
    const shelf = this.#shelf;
    if (shelf === undefined || shelf.ledger.count === 0) return this.#readMemory(after, limit);
    try {
      const placed = await shelf.read(after + 1 - this.#shift, limit);
      const found = placed.map((one) => queued(one, this.#shift));
      return [...found, ...this.#readMemory(after, limit - found.length)];
    } catch (error) {
      this.fail(error);
      const found = this.#readMemory(after, limit);
      this.#overtaken ||= found.length > 0;
      return found;
    }
  }

  /** Writes what was taken out. */
  async commit(): Promise<void> {
    if (this.#fault === undefined) await this.#attempt((shelf) => shelf.flush());
  }

  /** Has the disk confirm everything written, and deletes what was taken out, where that is at least `least` samples. */
  async tidy(least: number, sync: boolean): Promise<void> {
    if (this.#fault !== undefined) return;
    await this.#attempt(async (shelf) => {
      await shelf.sweep(least);
      if (sync) await shelf.sync();
    });
  }

  /** The oldest sample's facts. */
  async first(): Promise<Facts | undefined> {
    const facts = await this.#shelf?.first().catch(() => undefined);
    const { first } = this.#memory;
    return facts ?? (first === undefined ? undefined : { ...first.entry, time: first.entry.envelope.time });
  }

  /** Takes out the oldest while `unwanted` says so; gives how many. */
  async shed(unwanted: (oldest: Pick<Facts, 'bytes' | 'arrived'>) => boolean): Promise<number> {
    let count = 0;
    await this.#attempt(async (shelf) => {
      count = await shelf.shed(unwanted);
    });
    // Older ones that cannot be reached now: what is in memory is not the oldest.
    return (this.#shelf?.ledger.count ?? 0) > 0 ? count : count + this.#memory.shed(unwanted);
  }

  /** Takes the oldest out of memory until it is down to so many bytes; gives how many. */
  shedMemory(bytes: number): number {
    return this.#memory.shed(() => this.#memory.bytes > bytes);
  }

  /** Closes the disk; gives how many samples were only in memory and are gone now. */
  async close(): Promise<number> {
    if (this.#fault === undefined) await this.tidy(1, true);
    await this.#shelf?.close().catch(() => undefined);
    await this.#unlock?.().catch(() => undefined);
    const { count } = this.#memory;
    this.#memory.clear();
    return count;
  }

  /** Makes sure that the disk takes a file, and only then closes a store that failed: until then it can still be read. */
  async #release(): Promise<void> {
    const shelf = this.#shelf;
    try {
      await probeWithReserve(this.path);
    } catch (error) {
      // Full, perhaps of what was taken out long ago: LevelDB needs room to give room back.
      if (shelf?.open === true && shelf.ledger.count === 0) {
        await shelf.close().catch(() => undefined);
        await rm(folderOf(this.path), { recursive: true, force: true });
      }
      throw error;
    }
    await shelf?.close().catch(() => undefined);
  }

  /** The ledger to go on with: our own where we wrote last, the disk's otherwise; sets positions so that all of them rise. */
  #agree(opened: Opened): Ledger {
    const mine = this.#shelf?.ledger;
    const theirs = opened.ledger;
    if (mine !== undefined && (opened.writer === this.writer || theirs.count === 0)) {
      this.lose(mine.forget(theirs));
      if (this.#overtaken) this.#renumber(mine);
      return mine;
    }
    this.lose(opened.lost);
    if (mine === undefined && this.#next === 1) this.#next = theirs.next;
    else if (theirs.count === 0) this.#shift = (this.#memory.first?.position ?? this.#next) - theirs.next;
    else this.#renumber(theirs);
    return theirs;
  }

  /** Moves every position above all that were ever given, so that a reader who is past them comes by again. */
  #renumber(ledger: Ledger): void {
    this.#overtaken = false;
    this.#shift = this.#next - ledger.head;
    this.#memory.renumber(ledger.next + this.#shift);
    this.#next = ledger.next + this.#shift + this.#memory.count;
  }

  /** Moves memory to the disk. */
  async #settle(shelf: Shelf): Promise<void> {
    while (this.#memory.count > 0) {
      const placed = this.#memory.read(-Infinity, chunk);
      await shelf.commit(placed.map(({ position, entry }) => ({ position: position - this.#shift, entry })));
      for (const { position } of placed) this.#memory.take(position);
    }
  }

  #readMemory(after: number, limit: number): readonly Queued[] {
    return this.#memory.read(after, limit).map((one) => queued(one));
  }

  async #attempt(work: (shelf: Shelf) => Promise<void>): Promise<void> {
    if (this.#shelf === undefined || !this.#shelf.open) return;
    try {
      await work(this.#shelf);
    } catch (error) {
      this.fail(error);
    }
  }
}
