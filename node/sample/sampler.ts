import type { CatalogFunction } from '../catalog/function.js';
import type { Entry } from '../model/settings.js';
import { messageOf } from '../model/errors.js';
import type { Task, Turn } from '../scheduler/scheduler.js';
import type { Sample } from '../model/message.js';
import type { Meter } from './meter.js';
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
  readonly follows: boolean;
  #primed = false;

  constructor(
    private readonly entry: Entry,
    private readonly definition: CatalogFunction,
    private readonly meter: Meter,
    private readonly units: boolean,
    private readonly observer: Observer,
    private readonly sink: (samples: readonly Sample[]) => void,
    private readonly wall: () => number,
  ) {
    this.interval = entry.interval * 1000;
    this.follows = meter.window > 0;
  }

  /** Takes the reading that the first sample is measured from, where the function measures since its last call. */
  async prime(turn?: Turn): Promise<void> {
    this.#primed = true;
    await this.meter.prime(turn);
  }

  async run(turn: Turn): Promise<void> {
    try {
      if (this.meter.sinceLast && !this.#primed) await this.prime(turn);
      else await this.#take(turn);
    } catch (error) {
      this.observer.missed(this.wall(), 1, messageOf(error));
    }
  }

  async #take(turn: Turn): Promise<void> {
    const { result, wall } = await this.meter.read(turn);
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
