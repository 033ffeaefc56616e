import { counterPathText } from '../../catalog/counterPath.js';
import type { Clock } from '../../model/clock.js';
import { UnavailableError } from '../../model/errors.js';
import type { CounterObject } from '../counterList.js';
import { MissingFunction } from './bindings.js';
import { CounterNames } from './counterNames.js';
import { PdhError, type ObjectItems, type Pdh } from './pdh.js';
import { PdhStatus } from './pdhStatus.js';

/** PDH is made to look anew for objects at most so often, milliseconds: that asks every library there is. */
const refreshRest = 60_000;
/** The registry's names are read anew after so long, milliseconds: some megabytes. */
const namesLast = 60_000;

/**
 * Which objects, counters and instances this Windows has, by their English names. PDH lists them in the language of Windows
 * only; what a name is in English the registry tells, and where it leaves several, the one that PDH takes for this object.
 */
export class CounterDirectory {
  #refreshed = -Infinity;
  #known: { readonly names: CounterNames; readonly until: number } | undefined;

  constructor(private readonly pdh: Pdh, private readonly clock: Clock) {}

  /** Makes PDH look anew for objects, unless it just did. */
  async refresh(): Promise<void> {
    const now = this.clock.now();
    if (now - this.#refreshed < refreshRest) return;
    this.#refreshed = now;
    try {
      await this.pdh.refresh();
    } catch (error) {
      if (!(error instanceof MissingFunction)) throw error;
    }
  }

  /** Every object, in the order of PDH. Throws UnavailableError. */
  async objects(): Promise<string[]> {
    const names = await this.#names();
    return [...new Set((await this.pdh.objects()).map((local) => names.englishOf(local)[0] ?? local))];
  }

  /** What an object has. Throws PdhError where there is no such object. */
  async items(object: string): Promise<CounterObject> {
    const names = await this.#names();
    const locals = [...new Set([...names.localOf(object), object])];
    const { counters, instances } = (await this.#itemsOf(locals)) ?? (await this.refresh(), await this.#itemsOf(locals)) ?? missing(object);
    const english = new Set<string>();
    for (const local of counters) english.add(await this.#englishCounter(object, instances.length > 0, names.englishOf(local)));
    return { object, counters: [...english], instances };
  }

  /** What the object of one of these names has; undefined where there is none. */
  async #itemsOf(locals: readonly string[]): Promise<ObjectItems | undefined> {
    for (const local of locals) {
      try {
        return await this.pdh.items(local);
      } catch (error) {
        if (!(error instanceof PdhError) || error.status !== PdhStatus.NO_OBJECT) throw error;
      }
    }
    return undefined;
  }

  /** Of several English names of a counter the one that this object has. */
  async #englishCounter(object: string, instances: boolean, candidates: readonly string[]): Promise<string> {
    const [first = '', ...others] = candidates;
    if (others.length === 0) return first;
    const query = await this.pdh.openQuery();
    try {
      for (const counter of candidates) {
        try {
          await this.pdh.addCounter(query, counterPathText({ object, instance: instances ? '*' : undefined, counter }));
          return counter;
        } catch (error) {
          if (!(error instanceof PdhError)) throw error;
        }
      }
      return first;
    } finally {
      await this.pdh.closeQuery(query);
    }
  }

  /** The names, for some seconds; where the registry has none, those of Windows are taken for English. */
  async #names(): Promise<CounterNames> {
    const now = this.clock.now();
    if (this.#known !== undefined && now < this.#known.until) return this.#known.names;
    let names = new CounterNames([], []);
    try {
      names = new CounterNames(await this.pdh.names(true), await this.pdh.names(false));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
    this.#known = { names, until: now + namesLast };
    return names;
  }
}

function missing(object: string): never {
  throw new PdhError(PdhStatus.NO_OBJECT, `The object ${object} of the performance counters`);
}
