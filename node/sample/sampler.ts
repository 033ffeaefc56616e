import type { CatalogFunction } from '../catalog/function.js';
import type { Entry } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import type { Tick } from '../model/clock.js';
import type { Task } from '../scheduler/scheduler.js';
import type { Sample } from '../model/message.js';
import type { MethodReader } from './methodReader.js';
import { select, type Selected } from './selection.js';

/** Who is told how an entry fares. */
export interface Observer {
  took(wall: number, selected: readonly Selected[]): void;
  /** Values that could not be had, with the reason. */
  missed(wall: number, count: number, reason: string): void;
  /** Every value could be had. */
  complete(): void;
  skipped(count: number): void;
}

/** Takes one entry's samples: reads, selects, names. A fault in it is told to its observer and touches no other entry. */
export class Sampler implements Task {
  readonly interval: number;
  readonly catchUp: boolean;
  #primed = false;

  constructor(
    private readonly entry: Entry,
    private readonly definition: CatalogFunction,
    private readonly reader: MethodReader,
    private readonly units: boolean,
    private readonly observer: Observer,
    private readonly sink: (samples: readonly Sample[]) => void,
    private readonly wall: () => number,
  ) {
    this.interval = entry.interval * 1000;
    this.catchUp = reader.window > 0;
  }

  /** Takes the reading that the first sample is measured from, where the function measures since its last call. */
  async prime(tick?: Tick): Promise<void> {
    this.#primed = true;
    await this.reader.prime(tick);
  }

  async run(tick: Tick): Promise<void> {
    try {
      if (this.reader.sinceLast && !this.#primed) await this.prime(tick);
      else await this.#take(tick);
    } catch (error) {
      this.observer.missed(this.wall(), 1, messageOf(error));
    }
  }

  async #take(tick: Tick): Promise<void> {
    const { result, wall } = await this.reader.read(tick);
    const { selected, missing } = select(this.definition, this.entry.args, result, this.entry.select);
    this.observer.took(wall, selected);
    if (missing.length === 0) this.observer.complete();
    else this.observer.missed(wall, missing.length, missing.slice(0, 3).join('; '));
    if (selected.length > 0) this.sink(selected.map((one) => this.#sample(one, wall)));
  }

  #sample({ path, value, unit }: Selected, wall: number): Sample {
    return { name: this.entry.name, path, metric: value, unit: this.units ? unit : '', time: Math.floor(wall / 1000) };
  }

  skipped(count: number): void {
    this.observer.skipped(count);
  }
}
