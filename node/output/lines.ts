import { createWriteStream, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Writable } from 'node:stream';
import { noDrops } from '../model/delivery.js';
import { messageOf, PlatformError } from '../model/errors.js';
import type { Envelope } from '../model/message.js';
import { isoTime, type Clock } from '../model/clock.js';
import type { ErrorInfo } from '../status/report.js';
import type { Output, OutputReport } from './output.js';

/** Bytes that wait for a reader who does not read; beyond them samples are let go, and counted. */
const longestBacklog = 16 * 1024 * 1024;

/** JSON lines to standard output. */
export function stdoutOutput(clock: Clock): Output {
  return lineOutput(process.stdout, clock, false);
}

/** JSON lines appended to a file; throws PlatformError where it cannot be opened. */
export function fileOutput(path: string, clock: Clock): Output {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(path, 'a', 0o600);
    return lineOutput(createWriteStream(path, { fd }), clock, true);
  } catch (error) {
    throw new PlatformError('PSA_OUTPUT', `${path}: expected a file that can be appended to (${messageOf(error)}); check --output`, { cause: error });
  }
}

/** JSON lines to a stream, which is ended with the output where it `closes`. */
export function lineOutput(stream: Writable, clock: Clock, closes: boolean): Output {
  return new LineOutput(stream, clock, closes);
}

/** Takes samples and lets them go: for a live table, which shows what the agent knows. */
export function silentOutput(): Output {
  return {
    start: () => undefined,
    put: () => Promise.resolve(),
    stop: () => Promise.resolve(0),
    report: () => noBroker,
  };
}

/** The report of an output that has no broker behind it. */
export const noBroker: OutputReport = {
  connected: null, connected_since: null, broker: null, blocked: false, delivery: null, published: 0, spooled: 0, spooled_bytes: 0, spool_oldest: null,
  spool_kept: null, spool_fault: null, dropped: 0, dropped_by: noDrops, unroutable: 0, returned: 0, nacked: 0,
  reconnects: 0, last_published: null, last_error: null,
};

/** Writes each message as a line. Published is what the stream has taken. */
class LineOutput implements Output {
  #published = 0;
  #dropped = 0;
  #lastPublished: string | null = null;
  #lastError: ErrorInfo | null = null;
  #ended = (): void => undefined;

  constructor(
    private readonly stream: Writable,
    private readonly clock: Clock,
    private readonly closes: boolean,
  ) {}

  start(_changed: () => void, ended: () => void): void {
    this.#ended = ended;
    this.stream.on('error', (error) => {
      this.#lastError = { time: isoTime(this.clock.wall()), code: 'PSA_OUTPUT', message: `the output cannot be written (${messageOf(error)})` };
      this.#ended();
    });
  }

  put(batch: readonly Envelope[]): Promise<void> {
    if (this.stream.writableLength > longestBacklog || this.stream.destroyed) {
      this.#dropped += batch.length;
      return Promise.resolve();
    }
    this.stream.write(batch.map(({ body }) => `${body}\n`).join(''), (error) => {
      if (error !== null && error !== undefined) return;
      this.#published += batch.length;
      this.#lastPublished = isoTime(this.clock.wall());
    });
    return Promise.resolve();
  }

  /** Waits until what was written has left, as long as `ms` allows. */
  async stop(ms: number): Promise<number> {
    if (!this.stream.destroyed) {
      await new Promise<void>((resolve) => {
        const cancel = this.clock.after(ms, resolve);
        const done = (): void => {
          cancel();
          resolve();
        };
        if (this.closes) this.stream.end(done);
        else this.stream.write('', done);
      });
    }
    return this.#dropped;
  }

  report(): OutputReport {
    return {
      ...noBroker,
      published: this.#published, dropped: this.#dropped, dropped_by: { ...noDrops, size: this.#dropped },
      last_published: this.#lastPublished, last_error: this.#lastError,
    };
  }
}
