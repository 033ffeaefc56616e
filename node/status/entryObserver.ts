import type { Observer } from '../sample/sampler.js';
import type { Selected } from '../sample/selection.js';
import type { EntryLog } from './entryLog.js';
import type { EntryStats } from './entryStats.js';

/** What is counted over all entries, those that have ended too. */
export class EntryTotals {
  taken = 0;
  skipped = 0;
  unavailable = 0;
  /** Nothing that comes now is taken any more: the answers of calls that hung until after the flush. */
  flushed = false;

  constructor(readonly log: EntryLog) {}
}

/** Who remembers what an entry does. */
export interface EntryRecorder {
  took(selected: readonly Selected[]): void;
  /** Values cannot be had, for a reason that is news. */
  missing(reason: string): void;
  /** All can be had again. */
  complete(): void;
}

/** Tells an entry's stats, the totals and the history what it does, and the log what is news. */
export class EntryObserver implements Observer {
  constructor(
    private readonly stats: EntryStats,
    private readonly totals: EntryTotals,
    private readonly history: EntryRecorder,
  ) {}

  took(wall: number, selected: readonly Selected[]): void {
    if (this.totals.flushed) return;
    this.stats.took(wall, selected);
    this.history.took(selected);
    this.totals.taken += selected.length;
  }

  missed(wall: number, count: number, reason: string): void {
    if (this.totals.flushed) return;
    this.totals.unavailable += count;
    if (!this.stats.missed(wall, count, reason)) return;
    this.totals.log.missed(this.stats.entry, reason);
    this.history.missing(reason);
  }

  complete(): void {
    if (!this.stats.complete()) return;
    this.totals.log.complete(this.stats.entry);
    this.history.complete();
  }

  skipped(count: number): void {
    this.stats.skipped += count;
    this.totals.skipped += count;
    this.totals.log.skipped(this.stats.entry, count);
  }
}
