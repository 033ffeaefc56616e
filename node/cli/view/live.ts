/** A view of values that is drawn anew as they change: on a terminal of any size, scrolled and sorted by keys. */
import type { Clock } from '../../model/clock.js';
import { display } from '../../model/display.js';
import { wrap } from '../../model/width.js';
import { Rows } from './rows.js';
import type { Source } from './source.js';
import { paint, tableOf, type Style, type Table } from './table.js';
import { Terminal, type Key, type Screen } from './terminal.js';

/** Milliseconds from one look at the source to the next. */
const tickTime = 1000;
/** Milliseconds between two drawings at least, however fast keys come. */
const leastPause = 100;
/** Lines that the status may take. */
const mostStatus = 4;
/** Terminals of fewer columns or lines are not drawn on. */
const least = { columns: 10, lines: 3 };

/** What a view is made of. */
export interface ViewParts {
  readonly source: Source;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly style: Style;
  /** Called when a key asks for the end. */
  readonly onQuit: () => void;
}

/** Draws what a source knows, once a second and when a key was pressed. */
export class LiveView {
  readonly #rows = new Rows();
  #first = 0;
  #shown = 1;
  #nameWidth = 0;
  #drawn = '';
  #drawnAt = Number.NEGATIVE_INFINITY;
  #cancelTick = (): void => undefined;
  #cancelDraw: (() => void) | undefined;

  constructor(private readonly parts: ViewParts) {}

  /** Looks at the source and draws, now and each second until `stop`. */
  start(): void {
    this.#cancelTick = this.parts.clock.after(tickTime, () => { this.start(); });
    this.#rows.update(this.parts.source.entries());
    this.draw();
  }

  stop(): void {
    this.#cancelTick();
    this.#cancelDraw?.();
  }

  /** The lines last seen, for a terminal that the view has left. */
  last(): string {
    this.#rows.update(this.parts.source.entries());
    return `${this.#lines(false).join('\n')}\n`;
  }

  /** Draws soon; several calls at once are one. */
  readonly draw = (): void => {
    if (this.#cancelDraw !== undefined) return;
    this.#cancelDraw = this.parts.clock.after(Math.max(0, this.#drawnAt + leastPause - this.parts.clock.now()), () => {
      this.#cancelDraw = undefined;
      this.#draw();
    });
  };

  /** Does what a key asks for. */
  press(key: Key): void {
    const page = Math.max(1, this.#shown - 1);
    if (key === 'quit' || key === 'interrupt') this.parts.onQuit();
    else if (key === 'sort') this.#rows.reorder();
    else if (key === 'redraw') this.#drawn = '';
    else this.#first = { up: this.#first - 1, down: this.#first + 1, pageUp: this.#first - page, pageDown: this.#first + page, home: 0, end: Number.MAX_SAFE_INTEGER, suspend: this.#first }[key];
    this.draw();
  }

  /** The terminal has another size: what stands there is no longer what was drawn. */
  readonly resized = (): void => {
    this.#drawn = '';
    this.#nameWidth = 0;
    this.draw();
  };

  #draw(): void {
    this.#drawnAt = this.parts.clock.now();
    // Each line is cleared before it is written: after a full one the cursor stands upon its last character still.
    const text = `\x1b[H${this.#lines(true).map((line) => `\x1b[K${line}`).join('\r\n')}`;
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.parts.screen.write(text);
  }

  #size(): { readonly columns: number; readonly lines: number } {
    const { columns, rows } = this.parts.screen;
    return { columns: columns || 80, lines: rows || 24 };
  }

  /** The lines of the whole screen; where it is not `full`, no more than there are. */
  #lines(full: boolean): string[] {
    const { columns, lines } = this.#size();
    if (columns < least.columns || lines < least.lines) return filled(['too small'.slice(0, columns)], lines);
    const foot = this.#foot(columns, Math.min(mostStatus, Math.floor(lines / 3)));
    const keys = full ? 1 : 0;
    const room = lines - 1 - foot.length - keys;
    const table = this.#table(columns, room);
    const above = [...table.head, ...table.lines].slice(0, lines - foot.length - keys);
    const below = foot.map((line) => paint(this.parts.style, '2', line));
    if (!full) return [...above, ...below];
    return [...filled(above, lines - below.length - 1), ...below, paint(this.parts.style, '2', this.#keys(table, columns))];
  }

  #table(columns: number, lines: number): Table {
    const rows = this.#rows.all();
    const { style, clock } = this.parts;
    const size = { columns, lines };
    const at = (first: number): Table => tableOf(rows, Math.max(0, first), size, style, clock.wall(), this.#nameWidth);
    this.#first = Math.max(0, Math.min(this.#first, rows.length - 1));
    let table = at(this.#first);
    // Not beyond the last page.
    const beyond = this.#first + table.shown - rows.length;
    if (beyond === 0 && this.#first > 0) {
      const capacity = at(0).shown;
      if (table.shown < capacity) {
        this.#first = Math.max(0, rows.length - capacity);
        table = at(this.#first);
      }
    }
    this.#shown = table.shown;
    this.#nameWidth = table.nameWidth;
    return table;
  }

  /** The status; where it has more lines than there is room for, the first sentence gives way to the others, which are short. */
  #foot(columns: number, most: number): string[] {
    const [first = [], ...others] = this.parts.source.status().map((sentence) => wrap(display(sentence, 400), columns));
    const below = clipped(others.flat(), Math.max(0, most - 1), columns);
    return [...clipped(first, most - below.length, columns), ...below];
  }

  #keys({ shown }: Table, columns: number): string {
    const rows = this.#rows.all().length;
    const place = shown < rows ? `${String(this.#first + 1)}-${String(this.#first + shown)} of ${String(rows)}` : `${String(rows)} values`;
    const texts = [`${place}, ${this.#rows.order}; arrows, page keys scroll, s sorts, q ends`, `${place}, ${this.#rows.order}; s sorts, q ends`, `${place}; q ends`, place, 'q ends'];
    return texts.find((text) => text.length <= columns) ?? '';
  }
}

/** So many lines; the end of a sentence may be left out, but not the end of a number. */
function clipped(lines: readonly string[], most: number, columns: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, Math.max(0, most - 1)), `${(lines[most - 1] ?? '').slice(0, columns - 4).replace(/\s?\S*$/, '')} ...`].slice(0, most);
}

function filled(lines: readonly string[], count: number): string[] {
  return [...lines, ...Array.from({ length: Math.max(0, count - lines.length) }, () => '')];
}

/** Shows a source on this process's terminal until the returned function is called, which leaves the last lines there. */
export function showLive(source: Source, style: Style, clock: Clock, onQuit: () => void): () => void {
  const view = new LiveView({ source, screen: process.stdout, clock, style, onQuit });
  const terminal = new Terminal(process.stdin, process.stdout, (key) => { view.press(key); }, view.resized);
  terminal.open();
  view.start();
  return () => {
    view.stop();
    terminal.close();
    process.stdout.write(view.last());
  };
}
