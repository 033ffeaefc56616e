import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** The addresses of a name, as the system knows them. */
export type Lookup = (host: string) => Promise<LookupAddress[]>;

const systemLookup: Lookup = (host) => new Promise((resolve, reject) => {
  lookup(host, { all: true }, (error, addresses) => {
    if (error === null) resolve(addresses);
    else reject(error);
  });
});

/**
 * Resolves names, each by one call at a time: a name server that does not answer holds a thread for each call, and an
 * attempt to connect that was given up does not end it.
 */
export class Resolver {
  readonly #pending = new Map<string, Promise<LookupAddress[]>>();

  constructor(private readonly lookup: Lookup = systemLookup) {}

  /** The addresses of a name; rejects with the system's error. */
  addresses(host: string): Promise<LookupAddress[]> {
    const pending = this.#pending.get(host) ?? this.lookup(host).finally(() => this.#pending.delete(host));
    this.#pending.set(host, pending);
    return pending;
  }

  /** In the shape that node:net asks for; `onStart` and `onEnd` tell when a name is being resolved. */
  lookupFunction(onStart: () => void, onEnd: () => void): LookupFunction {
    return (host, options, callback) => {
      onStart();
      this.addresses(host).then((addresses) => {
        onEnd();
        const [first] = addresses;
        if (first === undefined) callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), []);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first.address, first.family);
      }, (error: unknown) => { callback(error as NodeJS.ErrnoException, []); });
    };
  }
}
