import { appendFileSync, closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** One line of a journal: a sample that was taken and promised to arrive. */
export interface Promised {
  readonly id: string;
  /** Name and path of the metric. */
  readonly metric: string;
  readonly value: number;
  /** When the promise was written, milliseconds since 1970 by the machine's clock. */
  readonly at: number;
}

/** Where a metric of a message stands in the order of its own. */
export function metricOf(body: { readonly name: string; readonly path: string }): string {
  return `${body.name}/${body.path}`;
}

/** The line that promises a sample, its end included. */
export function journalLine(id: string, body: string | Uint8Array, at: number): string {
  const { name, path, metric } = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8')) as { name: string; path: string; metric: number };
  return `${[id, metricOf({ name, path }), String(metric), String(at)].join('\t')}\n`;
}

/** Reads a journal as it grows. */
export class JournalReader {
  readonly #file: number;
  #at = 0;
  #rest = '';

  constructor(
    path: string,
    private readonly promised: (line: Promised) => void,
  ) {
    appendFileSync(path, '');
    this.#file = openSync(path, 'r');
  }

  /** Reads what was written since. */
  read(): void {
    const size = fstatSync(this.#file).size - this.#at;
    if (size <= 0) return;
    const data = Buffer.alloc(size);
    this.#at += readSync(this.#file, data, 0, size, this.#at);
    const lines = (this.#rest + data.toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const [id = '', metric = '', value = '', at] = line.split('\t');
      // A collector that is killed may leave a part of a line: it promised nothing by that.
      if (at !== undefined) this.promised({ id, metric, value: Number(value), at: Number(at) });
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
