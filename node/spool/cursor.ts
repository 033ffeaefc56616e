import { join } from 'node:path';
import { systemCode } from '../model/errors.js';
import { crc32 } from './crc32.js';
import type { Files, OpenFile } from './files.js';

/** What a log's cursor says. Positions as in the log. */
export interface CursorState {
  /** Everything before it is acknowledged or evicted. */
  readonly head: number;
  /** Everything from `head` to before this was on the disk. */
  readonly next: number;
}

const magic = Buffer.from('PSACUR02');
const slotBytes = 36;
/** Each slot in a block of its own: a power cut tears the one that was being written. */
const slotDistance = 4096;

/**
 * The small file beside the segments that says how far a log is acknowledged. Two checksummed slots: what the disk has taken
 * for certain is not written over until it has the other.
 */
export class Cursor {
  #file: OpenFile | undefined;
  /** The same file: each write is one that the disk has. */
  #through: OpenFile | undefined;
  #generation = 0;
  #safe = 1;
  #saved: CursorState | undefined;
  #synced: CursorState | undefined;
  #made = false;

  constructor(
    private readonly files: Files,
    private readonly folder: string,
  ) {}

  get path(): string {
    return join(this.folder, 'cursor');
  }

  /** Reads it. `sure`: no slot is damaged, so nothing newer was lost. */
  async open(): Promise<{ readonly state?: CursorState; readonly sure: boolean }> {
    await this.close();
    try {
      this.#file = await this.files.open(this.path, 'write');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      return { sure: true };
    }
    const slots = [await this.#read(0), await this.#read(1)] as const;
    const [first, second] = slots.map((slot) => (slot === 'damaged' ? undefined : slot));
    const newest = (first?.generation ?? -1) > (second?.generation ?? -1) ? first : second;
    this.#safe = newest === first ? 0 : 1;
    if (newest === undefined) this.#safe = 1;
    this.#generation = newest?.generation ?? 0;
    const sure = !slots.includes('damaged');
    return newest === undefined ? { sure } : { state: newest, sure };
  }

  /** Writes it, where it changed. It has reached the operating system when this resolves. */
  async save(state: CursorState): Promise<void> {
    if (same(state, this.#saved)) return;
    this.#file ??= await this.#create();
    await this.#write(this.#file, state);
  }

  async #write(file: OpenFile, state: CursorState): Promise<void> {
    const data = Buffer.alloc(slotBytes);
    magic.copy(data);
    data.writeDoubleLE(this.#generation + 1, 8);
    data.writeDoubleLE(state.head, 16);
    data.writeDoubleLE(state.next, 24);
    data.writeUInt32LE(crc32(data.subarray(0, 32)), 32);
    await file.write(data, slotBytes, (1 - this.#safe) * slotDistance);
    this.#generation += 1;
    this.#saved = state;
  }

  /** Writes it, where it changed, and has the disk take it. */
  async sync(state: CursorState): Promise<void> {
    if (same(state, this.#synced)) return;
    this.#file ??= await this.#create();
    if (same(state, this.#saved) || this.#made) {
      await this.save(state);
      await this.#file.sync();
    } else {
      this.#through ??= await this.files.open(this.path, 'through');
      await this.#write(this.#through, state);
    }
    if (this.#made) await this.files.syncFolder(this.folder);
    this.#made = false;
    this.#synced = state;
    this.#safe = 1 - this.#safe;
  }

  async close(): Promise<void> {
    const open = [this.#file, this.#through];
    this.#file = this.#through = this.#saved = this.#synced = undefined;
    for (const file of open) await file?.close().catch(() => undefined);
  }

  /** Makes it with room for both slots: on a full disk there would be none for the second. */
  async #create(): Promise<OpenFile> {
    const file = await this.files.create(this.path);
    const length = slotDistance + slotBytes;
    try {
      await file.write(Buffer.alloc(length), length, 0);
      this.#made = true;
      return file;
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.files.remove(this.path).catch(() => undefined);
      throw error;
    }
  }

  async #read(slot: number): Promise<(CursorState & { readonly generation: number }) | 'damaged' | undefined> {
    const data = Buffer.alloc(slotBytes);
    await this.#file?.read(data, slotBytes, slot * slotDistance);
    // Never written.
    if (data.every((byte) => byte === 0)) return undefined;
    const whole = data.subarray(0, 8).equals(magic) && crc32(data.subarray(0, 32)) === data.readUInt32LE(32);
    return whole ? { generation: data.readDoubleLE(8), head: data.readDoubleLE(16), next: data.readDoubleLE(24) } : 'damaged';
  }
}

function same(one: CursorState, other: CursorState | undefined): boolean {
  return one.head === other?.head && one.next === other.next;
}
