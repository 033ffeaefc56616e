import { appendFileSync, closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Output, OutputReport } from '../../output/output.js';
import type { Envelope } from '../../model/message.js';
import { runOf } from './audit.js';

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

/**
 * An output that writes down what the one behind it has taken: a sample's line is written, synchronously, when `put` has
 * resolved, so a journal holds what was promised and nothing more. The first line of each collector names its run, before it
 * puts anything: message ids are `<run>-<number>`, so runs and numbers tell the order in which samples were taken.
 */
export class JournalOutlet implements Output {
  readonly #file: number;
  #run = '';

  constructor(
    private readonly inner: Output,
    path: string,
  ) {
    this.#file = openSync(path, 'a');
  }

  start(changed: () => void, ended: () => void): void {
    this.inner.start(changed, ended);
  }

  async put(batch: readonly Envelope[]): Promise<void> {
    const run = runOf(batch[0]?.id ?? '');
    if (run !== this.#run) writeSync(this.#file, `run ${run}\n`);
    this.#run = run;
    await this.inner.put(batch);
    const at = String(Date.now());
    const lines = batch.map(({ id, body }) => {
      const { name, path, metric } = JSON.parse(body) as { name: string; path: string; metric: number };
      return [id, metricOf({ name, path }), String(metric), at].join('\t');
    });
    writeSync(this.#file, `${lines.join('\n')}\n`);
  }

  async stop(ms: number): Promise<number> {
    const left = await this.inner.stop(ms);
    closeSync(this.#file);
    return left;
  }

  report(): OutputReport {
    return this.inner.report();
  }
}

/** Reads a journal as it grows. */
export class JournalReader {
  readonly #file: number;
  #at = 0;
  #rest = '';

  constructor(
    path: string,
    private readonly told: { run(run: string): void; promised(line: Promised): void },
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
    // A collector that is killed may leave half a line: it promised nothing by that, and the next begins a line with its run.
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const run = /run ([0-9a-f]{16})$/.exec(line)?.[1];
    if (run !== undefined) {
      this.told.run(run);
      return;
    }
    const [id = '', metric = '', value = '', at = ''] = line.split('\t');
    this.told.promised({ id, metric, value: Number(value), at: Number(at) });
  }

  close(): void {
    closeSync(this.#file);
  }
}
