/** The live table that `run` shows on a terminal: name, value with its unit, a small trend, age, next. */
import type { Agent } from '../agent.js';
import type { Selected } from '../sample/selection.js';
import { display } from '../model/display.js';
import type { EntryStats } from '../status/entryStats.js';

/** Readings that a trend shows. */
const trendLength = 16;
const blocks = '▁▂▃▄▅▆▇█';

/** A terminal to draw on. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A value for people: bytes in binary multiples, at most three decimals. */
export function humanValue(value: number, unit: string): string {
  if (unit === 'B' && Math.abs(value) >= 1024) {
    const power = Math.min(5, Math.floor(Math.log2(Math.abs(value)) / 10));
    return `${(value / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'][power] ?? ''}`;
  }
  const number = Number.isInteger(value) ? String(value) : String(Number(value.toFixed(3)));
  return unit === '' || unit === 'count' ? number : `${number} ${unit}`;
}

/** Values as a row of blocks, from their least to their greatest. */
export function trend(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const top = blocks.length - 1;
  return values.map((value) => blocks[most === least ? 0 : Math.round(((value - least) / (most - least)) * top)] ?? '').join('');
}

/** Seconds as `4s`, `3m`, `2h`. */
export function humanTime(seconds: number): string {
  if (seconds < 100) return `${String(Math.max(0, Math.round(seconds)))}s`;
  return seconds < 6000 ? `${String(Math.round(seconds / 60))}m` : `${String(Math.round(seconds / 3600))}h`;
}

interface Row {
  readonly name: string;
  readonly value: string;
  readonly trend: string;
  readonly age: string;
  readonly next: string;
  /** Why there is no value; it stands where the rest would. */
  readonly reason?: string;
}

/** What stands beside name and value, each with its width; where there is no room, the last goes first. */
const extras = [['trend', trendLength], ['age', 4], ['next', 4]] as const;
const narrowestName = 12;

/** Draws the table over itself once a second. */
export class LiveTable {
  readonly #history = new Map<string, number[]>();
  readonly #seen = new Map<EntryStats, number>();
  #drawn = 0;

  constructor(
    private readonly agent: Agent,
    private readonly screen: Screen,
    private readonly wall: () => number,
    /** Whether bold and faint may be used: not where the environment has NO_COLOR. */
    private readonly styled = true,
  ) {}

  /** Draws what is known now, in place of what was drawn before. */
  draw(): void {
    const lines = this.#lines();
    const up = this.#drawn === 0 ? '' : `\x1b[${String(this.#drawn)}A`;
    this.screen.write(`${up}\r${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    this.#drawn = lines.length;
  }

  #lines(): string[] {
    const rows = this.agent.stats.flatMap((stats) => this.#rows(stats));
    const width = this.screen.columns ?? 80;
    const fits = Math.max(1, (this.screen.rows ?? 24) - 4);
    const shown = rows.slice(0, fits);
    const head: Row = { name: 'METRIC', value: 'VALUE', trend: 'TREND', age: 'AGE', next: 'NEXT' };
    const valueWidth = Math.max(12, ...shown.map((row) => row.value.length));
    let room = width - narrowestName - 2 - valueWidth;
    const columns = extras.filter(([, columnWidth]) => {
      room -= columnWidth + 2;
      return room >= 0;
    });
    const taken = columns.reduce((sum, [, columnWidth]) => sum + columnWidth + 2, valueWidth + 2);
    // A number is never cut: on the narrowest screen the name is.
    const nameWidth = Math.min(Math.max(4, width - taken), Math.max(...[head, ...shown].map((row) => row.name.length)));
    const line = (row: Row): string => {
      const start = `${cut(row.name, nameWidth)}  ${row.value.padStart(valueWidth)}`;
      if (row.reason !== undefined) return cut(`${start}  ${row.reason}`, width).trimEnd();
      return [start, ...columns.map(([key, columnWidth]) => (key === 'trend' ? row[key].padEnd(columnWidth) : row[key].padStart(columnWidth)))].join('  ');
    };
    const rest = rows.length > shown.length ? [`... and ${String(rows.length - shown.length)} more`] : [];
    return [this.#style('1', line(head)), ...shown.map(line), ...rest, this.#foot(width)];
  }

  #foot(width: number): string {
    const { taken, skipped, unavailable } = this.agent.report();
    return this.#style('2', `${String(taken)} samples, ${String(skipped)} ticks skipped, ${String(unavailable)} values missing; Ctrl-C ends`.slice(0, width));
  }

  #style(code: string, text: string): string {
    return this.styled ? `\x1b[${code}m${text}\x1b[0m` : text;
  }

  #rows(stats: EntryStats): Row[] {
    const { entry, last } = stats;
    if (last === undefined) {
      const reason = stats.report().last_error?.message;
      const row = { name: entry.name, trend: '', age: '', next: '' };
      return [reason === undefined ? { ...row, value: 'waiting' } : { ...row, value: '-', reason: display(reason) }];
    }
    const fresh = this.#seen.get(stats) !== last.wall;
    this.#seen.set(stats, last.wall);
    const age = (this.wall() - last.wall) / 1000;
    return last.selected.map((selected) => ({
      name: selected.path === '' ? entry.name : `${entry.name} ${selected.path}`,
      value: humanValue(selected.value, selected.unit),
      trend: trend(this.#remember(`${String(entry.index)} ${selected.path}`, selected, fresh)),
      age: humanTime(age),
      next: humanTime(entry.interval - (age % entry.interval)),
    }));
  }

  #remember(key: string, { value }: Selected, fresh: boolean): readonly number[] {
    const values = this.#history.get(key) ?? [];
    if (fresh) values.push(value);
    if (values.length > trendLength) values.shift();
    this.#history.set(key, values);
    return values;
  }
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
