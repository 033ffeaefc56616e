import type { Ledger } from './ledger.js';
import { decode, encodeGap, encodeSample, type Entry } from './record.js';
import type { Placed } from './sift.js';
import type { Store, Write } from './store.js';

/** What is known of a sample without its text. */
export interface Facts {
  readonly bytes: number;
  readonly arrived: number;
  readonly time: number;
}

const knownLimit = 8192;
const readAhead = 256;
const compactEvery = 50_000;

/**
 * The part of the queue that is on disk: the store, and the ledger of what is in it. The ledger is right even while the
 * store is not: what is taken out then is written at the next `reconcile`. Only one call at a time.
 */
export class Shelf {
  #store: Store | undefined;
  #marks: Write[] = [];
  #known = new Map<number, Facts>();
  #dirty = false;
  #unsynced = false;
  #compacted: number;

  /** `lose` is told how many samples damage took. */
  constructor(
    store: Store,
    readonly ledger: Ledger,
    private readonly writer: string,
    private readonly lose: (count: number) => void,
  ) {
    this.#store = store;
    this.#compacted = ledger.swept;
  }

  /** Whether there is a store to read from. */
  get open(): boolean {
    return this.#store !== undefined;
  }

  /** Writes all that is not yet written and appends samples at positions that rise from the ledger's next. Rejects: nothing of it was appended. */
  async commit(samples: readonly Placed[], sync = false): Promise<void> {
    const { ledger } = this;
    const writes = this.#marks.filter((mark) => mark.position >= ledger.head);
    this.#marks = [];
    let { next } = ledger;
    let bytes = 0;
    for (const { position, entry } of samples) {
      if (position > next) writes.push({ position: next, value: encodeGap(next, position) });
      writes.push({ position, value: encodeSample(position, entry) });
      next = position + 1;
      bytes += entry.bytes;
    }
    const state = ledger.state(this.writer);
    const gaps = next - ledger.next - samples.length;
    const count = state.count + samples.length;
    // Gaps before the first sample of an empty queue are no gaps: the head starts at that sample.
    const head = state.count === 0 && gaps > 0 ? (samples[0]?.position ?? state.head) : state.head;
    await this.#use((store) => store.write({ ...state, head, next, count, bytes: state.bytes + bytes }, writes, sync));
    this.#dirty = false;
    this.#unsynced = !sync;
    for (const { position, entry } of samples) {
      const before = ledger.next;
      ledger.next = position + 1;
      ledger.bytes += entry.bytes;
      // Whoever reads as fast as is written never has to ask the store for them.
      if (ledger.count < readAhead) this.#note(position, entry);
      if (position > before) ledger.take(before, position, 0);
    }
  }

  /** Takes samples out; `commit` writes it. Never rejects. */
  async take(positions: readonly number[]): Promise<void> {
    for (const position of positions) {
      if (!this.ledger.has(position)) continue;
      const bytes = (await this.#facts(position))?.bytes ?? this.ledger.share(1);
      this.#forget(position, bytes);
    }
  }

  /** Up to `limit` samples from position `from` on. */
  async read(from: number, limit: number): Promise<readonly Placed[]> {
    const { ledger } = this;
    const found: Placed[] = [];
    for (let start = Math.max(from, ledger.head); found.length < limit && start < ledger.next; ) {
      const positions = ledger.from(start, limit - found.length);
      const values = await this.#use((store) => store.get(positions));
      positions.forEach((position, index) => {
        const entry = entryOf(position, values[index]);
        if (entry === undefined) {
          this.#forget(position, ledger.share(1));
          this.lose(1);
        } else {
          this.#note(position, entry);
          found.push({ position, entry });
        }
      });
      start = (positions.at(-1) ?? ledger.next) + 1;
    }
    return found;
  }

  /** The oldest sample's facts. */
  async first(): Promise<Facts | undefined> {
    const { ledger } = this;
    for (;;) {
      const { head } = ledger;
      if (ledger.count === 0) return undefined;
      const facts = this.#known.get(head);
      if (facts !== undefined) return facts;
      await this.read(head, readAhead);
      // A lost head moved on; one that did not move and is not known does not exist.
      if (ledger.head === head && !this.#known.has(head)) return undefined;
    }
  }

  /** Takes out the oldest while `unwanted` says so; gives how many. `commit` writes it. */
  async shed(unwanted: (oldest: Facts) => boolean): Promise<number> {
    for (let count = 0; ; count += 1) {
      const facts = await this.first();
      if (facts === undefined || !unwanted(facts)) return count;
      this.#forget(this.ledger.head, facts.bytes);
    }
  }

  /** Writes what is not yet written, where there is anything. */
  async flush(): Promise<void> {
    if (this.#dirty) await this.commit([]);
  }

  /** Writes what is not yet written and has the disk confirm it, where there is anything. */
  async sync(): Promise<void> {
    if (this.#dirty || this.#unsynced) await this.commit([], true);
  }

  /** Deletes what was taken out, where that is at least `least` positions; gives the space back now and then. */
  async sweep(least: number): Promise<void> {
    const { ledger } = this;
    if (ledger.head - ledger.swept < least) return;
    // The state first: after a crash between the two, nothing that it names may be missing.
    await this.flush();
    await this.#use((store) => store.clear(ledger.swept, ledger.head));
    ledger.swept = ledger.head;
    this.#dirty = true;
    if (ledger.head - this.#compacted < compactEvery) return;
    const from = this.#compacted;
    this.#compacted = ledger.head;
    // In LevelDB's own time; should it fail, the next write says so.
    this.#use((store) => store.compact(from, ledger.head)).catch(() => undefined);
  }

  /** Makes a store just opened agree with the ledger, which is ahead of it by what was taken out meanwhile. */
  async reconcile(): Promise<void> {
    const { ledger } = this;
    this.#marks = ledger.gone.runs.map(({ from, until }) => ({ position: from, value: encodeGap(from, until) }));
    await this.commit([]);
    // What a failed write may have left after all.
    await this.#use((store) => store.clear(ledger.next, Infinity));
  }

  /** Closes the store; the ledger stays. */
  async close(): Promise<void> {
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  async #facts(position: number): Promise<Facts | undefined> {
    const known = this.#known.get(position);
    if (known !== undefined || this.#store === undefined) return known;
    const [value] = await this.#store.get([position]).catch(() => []);
    const entry = entryOf(position, value);
    return entry === undefined ? undefined : { ...entry, time: entry.envelope.time };
  }

  #note(position: number, entry: Entry): void {
    if (this.#known.size >= knownLimit) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    this.#known.set(position, { bytes: entry.bytes, arrived: entry.arrived, time: entry.envelope.time });
  }

  #forget(position: number, bytes: number): void {
    this.#known.delete(position);
    this.ledger.take(position, position + 1, bytes);
    this.#dirty = true;
    if (position >= this.ledger.head) this.#marks.push({ position, value: encodeGap(position, position + 1) });
  }

  #use<T>(call: (store: Store) => Promise<T>): Promise<T> {
    if (this.#store === undefined) return Promise.reject(new Error('the store is closed'));
    return call(this.#store);
  }
}

function entryOf(position: number, value: string | undefined): Entry | undefined {
  const stored = value === undefined ? undefined : decode(position, value);
  return stored?.kind === 'sample' ? stored.entry : undefined;
}
