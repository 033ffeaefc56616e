import type { Arguments, Result } from '../catalog/value.js';
import type { Provider } from './provider.js';

/** Whatever is the same object for the askers that may share a reading. */
export type Occasion = object;

/**
 * One reading for all who ask the same on the same occasion (entries due together), so that they also agree with each other.
 * A reading that fails fails for all of them.
 */
export class SharedProvider {
  readonly #made = new WeakMap<Occasion, Map<string, Promise<unknown>>>();

  constructor(private readonly provider: Provider) {}

  get platform(): Provider['platform'] {
    return this.provider.platform;
  }

  /** A raw reading, as Provider.read; made anew where there is no occasion. */
  read(method: string, args: Arguments, occasion?: Occasion): Promise<Result> {
    return this.once(occasion, `read ${method} ${JSON.stringify(args)}`, () => this.provider.read(method, args));
  }

  /** What `make` gives, made once for each key and occasion. */
  once<T>(occasion: Occasion | undefined, key: string, make: () => Promise<T>): Promise<T> {
    // An async call: what throws at once fails like what rejects.
    const start = async (): Promise<T> => await make();
    if (occasion === undefined) return start();
    let made = this.#made.get(occasion);
    if (made === undefined) this.#made.set(occasion, (made = new Map<string, Promise<unknown>>()));
    let promise = made.get(key) as Promise<T> | undefined;
    if (promise === undefined) made.set(key, (promise = start()));
    return promise;
  }

  close(): void {
    this.provider.close();
  }
}
