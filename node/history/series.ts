import type { Entry } from '../model/settings.js';
import type { Selected } from '../sample/selection.js';
import type { EntryRecorder } from '../status/entryObserver.js';
import { longest, type SeriesLine } from './record.js';

/** Minutes after which a series without values makes room for another: of a process that ended, say. */
const longestQuiet = 30;

/** The values of one place in a metric, since they were last taken. */
export class Series {
  #count = 0;
  #sum = 0;
  #least = 0;
  #greatest = 0;
  #quiet = 0;

  constructor(readonly line: SeriesLine) {}

  add(value: number): void {
    if (this.#count === 0) this.#least = this.#greatest = value;
    else if (value < this.#least) this.#least = value;
    else if (value > this.#greatest) this.#greatest = value;
    this.#count += 1;
    this.#sum += value;
  }

  get ended(): boolean {
    return this.#quiet > longestQuiet;
  }

  /** Number, mean, least and greatest as a record has them, and begins anew; undefined where there was no value. */
  take(): number[] | undefined {
    if (this.#count === 0) {
      this.#quiet += 1;
      return undefined;
    }
    const [mean, least, greatest] = [this.#sum / this.#count, this.#least, this.#greatest].map(short) as [number, number, number];
    this.#count = this.#sum = this.#quiet = 0;
    // A sum of values near the largest number there is.
    if (!Number.isFinite(mean)) return undefined;
    return least === greatest ? [this.line.series, mean] : [this.line.series, mean, least, greatest];
  }
}

/** As much of a number as a line shows. */
const short = (value: number): number => Number(value.toPrecision(6));

/** How many series there may be, and are. */
export class Room {
  #last = 0;
  #used = 0;
  /** Entries that have no series yet: one is kept for each while there is room for all. */
  #without = 0;

  constructor(private readonly most: number) {}

  enter(): void {
    this.#without += 1;
  }

  leave(series: number): void {
    if (series === 0) this.#without -= 1;
    this.#used -= series;
  }

  /** The number of a new series, which the `first` of an entry gets before the others'; undefined where there is no room. */
  take(first: boolean): number | undefined {
    if (first ? this.#used >= this.most : this.#used + this.#without >= this.most) return undefined;
    if (first) this.#without -= 1;
    this.#used += 1;
    this.#last += 1;
    return this.#last;
  }

  /** An entry's series ended, and maybe its last. */
  free(last: boolean): void {
    this.#used -= 1;
    if (last) this.#without += 1;
  }
}

/** The series of one entry. */
export class EntrySeries implements EntryRecorder {
  /** None before there is one: of many entries most have none. */
  #series: Map<string, Series> | undefined;
  /** Of an entry with one value, without a search. */
  #only: Series | undefined;
  /** Values of the last reading that have no series. */
  more = 0;

  constructor(private readonly entry: Entry, private readonly room: Room, private readonly happened: (event: 'missing' | 'complete', name: string, reason: string) => void) {
    room.enter();
  }

  missing(reason: string): void {
    this.happened('missing', this.entry.name, reason);
  }

  complete(): void {
    this.happened('complete', this.entry.name, '');
  }

  /** Takes the values of a reading. It is on the way of every sample. */
  took(selected: readonly Selected[]): void {
    const first = selected[0];
    if (selected.length === 1 && this.#only !== undefined && first?.path === this.#only.line.path) {
      this.#only.add(first.value);
      return;
    }
    this.more = 0;
    this.#only = undefined;
    for (const one of selected) {
      const series = this.#series?.get(one.path) ?? this.#begin(one);
      if (series === undefined) this.more += 1;
      else series.add(one.value);
      if (selected.length === 1) this.#only = series;
    }
  }

  #begin({ path, unit }: Selected): Series | undefined {
    const { name, interval } = this.entry;
    if (name.length > longest.name || path.length > longest.name || unit.length > 64) return undefined;
    const number = this.room.take((this.#series?.size ?? 0) === 0);
    if (number === undefined) return undefined;
    const series = new Series({ series: number, name, path, unit, every: interval });
    (this.#series ??= new Map()).set(path, series);
    return series;
  }

  /** The series that had values, with these, into a record. */
  take(into: Map<Series, number[]>): void {
    if (this.#series === undefined) return;
    for (const [path, series] of this.#series) {
      const values = series.take();
      if (values !== undefined) into.set(series, values);
      else if (series.ended) {
        this.#series.delete(path);
        this.room.free(this.#series.size === 0);
        if (this.#only === series) this.#only = undefined;
      }
    }
  }

  /** The entry is no more. */
  end(): void {
    this.room.leave(this.#series?.size ?? 0);
  }
}
