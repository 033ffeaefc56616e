import { join } from 'node:path';
import { systemCode } from '../model/errors.js';
import { crc32 } from './crc32.js';
import type { Files, OpenFile } from './files.js';
import { isTorn, marker, recordHeader, recordLength } from './record.js';

/** The bytes of a segment before its first record: magic, format version, first position, checksum. */
export const segmentHeader = 32;
/** The version of folder, segments and records. */
export const formatVersion = 2;

const magic = Buffer.from('PSASEGMT');
const namePattern = /^\d{16}\.seg$/;

/** Looks at a checked record in a buffer; false ends the walk before it. */
export type Visit = (buffer: Buffer, at: number, length: number) => boolean;

/** Where a walk came to. */
export interface Walked {
  /** Of the record that the visitor did not want, or behind the last whole one. */
  readonly offset: number;
  /** There is nothing more. */
  readonly ended: boolean;
}

/** One file of a log: a header, then records. */
export class Segment {
  #file: OpenFile | undefined;
  #access: 'read' | 'write' = 'read';

  /** `first`: its records' positions are from this on, as the log counts. `size`: bytes of the file that are known to be ours. */
  constructor(
    private readonly files: Files,
    private readonly folder: string,
    readonly first: number,
    public size: number,
  ) {}

  /** Makes a new one. */
  static async create(files: Files, folder: string, first: number): Promise<Segment> {
    const segment = new Segment(files, folder, first, 0);
    segment.#file = await files.create(segment.path).catch(async (error: unknown) => {
      // Left by an attempt that failed: nothing of it is in the log.
      if (systemCode(error) !== 'EEXIST') throw error;
      await files.remove(segment.path);
      return files.create(segment.path);
    });
    segment.#access = 'write';
    const header = Buffer.alloc(segmentHeader);
    magic.copy(header);
    header.writeUInt32LE(formatVersion, 8);
    header.writeDoubleLE(first, 16);
    header.writeUInt32LE(crc32(header.subarray(0, 28)), 28);
    await segment.append(header, segmentHeader).catch(async (error: unknown) => {
      await segment.remove().catch(() => undefined);
      throw error;
    });
    return segment;
  }

  /** The segments of a folder, in their order. */
  static async list(files: Files, folder: string): Promise<Segment[]> {
    const found = (await files.list(folder)).filter(({ name }) => namePattern.test(name));
    return found.map(({ name, size }) => new Segment(files, folder, Number(name.slice(0, 16)), size)).sort((one, other) => one.first - other.first);
  }

  get path(): string {
    return join(this.folder, `${String(this.first).padStart(16, '0')}.seg`);
  }

  /** The bytes of its records, what is damaged among them included. */
  get bytes(): number {
    return Math.max(0, this.size - segmentHeader);
  }

  /** The format version that its header names; undefined where there is no whole header. */
  async version(): Promise<number | undefined> {
    const header = Buffer.alloc(segmentHeader);
    if ((await (await this.#open('read')).read(header, segmentHeader, 0)) < segmentHeader) return undefined;
    const whole = header.subarray(0, 8).equals(magic) && crc32(header.subarray(0, 28)) === header.readUInt32LE(28);
    return whole ? header.readUInt32LE(8) : undefined;
  }

  /** Appends bytes. Rejects: it ends where it did before. */
  async append(data: Buffer, length: number): Promise<void> {
    const file = await this.#open('write');
    try {
      await file.write(data, length, this.size);
    } catch (error) {
      // Where even that fails, the next append writes over it.
      await file.truncate(this.size).catch(() => undefined);
      throw error;
    }
    this.size += length;
  }

  /** Visits the whole records from an offset on, going past whatever is none. They are read into `chunk`, which is nobody else's meanwhile. */
  async walk(offset: number, chunk: Buffer, visit: Visit): Promise<Walked> {
    const file = await this.#open('read');
    let whole = offset;
    for (let start = offset; start < this.size; ) {
      const wanted = Math.min(chunk.length, this.size - start);
      const found = await file.read(chunk, wanted, start);
      let at = 0;
      while (at < found) {
        const length = recordLength(chunk, at, found, this.size - start - at);
        if (length === 0) break;
        if (length > 0) {
          if (!visit(chunk, at, length)) return { offset: start + at, ended: false };
          at += length;
          whole = start + at;
        } else at = nextMarker(chunk, at + 1, found);
      }
      start += at;
      if (at > 0) continue;
      // A record longer than the chunk, or a file shorter than it was.
      if (found < wanted) break;
      chunk = Buffer.allocUnsafe(Math.min(this.size - start, chunk.length * 4));
    }
    return { offset: whole, ended: true };
  }

  /** Cuts off what stands behind an offset; gives whether that was more than a record cut short. */
  async cut(offset: number): Promise<boolean> {
    if (offset >= this.size) return false;
    const file = await this.#open('write');
    const rest = Buffer.alloc(Math.min(recordHeader, this.size - offset));
    await file.read(rest, rest.length, offset);
    const damaged = !isTorn(rest, this.size - offset);
    await file.truncate(offset);
    this.size = offset;
    return damaged;
  }

  async sync(): Promise<void> {
    await (await this.#open('write')).sync();
  }

  get isOpen(): boolean {
    return this.#file !== undefined;
  }

  /** Whether it was deleted by somebody else while it is open. */
  async unlinked(): Promise<boolean> {
    return (await this.#file?.unlinked()) ?? false;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }

  async remove(): Promise<void> {
    await this.close();
    await this.files.remove(this.path).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }

  async #open(access: 'read' | 'write'): Promise<OpenFile> {
    if (this.#file !== undefined && (access === 'read' || this.#access === 'write')) return this.#file;
    await this.close();
    this.#file = await this.files.open(this.path, access);
    this.#access = access;
    return this.#file;
  }
}

/** Where the next record may begin; where that may be cut by the end, so that the marker is whole in what is read next. */
function nextMarker(chunk: Buffer, from: number, end: number): number {
  const found = chunk.subarray(0, end).indexOf(marker, from);
  return found === -1 ? Math.max(from, end - marker.length + 1) : found;
}
