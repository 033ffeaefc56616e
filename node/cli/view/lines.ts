/** A source as plain lines, where there is no terminal to draw on. */
import { display } from '../../model/display.js';
import { formatValue } from '../../model/quantity.js';
import type { Source, Watched } from './source.js';

/** Gives the lines of what is new since they were last asked for. */
export class Lines {
  readonly #told = new Map<unknown, Watched>();
  #status = '';

  constructor(private readonly source: Source) {}

  next(): string[] {
    const lines = this.source.entries().flatMap((watched) => {
      const before = this.#told.get(watched.key);
      this.#told.set(watched.key, watched);
      return linesOf(watched, before);
    });
    const status = this.source.status().map((sentence) => display(sentence, 400)).join('; ');
    if (status === this.#status) return lines;
    this.#status = status;
    return [...lines, status];
  }
}

function linesOf({ name, last, fault }: Watched, before: Watched | undefined): string[] {
  const lines: string[] = [];
  if (last !== undefined && last.wall !== before?.last?.wall) {
    const time = new Date(last.wall).toTimeString().slice(0, 8);
    for (const { path, value, unit } of last.selected) lines.push(`${time}  ${display(path === '' ? name : `${name} ${path}`, 400)}  ${formatValue(value, display(unit, 16))}`);
  }
  if (fault !== undefined && fault !== before?.fault) lines.push(`${display(name, 400)}: ${display(fault, 400)}`);
  return lines;
}
