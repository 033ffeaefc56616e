import { ClassicLevel, type DatabaseOptions } from 'classic-level';
import { decodeState, encodeState, type State } from './ledger.js';
import { keyOf, positionOf } from './record.js';

/** One write of a batch. */
export interface Write {
  readonly position: number;
  readonly value: string;
}

/** What the store holds at one position, not yet looked into. */
export type Raw = readonly [position: number, value: string];

/**
 * The key of the state. It sorts after every record: a key before them would make each table overlap all others, and every
 * compaction rewrite the whole backlog.
 */
export const stateKey = 's';
const recordsEnd = 's';

const tuning = {
  keyEncoding: 'utf8',
  valueEncoding: 'utf8',
  // Two write buffers, this cache and the mapped tables are what the spool costs in memory.
  writeBufferSize: 1024 * 1024,
  cacheSize: 256 * 1024,
  blockSize: 16 * 1024,
  maxFileSize: 1024 * 1024,
  maxOpenFiles: 74,
  compression: true,
} as const satisfies DatabaseOptions<string, string>;

/** One LevelDB folder: records by position, and the state. Every call rejects with classic-level's errors. */
export class Store {
  readonly #level: ClassicLevel;

  private constructor(level: ClassicLevel) {
    this.#level = level;
  }

  /** Opens a folder, which LevelDB locks against every other process; `create` where there is none yet. */
  static async open(folder: string, create: boolean): Promise<Store> {
    const level = new ClassicLevel<string, string>(folder, { ...tuning, createIfMissing: create });
    await level.open();
    return new Store(level);
  }

  /** The state; undefined where there is none or it is not whole. */
  async state(): Promise<State | undefined> {
    // Not by `get`: in a repaired folder that may find an older one.
    const [data] = await this.#level.values({ gte: stateKey, limit: 1 }).all();
    return data === undefined ? undefined : decodeState(data);
  }

  /** Writes records and state, all or nothing. It has reached the operating system when this resolves, and the disk with `sync`. */
  async write(state: State, records: readonly Write[] = [], sync = false): Promise<void> {
    const batch = records.map(({ position, value }) => ({ type: 'put', key: keyOf(position), value }) as const);
    await this.#level.batch([...batch, { type: 'put', key: stateKey, value: encodeState(state) }], { sync });
  }

  /** Writes records without a state: of a store in the making. */
  async put(records: readonly Write[]): Promise<void> {
    await this.#level.batch(records.map(({ position, value }) => ({ type: 'put', key: keyOf(position), value })));
  }

  /** Up to `limit` records from position `from` to before `until`, in order. Fewer: there are no more. */
  async scan(from: number, until: number, limit: number): Promise<Raw[]> {
    const range = { gte: keyOf(from), lt: until === Infinity ? recordsEnd : keyOf(until) };
    const iterator = this.#level.iterator({ ...range, highWaterMarkBytes: 128 * 1024 });
    const records: Raw[] = [];
    try {
      while (records.length < limit) {
        const entries = await iterator.nextv(limit - records.length);
        if (entries.length === 0) break;
        for (const [key, value] of entries) {
          const position = positionOf(key);
          if (position !== undefined) records.push([position, value]);
        }
      }
    } finally {
      await iterator.close();
    }
    return records;
  }

  /**
   * What is stored at each of the positions. For all everyday reading: an iterator would keep what it read ahead outside
   * the heap until the next collection, and draining a backlog would leave the process several times as large.
   */
  async get(positions: readonly number[]): Promise<(string | undefined)[]> {
    return this.#level.getMany(positions.map(keyOf));
  }

  /** Whether there is any key at all. */
  async empty(): Promise<boolean> {
    return (await this.#level.keys({ limit: 1 }).all()).length === 0;
  }

  /** Deletes the records from `from` to before `until`. */
  async clear(from: number, until: number): Promise<void> {
    await this.#level.clear({ gte: keyOf(from), lt: until === Infinity ? recordsEnd : keyOf(until) });
  }

  /** Gives the disk space of deleted records back. */
  async compact(from: number, until: number): Promise<void> {
    await this.#level.compactRange(keyOf(from), keyOf(until));
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}
