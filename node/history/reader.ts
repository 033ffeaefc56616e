import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, systemCode } from '../model/errors.js';
import { historyNames } from './file.js';
import { parseLine, type EventLine, type MinuteLine, type SeriesLine } from './record.js';

/** What a value was between two moments, milliseconds since 1970. */
export interface Point {
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
}

/** One place in a metric, over time. */
export interface ReadSeries extends Omit<SeriesLine, 'series'> {
  readonly points: Point[];
}

export type Minute = Omit<MinuteLine, 'values'>;

/** What is known of some hours, each list in the order of time. */
export interface History {
  readonly series: readonly ReadSeries[];
  readonly minutes: readonly Minute[];
  readonly events: readonly EventLine[];
  /** The first moment that the files tell of, whenever that was; undefined where they tell of none. */
  readonly begins: number | undefined;
  /** Series that were left out, for there are too many. */
  readonly leftOut: number;
  /** Sentences: files that could not be read, lines that say nothing. */
  readonly faults: readonly string[];
}

/** The most that is read of a file, bytes: its end. */
const mostBytes = 64 * 1024 * 1024;
const mostSeries = 5000;

const { O_RDONLY } = constants;
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Reads what a directory's history tells of a time, milliseconds since 1970. Never throws: what cannot be read is told in `faults`. */
export function readHistory(directory: string, from: number, to: number): History {
  const read = new HistoryReading(from, to);
  // The one that is written first: if it takes the place of the other meanwhile, it is found there once more, and nothing is missed.
  const [now, before] = [historyNames.now, historyNames.before].map((name) => read.text(join(directory, name)));
  for (const text of [before, now]) if (text !== undefined) read.lines(text);
  return read.result();
}

class HistoryReading {
  readonly #series = new Map<string, ReadSeries>();
  readonly #left = new Set<string>();
  readonly #minutes = new Map<string, Minute>();
  readonly #events = new Map<string, EventLine>();
  readonly #faults: string[] = [];
  readonly #seen = new Set<number>();
  #begins: number | undefined;
  #damaged = 0;

  constructor(private readonly from: number, private readonly to: number) {}

  text(path: string): string | undefined {
    try {
      const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      try {
        const { size, ino } = fstatSync(file);
        // Both names may have been one file's while they were opened.
        if (ino !== 0 && this.#seen.has(ino)) return undefined;
        this.#seen.add(ino);
        return readEnd(file, size);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') this.#faults.push(`The history at ${path} cannot be read (${messageOf(error)}).`);
      return undefined;
    }
  }

  lines(text: string): void {
    const names = new Map<number, SeriesLine>();
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const parsed = parseLine(line);
      if (parsed === undefined) this.#damaged += 1;
      else if ('series' in parsed) names.set(parsed.series, parsed);
      else if (parsed.at > this.to) continue;
      else {
        this.#begins = Math.min(this.#begins ?? parsed.at, 'for' in parsed ? parsed.at - parsed.for : parsed.at);
        if (parsed.at < this.from) continue;
        if ('event' in parsed) this.#events.set(line, parsed);
        else this.#minute(parsed, names);
      }
    }
  }

  #minute({ values, ...minute }: MinuteLine, names: ReadonlyMap<number, SeriesLine>): void {
    const key = `${String(minute.at)} ${String(minute.taken)}`;
    if (this.#minutes.has(key)) return;
    this.#minutes.set(key, minute);
    for (const [number, mean, least, greatest] of values) {
      const line = names.get(number ?? 0);
      if (line === undefined || mean === undefined) continue;
      this.#of(line)?.points.push({ from: minute.at - minute.for, to: minute.at, mean, least: least ?? mean, greatest: greatest ?? mean });
    }
  }

  #of({ name, path, unit, every }: SeriesLine): ReadSeries | undefined {
    const key = JSON.stringify([name, path, unit, every]);
    let series = this.#series.get(key);
    if (series === undefined) {
      if (this.#series.size >= mostSeries) {
        if (this.#left.size < mostSeries) this.#left.add(key);
        return undefined;
      }
      series = { name, path, unit, every, points: [] };
      this.#series.set(key, series);
    }
    return series;
  }

  result(): History {
    const inTime = <T extends { readonly at: number }>(lines: Iterable<T>): T[] => [...lines].sort((a, b) => a.at - b.at);
    const series = [...this.#series.values()];
    for (const { points } of series) points.sort((a, b) => a.to - b.to);
    const faults = [...this.#faults];
    // A process that was killed leaves one, at most.
    if (this.#damaged > 0) faults.push(`${this.#damaged === 1 ? 'One line' : `${String(this.#damaged)} lines`} of the history could not be read and ${this.#damaged === 1 ? 'is' : 'are'} left out.`);
    return { series, minutes: inTime(this.#minutes.values()), events: inTime(this.#events.values()), begins: this.#begins, leftOut: this.#left.size, faults };
  }
}

/** The text of a file's end, from the first whole line on. */
function readEnd(file: number, size: number): string {
  const bytes = Buffer.alloc(Math.min(size, mostBytes));
  let length = 0;
  for (let count = -1; length < bytes.length && count !== 0; length += count) count = readSync(file, bytes, length, bytes.length - length, size - bytes.length + length);
  const begin = size > mostBytes ? bytes.indexOf('\n') + 1 : 0;
  return bytes.toString('utf8', begin, length);
}
