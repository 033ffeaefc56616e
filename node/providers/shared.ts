import type { Arguments, Result } from '../catalog/value.js';
import type { Tick } from '../model/clock.js';
import type { ProcessTable } from './processTable.js';
import { readNow, type Provider } from './provider.js';
import type { Soon } from './soon.js';

/** What is made once for all who ask on the same tick. */
export interface Maker<T> {
  /** May throw as well as reject. */
  make(tick: Tick | undefined): Soon<T>;
}

/** Where what is asked for under one key is kept; an entry's calls are known by its settings, so that there are no more than those have. */
interface Place {
  made: unknown;
}

/** Failed at once: everybody is told so. */
class Failure {
  constructor(readonly error: unknown) {}
}

/**
 * One reading for all who ask the same on the same tick (entries due together), so that they also agree with each other.
 * A reading that fails fails for all of them.
 */
export class SharedProvider {
  /** What was made on the last tick: those due together ask one after another. */
  #tick: Tick | undefined;
  /**
   * Places are kept from tick to tick. Once a Map is old, V8 makes its next table in the old generation as well, at each `clear`, and the tables thrown
   * away take all that was in them along.
   */
  readonly #places = new Map<string, Place>();
  /** The first `#filled` are those that hold something. */
  readonly #held: Place[] = [];
  #filled = 0;
  /** Arguments as text, by method: an entry asks with the same ones again and again. */
  readonly #keys = new Map<string, WeakMap<Arguments, string>>();

  constructor(private readonly provider: Provider) {}

  get platform(): Provider['platform'] {
    return this.provider.platform;
  }

  /** A raw reading, as Provider.read; made anew where there is no tick. */
  read(method: string, args: Arguments, tick?: Tick): Promise<Result> {
    return this.once(tick, this.#keyOf(method, args), async () => await this.provider.read(method, args));
  }

  /** As Provider.readNow. */
  readNow(method: string, args: Arguments, tick?: Tick): Soon<Result> {
    return this.shared(tick, this.#keyOf(method, args), { make: () => readNow(this.provider, method, args) });
  }

  #keyOf(method: string, args: Arguments): string {
    let keys = this.#keys.get(method);
    if (keys === undefined) this.#keys.set(method, (keys = new WeakMap()));
    let key = keys.get(args);
    if (key === undefined) keys.set(args, (key = `read ${method} ${JSON.stringify(args)}`));
    return key;
  }

  /** The processes of one moment: one table for all who ask on the same tick. */
  processes(tick?: Tick): Promise<ProcessTable> {
    return this.once(tick, 'processes', () => this.provider.processes());
  }

  /** What `make` gives, made once for each key and tick. */
  async once<T>(tick: Tick | undefined, key: string, make: () => Promise<T>): Promise<T> {
    return await this.shared(tick, key, { make });
  }

  /** What a maker makes, made once for each key and tick. Throws what it threw. */
  shared<T>(tick: Tick | undefined, key: string, maker: Maker<T>): Soon<T> {
    if (tick === undefined) return maker.make(tick);
    if (tick !== this.#tick) this.#begin(tick);
    let place = this.#places.get(key);
    if (place === undefined) this.#places.set(key, (place = { made: undefined }));
    const known = place.made;
    if (known instanceof Failure) throw known.error;
    if (known !== undefined) return known as Soon<T>;
    try {
      const made = maker.make(tick);
      this.#keep(place, made);
      return made;
    } catch (error) {
      this.#keep(place, new Failure(error));
      throw error;
    }
  }

  #begin(tick: Tick): void {
    this.#tick = tick;
    for (let at = 0; at < this.#filled; at += 1) (this.#held[at] as Place).made = undefined;
    this.#filled = 0;
  }

  #keep(place: Place, made: unknown): void {
    place.made = made;
    this.#held[this.#filled] = place;
    this.#filled += 1;
  }

  close(): void {
    this.provider.close();
  }
}
