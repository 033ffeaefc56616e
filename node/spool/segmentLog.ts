import { SpoolError, systemCode } from '../model/errors.js';
import { Cursor } from './cursor.js';
import { systemError } from './diskError.js';
import type { Files } from './files.js';
import { Positions } from './positions.js';
import { decode, encode, positionAt, skippedAt, type Placed } from './record.js';
import { formatVersion, Segment, segmentHeader, type Visit, type Walked } from './segment.js';

/** What a log is made of. */
export interface SegmentLogParts {
  readonly files: Files;
  /** It exists. */
  readonly folder: string;
  /** The size from which on a segment is followed by the next. */
  readonly segmentBytes: number;
  /** Told how many samples damage took. */
  readonly onLoss: (count: number) => void;
}

/** No more than this is read for one call. */
const longestRead = 4 * 1024 * 1024;
/** Every how many times that the disk is made to take what it has not, a deleted file is looked for. What was written to one can be read. */
const lookEvery = 5;
/** The newest segments that are kept open: their samples can be read although somebody deletes the folder. */
const keptOpen = 2;
/** An active segment of which everything is acknowledged is deleted from this size on. */
const longestIdle = 1024 * 1024;

/**
 * Samples on disk, first in, first out, in segments: written at one end, deleted as whole files at the other. It knows how many there are without having
 * read them. Positions here are those of the queue, which are the file's plus `shift`. Only one call at a time, but for `advance`, which takes no time.
 */
export class SegmentLog {
  readonly #cursor: Cursor;
  #positions = new Positions(1, 1);
  #segments: Segment[] = [];
  #shift = 0;
  /** Everything before it is on the disk. */
  #synced = 1;
  #unsynced = false;
  #syncs = 0;
  #namesUnsynced = false;
  #bytes = 0;
  #inexact = false;
  /** Where the next reading in order begins. */
  #at: { readonly segment: Segment; readonly offset: number; readonly position: number } | undefined;
  readonly #chunk = Buffer.allocUnsafeSlow(128 * 1024);
  #scratch = Buffer.allocUnsafeSlow(64 * 1024);

  private constructor(private readonly parts: SegmentLogParts) {
    this.#cursor = new Cursor(parts.files, parts.folder);
  }

  /**
   * Opens the log of a folder. `next`: where an empty one begins; one that holds samples is shifted so that all its positions are above those
   * `given` before. Rejects with SpoolError where the folder is of another version, and with the system's errors.
   */
  static async open(parts: SegmentLogParts, next = 1, given = 0): Promise<SegmentLog> {
    const log = new SegmentLog(parts);
    try {
      await log.#open(next, given);
      return log;
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** The oldest sample's position; `next` where there is none. */
  get head(): number {
    return this.#positions.head;
  }

  /** The position behind the newest sample. */
  get next(): number {
    return this.#positions.next;
  }

  /** Samples, those that are damaged and not yet known to be among them. */
  get count(): number {
    return this.#positions.count;
  }

  /** Of the records from `head` on. */
  get bytes(): number {
    return this.count === 0 ? 0 : this.#bytes;
  }

  /** Appends samples, whose positions rise from `next` on. Rejects: nothing of it was appended. */
  async append(batch: readonly Placed[]): Promise<void> {
    const active = await this.#active();
    const length = batch.reduce((sum, { bytes }) => sum + bytes, 0);
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(length);
    let end = 0;
    let { next } = this;
    // Not for-of, here and wherever each sample passes: its iterator is an object, and one more for each.
    batch.forEach((placed) => {
      end = encode(this.#scratch, end, placed, placed.position - this.#shift, placed.position - next);
      next = placed.position + 1;
    });
    try {
      await active.append(this.#scratch, end);
    } catch (error) {
      if (systemCode(error) !== 'ENOSPC') await active.close();
      throw error;
    }
    if (this.#scratch.length > longestIdle) this.#scratch = Buffer.allocUnsafeSlow(64 * 1024);
    batch.forEach(({ position }) => {
      this.#positions.skip(this.next, position);
      this.#positions.extend(position + 1);
    });
    this.#bytes += end;
    this.#unsynced = true;
  }

  /** Up to `limit` samples from position `from` to before `until`. Fewer: there are no more, or they are large. */
  async read(from: number, limit: number, until: number): Promise<Placed[]> {
    const found: Placed[] = [];
    let bytes = 0;
    let expected = Math.max(from, this.head);
    const resumed = this.#at?.position === expected && this.#segments.includes(this.#at.segment) ? this.#at : undefined;
    let offset = resumed?.offset ?? segmentHeader;
    for (let index = resumed === undefined ? this.#indexOf(expected) : this.#segments.indexOf(resumed.segment); ; index += 1, offset = segmentHeader) {
      const segment = this.#segments[index];
      if (segment === undefined) break;
      const bound = this.#segments[index + 1]?.first ?? Infinity;
      expected = this.#positions.firstFrom(expected);
      if (expected - this.#shift >= bound) continue;
      const walked = await this.#walk(segment, offset, (buffer, at, length) => {
        const position = positionAt(buffer, at) + this.#shift;
        if (position < expected || position - this.#shift >= bound) return true;
        const whole = Math.max(expected, position - skippedAt(buffer, at));
        this.#lose(expected, Math.min(whole, until));
        if (position >= until || found.length >= limit || (found.length > 0 && bytes + length > longestRead)) return false;
        this.#positions.skip(whole, position);
        found.push(decode(buffer, at, length, position));
        bytes += length;
        expected = position + 1;
        return true;
      }).catch((error: unknown) => {
        if (found.length === 0) throw error;
      });
      // What is behind these cannot be read: who asks for that is told.
      if (walked === undefined) return found;
      if (!walked.ended) {
        this.#at = { segment, offset: walked.offset, position: expected };
        return found;
      }
    }
    this.#lose(expected, Math.min(until, this.next));
    return found;
  }

  /** The samples from position `from` to before `until` that are in files which are open: nobody can take those away. Never rejects. */
  async readOpen(from: number, until: number): Promise<Placed[]> {
    const found: Placed[] = [];
    let expected = Math.max(from, this.head);
    for (const segment of this.#segments.filter(({ isOpen }) => isOpen)) {
      await segment.walk(segmentHeader, this.#chunk, (buffer, at, length) => {
        const position = positionAt(buffer, at) + this.#shift;
        if (position < expected || position >= until) return true;
        found.push(decode(buffer, at, length, position));
        expected = position + 1;
        return true;
      }).catch(() => undefined);
    }
    return found;
  }

  /** Everything before a position is acknowledged or evicted. `known`: how many samples the caller knows of among them, and their bytes. */
  advance(head: number, known: { readonly count: number; readonly bytes: number }): void {
    const before = this.count;
    this.#positions.advance(head);
    const gone = before - this.count;
    if (gone === known.count) this.#bytes -= known.bytes;
    else {
      // Until `measure`, about.
      this.#bytes -= before === 0 ? 0 : Math.round((this.#bytes * gone) / before);
      this.#inexact = true;
    }
  }

  /** Gives up what is left of the segment that a position is in, as far as `until`: it cannot be read. Gives where it goes on. */
  giveUp(from: number, until: number): number {
    const end = Math.min(until, (this.#segments[this.#indexOf(from) + 1]?.first ?? Infinity) + this.#shift);
    this.#lose(from, end);
    return end;
  }

  /** Finds out `bytes`, where that is not known exactly. */
  async measure(): Promise<void> {
    if (!this.#inexact) return;
    const index = this.#indexOf(this.head);
    const oldest = this.#segments[index];
    let offset = segmentHeader;
    if (oldest !== undefined) {
      const { head } = this;
      offset = (await this.#walk(oldest, segmentHeader, (buffer, at) => positionAt(buffer, at) + this.#shift < head)).offset;
    }
    this.#bytes = this.#segments.slice(index).reduce((sum, { bytes }) => sum + bytes, segmentHeader - offset);
    this.#inexact = false;
  }

  /** Writes how far it is acknowledged, where that changed; `through`: and has the disk take it. */
  async save(through = false): Promise<void> {
    if (through) await this.#cursor.sync(this.#state());
    else await this.#cursor.save(this.#state());
  }

  /** Has the disk take what it has not yet, and deletes what is acknowledged. `idle`: also an active segment of that size. */
  async sync(idle = longestIdle): Promise<void> {
    const active = this.#segments.at(-1);
    if (this.#unsynced) {
      if (this.#syncs % lookEvery === 0 && (await active?.unlinked()) === true) throw systemError('ENOENT');
      this.#syncs += 1;
      // What is acknowledged, as the cursor is about to say, need not be on the disk.
      if (this.count > 0) await this.#syncSamples(active);
    }
    const state = this.#state();
    await this.#cursor.sync(state);
    // Only now: a segment that is missing is one that the cursor is past.
    for (let [oldest, second] = this.#segments; oldest !== undefined && second !== undefined && second.first <= state.head; [oldest, second] = this.#segments) {
      await oldest.remove();
      this.#segments.shift();
    }
    if (active !== undefined && active.bytes > idle && state.head >= this.next - this.#shift) {
      await active.remove();
      this.#segments = [];
    }
  }

  async #syncSamples(active: Segment | undefined): Promise<void> {
    const { next } = this;
    await active?.sync();
    this.#unsynced = false;
    if (this.#namesUnsynced) await this.parts.files.syncFolder(this.parts.folder);
    this.#namesUnsynced = false;
    this.#synced = next;
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) await segment.close();
    await this.#cursor.close();
  }

  async #open(next: number, given: number): Promise<void> {
    const { files, folder } = this.parts;
    this.#segments = await Segment.list(files, folder);
    const last = this.#segments.at(-1);
    const version = await last?.version();
    if (version !== undefined && version !== formatVersion) {
      throw new SpoolError('PSA_SPOOL_DAMAGED', `${folder} is of version ${String(version)}, and this is version ${String(formatVersion)}.`);
    }
    const { state, sure } = await this.#cursor.open();
    const oldest = this.#segments[0]?.first;
    if (last === undefined && state === undefined) {
      this.#positions = new Positions(next, next);
      this.#synced = next;
      return;
    }
    const head = state?.head ?? oldest ?? 1;
    this.#positions = new Positions(head, head);
    const end = last === undefined ? head : await this.#recover(last);
    this.#positions.extend(Math.max(end, state?.next ?? 1));
    this.#synced = this.next;
    // An older cursor does not know what was deleted since.
    if (!sure && oldest !== undefined) this.#positions.advance(oldest);
    this.#lose(this.head, Math.min(oldest ?? Infinity, this.next));
    this.#lose(Math.max(this.head, end), this.next);
    if (given > 0) this.#move(this.head < this.next ? given + 1 - this.head : next - this.next);
    this.#inexact = true;
    this.#unsynced = this.#segments.length > 0;
    await this.measure();
  }

  /** Reads the last segment, cuts off what is no record, and gives the position behind its last. */
  async #recover(last: Segment): Promise<number> {
    let end = last.first;
    let expected = last.first;
    const gaps: [number, number, number][] = [];
    const { offset } = await last.walk(segmentHeader, this.#chunk, (buffer, at) => {
      const position = positionAt(buffer, at);
      if (position < expected) return true;
      gaps.push([expected, Math.max(expected, position - skippedAt(buffer, at)), position]);
      expected = end = position + 1;
      return true;
    });
    // Only now is it known that these are in the log.
    this.#positions.extend(end);
    for (const [from, until, position] of gaps) {
      this.#lose(from, until);
      this.#positions.skip(until, position);
    }
    if (last.size <= segmentHeader && end === last.first) {
      // Nothing but a header, or less than that.
      await last.remove();
      this.#segments.pop();
    } else if (await last.cut(offset)) {
      // One at least.
      end += 1;
      this.#positions.extend(end);
      this.#lose(end - 1, end);
    }
    return end;
  }

  /** The segment to append to. */
  async #active(): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.size < this.parts.segmentBytes) return last;
    if (last !== undefined) {
      // What comes behind it must not be on the disk before it.
      await last.sync();
      await this.#segments.at(-2)?.close();
    }
    const segment = await Segment.create(this.parts.files, this.parts.folder, this.next - this.#shift);
    this.#segments.push(segment);
    this.#namesUnsynced = true;
    return segment;
  }

  /** Visits a segment's records; one that is missing while the folder is there has none. */
  async #walk(segment: Segment, offset: number, visit: Visit): Promise<Walked> {
    try {
      return await segment.walk(offset, this.#chunk, visit);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      await this.parts.files.list(this.parts.folder);
      return { offset: segmentHeader, ended: true };
    } finally {
      if (!this.#segments.slice(-keptOpen).includes(segment)) await segment.close();
    }
  }

  /** The index of the segment that a position is in, or of the one behind it. */
  #indexOf(position: number): number {
    const index = this.#segments.findLastIndex(({ first }) => first + this.#shift <= position);
    return Math.max(0, index);
  }

  #state(): { readonly head: number; readonly next: number } {
    return { head: this.head - this.#shift, next: Math.max(this.#synced, this.head) - this.#shift };
  }

  #move(by: number): void {
    this.#shift += by;
    this.#synced += by;
    this.#positions.move(by);
  }

  #lose(from: number, until: number): void {
    const count = this.#positions.skip(from, until);
    if (count === 0) return;
    this.#inexact = true;
    this.parts.onLoss(count);
  }
}
