/** Rows as lines of a terminal. A number is never cut: other columns go, then each row takes two lines. */
import { display } from '../../model/display.js';
import { formatAge, formatValue } from '../../model/quantity.js';
import { fit, widthOf } from '../../model/width.js';
import type { Row } from './rows.js';
import { ramps, sparkline, sparklineLength } from './sparkline.js';

/** How lines may look. */
export interface Style {
  /** Whether bold, faint and colours may be used. */
  readonly colour: boolean;
  /** Whether the terminal shows more than ASCII. */
  readonly unicode: boolean;
}

/** Lines of so many rows from the first shown, and how they fit. */
export interface Table {
  readonly head: readonly string[];
  readonly lines: readonly string[];
  /** How many rows are shown. */
  readonly shown: number;
  /** Columns that names have. */
  readonly nameWidth: number;
}

const leastName = 10;
const leastValue = 8;
const ageWidth = 4;
const gap = '  ';
/** Characters of a name or a reason that are looked at. */
const longestText = 400;
const longestUnit = 16;

/** A row's texts. */
interface Cells {
  readonly name: string;
  readonly value: string;
  readonly row: Row;
}

/**
 * The rows from `first` on that fit into so many lines of so many columns; only they are formatted. `wall`: now. Names have at least
 * `leastWidth` columns where there is room: what stands beside them must not jump while the table is scrolled.
 */
export function tableOf(rows: readonly Row[], first: number, size: { readonly columns: number; readonly lines: number }, style: Style, wall: number, leastWidth = 0): Table {
  const { columns } = size;
  const cells = rows.slice(first, first + size.lines).map(cellsOf);
  const valueWidth = Math.max(leastValue, ...cells.map(({ value }) => widthOf(value)));
  if (columns < leastName + gap.length + valueWidth) return narrow(cells.slice(0, Math.max(1, Math.floor(size.lines / 2))), columns, style);
  let room = columns - leastName - gap.length - valueWidth;
  const takes = (width: number): boolean => {
    if (room < width + gap.length) return false;
    room -= width + gap.length;
    return true;
  };
  const hasAge = takes(ageWidth);
  const hasTrend = takes(sparklineLength);
  const nameWidth = Math.min(leastName + room, Math.max(6, leastWidth, ...cells.map(({ name }) => widthOf(name))));
  const mark = markOf(style);
  const line = (name: string, value: string, age: string, trend: string): string =>
    [fit(name, nameWidth, mark), padStart(value, valueWidth), ...(hasAge ? [age.padStart(ageWidth)] : []), ...(hasTrend ? [trend] : [])].join(gap).trimEnd();
  return {
    head: [paint(style, '1', line('METRIC', 'VALUE', 'AGE', 'TREND'))],
    lines: cells.map(({ name, value, row }) => {
      if (row.reason === undefined) return line(name, value, ageOf(row, wall), sparkline(row.history, ramp(style)));
      // Without a value the reason has its place too.
      return withReason(row.value === undefined ? fit(name, nameWidth, mark) : line(name, value, ageOf(row, wall), ''), row.reason, columns, style);
    }),
    shown: cells.length,
    nameWidth,
  };
}

/** Name and value on a line each. */
function narrow(cells: readonly Cells[], columns: number, style: Style): Table {
  const lines = cells.flatMap(({ name, value, row }) => [
    fit(name, columns, markOf(style)).trimEnd(),
    row.reason === undefined ? numberIn(value, columns) : withReason(row.value === undefined ? '' : value, row.reason, columns, style),
  ]);
  return { head: [], lines, shown: cells.length, nameWidth: 0 };
}

/** A number that has no room is not shown in part. */
function numberIn(value: string, columns: number): string {
  if (widthOf(value) <= columns) return padStart(value, columns);
  return fit(`(needs ${String(widthOf(value))} columns)`, columns, '.').trimEnd();
}

/** A reason takes what the line has left. */
function withReason(line: string, reason: string, columns: number, style: Style): string {
  const room = columns - widthOf(line) - gap.length;
  if (room < 1) return line;
  return `${line}${gap}${paint(style, '33', fit(display(reason, longestText), room, markOf(style)).trimEnd())}`;
}

function cellsOf(row: Row): Cells {
  return {
    row,
    name: display(row.path === '' ? row.name : `${row.name} ${row.path}`, longestText),
    value: row.value === undefined ? (row.reason === undefined ? 'waiting' : '') : formatValue(row.value, display(row.unit, longestUnit)),
  };
}

function ageOf({ wall: taken }: Row, wall: number): string {
  return taken === undefined ? '' : formatAge((wall - taken) / 1000);
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

function markOf(style: Style): string {
  return style.unicode ? '…' : '~';
}

function ramp(style: Style): string {
  return style.unicode ? ramps.unicode : ramps.ascii;
}

/** Text with an attribute (SGR), where the style has any. */
export function paint(style: Style, code: string, text: string): string {
  return style.colour ? `\x1b[${code}m${text}\x1b[0m` : text;
}
