import { functionNamed } from '../catalog/functions.js';
import { matchEntries } from '../config/difference.js';
import type { Recorder } from '../history/recorder.js';
import type { Clock } from '../model/clock.js';
import { UnavailableError } from '../model/errors.js';
import type { Entry } from '../model/settings.js';
import type { SharedProvider } from '../providers/shared.js';
import { openReader } from '../sample/reader.js';
import { Sampler, type SamplerContext } from '../sample/sampler.js';
import type { Scheduler } from '../scheduler/scheduler.js';
import { EntryObserver, type EntryRecorder, type EntryTotals } from '../status/entryObserver.js';
import { EntryStats } from '../status/entryStats.js';
import type { ReloadReport } from '../status/report.js';

/** What entries at work share. */
export interface WorkersParts {
  readonly clock: Clock;
  readonly provider: SharedProvider;
  readonly scheduler: Scheduler;
  readonly history: Recorder;
  readonly totals: EntryTotals;
  readonly context: SamplerContext;
}

/** An entry at work. */
interface Worker {
  readonly stats: EntryStats;
  readonly sampler: Sampler;
  readonly history: EntryRecorder;
}

/** The entries at work, in the order of the configuration. Throws UnavailableError where the catalog has no such method. */
export class Workers {
  #all: readonly Worker[];

  constructor(private readonly parts: WorkersParts, entries: readonly Entry[]) {
    this.#all = entries.map((entry) => this.#open(entry));
  }

  /** What each has done. */
  get stats(): readonly EntryStats[] {
    return this.#all.map(({ stats }) => stats);
  }

  get samplers(): readonly Sampler[] {
    return this.#all.map(({ sampler }) => sampler);
  }

  /** Has other entries work, under the scheduler; those that are as they were go on. Nothing is changed where it throws. */
  replace(entries: readonly Entry[]): Pick<ReloadReport, 'kept' | 'added' | 'removed'> {
    const { scheduler, history } = this.parts;
    const before = this.#all;
    const matches = matchEntries(before, ({ stats }) => stats.entry, entries);
    const workers = entries.map((entry, at) => {
      const match = matches[at];
      if (match === undefined) return this.#open(entry);
      match.stats.entry = entry;
      return match;
    });
    const [was, is] = [new Set(before), new Set(workers)];
    const removed = before.filter((worker) => !is.has(worker));
    const added = workers.filter((worker) => !was.has(worker));
    this.#all = workers;
    scheduler.remove(new Set(removed.map(({ sampler }) => sampler)));
    for (const worker of removed) history.remove(worker.history);
    scheduler.start(added.map(({ sampler }) => sampler));
    return { kept: before.length - removed.length, added: added.length, removed: removed.length };
  }

  #open(entry: Entry): Worker {
    const { clock, provider, history: recorder, totals, context } = this.parts;
    const stats = new EntryStats(entry);
    const definition = functionNamed(entry.method);
    if (definition === undefined) throw new UnavailableError(`the catalog has no ${entry.method}`);
    const reader = openReader(provider, clock, entry);
    const history = recorder.entry(entry);
    return { stats, history, sampler: new Sampler(entry, definition, reader, new EntryObserver(stats, totals, history), context) };
  }
}
