import type { Clock } from '../model/clock.js';
import type { Entry } from '../model/settings.js';

/** How often what happens to many entries is summed up, milliseconds. */
const period = 60_000;
/** Ticks skipped at one moment are told of together, milliseconds after the first. */
const gathering = 1000;
/** Lines about single entries in a period; further ones are counted. */
export const mostLines = 100;

/** The log as far as entries need it. */
export interface EntryLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** Tells the log what happens to entries, in a bounded number of lines: ten thousand of them may fail in the same second. */
export class EntryLog {
  #lines = 0;
  #unsaid = 0;
  readonly #skipped = new Map<Entry, number>();
  #cancelPeriod: (() => void) | undefined;
  #cancelSkipped: (() => void) | undefined;
  #lastSkipped = -Infinity;

  constructor(
    private readonly logger: EntryLogger,
    private readonly clock: Clock,
  ) {}

  /** A reason for which a value of an entry cannot be had, that is news. */
  missed(entry: Entry, reason: string): void {
    if (this.#mayTell()) this.logger.warn({ ...who(entry), reason }, 'a value cannot be had');
  }

  /** Every value of an entry can be had again. */
  complete(entry: Entry): void {
    if (this.#mayTell()) this.logger.info(who(entry), 'every value can be had again');
  }

  /** Ticks of an entry that were not run: told of together, once a period. */
  skipped(entry: Entry, count: number): void {
    this.#skipped.set(entry, (this.#skipped.get(entry) ?? 0) + count);
    const wait = Math.max(gathering, this.#lastSkipped + period - this.clock.now());
    this.#cancelSkipped ??= this.clock.after(wait, () => { this.#tellSkipped(); });
  }

  /** Tells what was held back, and ends the timers. */
  close(): void {
    this.#cancelSkipped?.();
    this.#tellSkipped();
    this.#cancelPeriod?.();
    this.#tellUnsaid();
  }

  #mayTell(): boolean {
    this.#cancelPeriod ??= this.clock.after(period, () => {
      this.#cancelPeriod = undefined;
      this.#tellUnsaid();
    });
    this.#lines += 1;
    if (this.#lines > mostLines) this.#unsaid += 1;
    return this.#lines <= mostLines;
  }

  #tellUnsaid(): void {
    if (this.#unsaid > 0) this.logger.warn({ lines: this.#unsaid }, 'more entries lost values or have them again; status.json tells of each');
    this.#lines = 0;
    this.#unsaid = 0;
  }

  #tellSkipped(): void {
    this.#cancelSkipped = undefined;
    const [first] = this.#skipped.keys();
    if (first === undefined) return;
    const ticks = [...this.#skipped.values()].reduce((sum, count) => sum + count, 0);
    const facts = this.#skipped.size === 1 ? who(first) : { entries: this.#skipped.size, for_one: first.name };
    this.logger.warn({ ticks, ...facts }, 'ticks were skipped, for what was begun before had not ended; status.json counts them for each entry');
    this.#skipped.clear();
    this.#lastSkipped = this.clock.now();
  }
}

function who(entry: Entry): object {
  return { entry: entry.index, name: entry.name, method: entry.method };
}
