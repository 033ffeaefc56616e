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

/** Tells an entry's stats and the totals what it does, and the log what is news. */
export class EntryObserver implements Observer {
  constructor(
    private readonly stats: EntryStats,
    private readonly totals: EntryTotals,
  ) {}

  took(wall: number, selected: readonly Selected[]): void {
    if (this.totals.flushed) return;
    this.stats.took(wall, selected);
    this.totals.taken += selected.length;
  }

  missed(wall: number, count: number, reason: string): void {
    if (this.totals.flushed) return;
    this.totals.unavailable += count;
    if (this.stats.missed(wall, count, reason)) this.totals.log.missed(this.stats.entry, reason);
  }

  complete(): void {
    if (this.stats.complete()) this.totals.log.complete(this.stats.entry);
  }

  skipped(count: number): void {
    this.stats.skipped += count;
    this.totals.skipped += count;
    this.totals.log.skipped(this.stats.entry, count);
  }
}
