import type { CatalogFunction } from '../catalog/function.js';
import type { Entry } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import type { Tick } from '../model/clock.js';
import type { Task } from '../scheduler/scheduler.js';
import type { Sample } from '../model/message.js';
import { Rates } from './rate.js';
import type { Reader, Reading } from './reader.js';
import { selectionOf, type Select, type Selected, type Selection } from './selection.js';

/** Who is told how an entry fares. */
export interface Observer {
  took(wall: number, selected: readonly Selected[]): void;
  /** Values that could not be had, with the reason. */
  missed(wall: number, count: number, reason: string): void;
  /** Every value could be had. */
  complete(): void;
  skipped(count: number): void;
}

/** What all entries' samplers have in common. */
export interface SamplerContext {
  /** Whether messages carry units. */
  readonly units: boolean;
  /** Whether so much waits to be kept that nothing more is to be read. */
  overloaded(): boolean;
  sink(sample: Sample): void;
  /** Wall-clock milliseconds since 1970. */
  wall(): number;
}

/** Takes one entry's samples: reads, selects, names. A fault in it is told to its observer and touches no other entry. */
export class Sampler implements Task {
  readonly interval: number;
  readonly catchUp: boolean;
  readonly #rates: Rates | undefined;
  readonly #find: Select;
  #primed = false;

  constructor(
    private readonly entry: Entry,
    definition: CatalogFunction,
    private readonly reader: Reader,
    private readonly observer: Observer,
    private readonly context: SamplerContext,
  ) {
    this.interval = entry.interval * 1000;
    this.catchUp = reader.window > 0;
    this.#find = selectionOf(definition, entry.args, entry.select);
    this.#rates = entry.rate && !reader.givesRates ? new Rates() : undefined;
  }

  /** Takes the reading that the first sample is measured from, where the function measures since its last call. */
  async prime(tick?: Tick): Promise<void> {
    this.#primed = true;
    await this.reader.prime(tick);
    if (this.#rates !== undefined) this.#select(await this.reader.read(tick));
  }

  #sinceLast(): boolean {
    return this.reader.sinceLast || this.#rates !== undefined;
  }

  run(tick: Tick): Promise<void> | undefined {
    if (this.context.overloaded()) {
      this.observer.skipped(1);
      return undefined;
    }
    if (!this.#primed && this.#sinceLast()) return this.#begin(tick);
    try {
      const reading = this.reader.readNow === undefined ? this.reader.read(tick) : this.reader.readNow(tick);
      if (reading instanceof Promise) return this.#await(reading);
      this.#took(reading);
    } catch (error) {
      this.#missed(error);
    }
    return undefined;
  }

  async #begin(tick: Tick): Promise<void> {
    try {
      await this.prime(tick);
      // A reading that was no measurement after all is taken on this tick.
      if (!this.#sinceLast()) this.#took(await this.reader.read(tick));
    } catch (error) {
      this.#missed(error);
    }
  }

  async #await(reading: Promise<Reading>): Promise<void> {
    try {
      this.#took(await reading);
    } catch (error) {
      this.#missed(error);
    }
  }

  #missed(error: unknown): void {
    this.observer.missed(this.context.wall(), 1, messageOf(error));
  }

  #took(reading: Reading): void {
    const { wall } = reading;
    const { selected, missing } = this.#select(reading);
    this.observer.took(wall, selected);
    if (missing.length === 0) this.observer.complete();
    else this.observer.missed(wall, missing.length, missing.slice(0, 3).join('; '));
    selected.forEach(({ path, value, unit }) => {
      this.context.sink({ name: this.entry.name, path, metric: value, unit: this.context.units ? unit : '', time: wall });
    });
  }

  /** The numbers that the entry asks for, computed as it asks. */
  #select({ result, reasons, at }: Reading): Selection {
    const found = this.#find(result, reasons);
    const selection = this.#rates?.between(found, at) ?? found;
    const { scale, unit, rate } = this.entry;
    const suffix = rate && this.reader.givesRates ? '/s' : '';
    if (scale === 1 && unit === undefined && suffix === '') return selection;
    const { selected, missing } = selection;
    const unitOf = (one: Selected): string => unit ?? (one.field?.kind === 'counter' ? `${one.unit}${suffix}` : one.unit);
    return { selected: selected.map((one) => ({ ...one, value: one.value * scale, unit: unitOf(one) })), missing };
  }

  skipped(count: number): void {
    this.observer.skipped(count);
  }
}
