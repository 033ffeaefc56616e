import type { Arguments, Result } from '../catalog/value.js';
import type { Tick } from '../model/clock.js';
import type { ProcessTable } from './processTable.js';
import type { Provider } from './provider.js';

/**
 * One reading for all who ask the same on the same tick (entries due together), so that they also agree with each other.
 * A reading that fails fails for all of them.
 */
export class SharedProvider {
  /** What was made on the last tick: those due together ask one after another. */
  #tick: Tick | undefined;
  readonly #made = new Map<string, Promise<unknown>>();
  /** Arguments as text, by method: an entry asks with the same ones again and again. */
  readonly #keys = new Map<string, WeakMap<Arguments, string>>();

  constructor(private readonly provider: Provider) {}

  get platform(): Provider['platform'] {
    return this.provider.platform;
  }

  /** A raw reading, as Provider.read; made anew where there is no tick. */
  read(method: string, args: Arguments, tick?: Tick): Promise<Result> {
    if (tick === undefined) return this.once(tick, method, () => this.provider.read(method, args));
    return this.once(tick, this.#keyOf(method, args), () => this.provider.read(method, args));
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
  once<T>(tick: Tick | undefined, key: string, make: () => Promise<T>): Promise<T> {
    // An async call: what throws at once fails like what rejects.
    const start = async (): Promise<T> => await make();
    if (tick === undefined) return start();
    if (tick !== this.#tick) this.#made.clear();
    this.#tick = tick;
    let promise = this.#made.get(key) as Promise<T> | undefined;
    if (promise === undefined) this.#made.set(key, (promise = start()));
    return promise;
  }

  close(): void {
    this.provider.close();
  }
}
