import type { Clock } from '../model/clock.js';
import { dropCauses, noDrops } from '../model/delivery.js';
import { display } from '../model/display.js';
import type { Entry, HistorySettings } from '../model/settings.js';
import type { EntryRecorder } from '../status/entryObserver.js';
import type { StatusTotals } from '../status/report.js';
import { HistoryFile } from './file.js';
import { longest, type Delivery, type EventLine, type MinuteLine } from './record.js';
import { EntrySeries, Room, type Series } from './series.js';

/** A record is of about so long, milliseconds. */
const period = 60_000;
/** Events of a record; further ones are left out, and what lasts is told in the next. */
const mostEvents = 20;

type Counts = Pick<StatusTotals, 'taken' | 'published' | 'skipped' | 'unavailable' | 'dropped_by'>;

const noCounts: Counts = { taken: 0, published: 0, skipped: 0, unavailable: 0, dropped_by: noDrops };

/** Where no history is kept. */
const nobody: EntryRecorder = { took: () => undefined, missing: () => undefined, complete: () => undefined };

/**
 * The collector's history: what every value was in each minute, and what happened. It is woken by the status, and writes once a minute
 * and when something happens; nobody waits for that.
 */
export class Recorder {
  readonly #file: HistoryFile;
  readonly #room: Room;
  readonly #entries = new Set<EntrySeries>();
  /** Series that the file has explained. */
  #known = new WeakSet<Series>();
  /** What entries that are no more took since the last record. */
  readonly #last = new Map<Series, number[]>();
  #began = false;
  #ended = false;
  #counts = noCounts;
  /** When the record under way began, monotonic milliseconds, and when it is to end by the wall clock. */
  #since = 0;
  #due = 0;
  #events = 0;
  #delivery: Delivery = 'idle';
  #spoolFault: string | null = null;
  #reload: string | undefined;

  /** `tell` gets the reason when it cannot be written, once until it can. */
  readonly #tell = (event: 'missing' | 'complete', name: string, reason: string): void => { this.#happened(event, name, reason); };

  constructor(directory: string, private readonly settings: HistorySettings, private readonly clock: Clock, tell: (reason: string) => void) {
    this.#file = new HistoryFile(directory, settings.maxBytes, tell);
    this.#room = new Room(settings.maxSeries);
  }

  /** From here on it is written. */
  begin(): void {
    this.#began = this.settings.enabled;
  }

  /** Who remembers what an entry does. */
  entry(entry: Entry): EntryRecorder {
    if (!this.settings.enabled) return nobody;
    const series = new EntrySeries(entry, this.#room, this.#tell);
    this.#entries.add(series);
    return series;
  }

  /** An entry is no more. */
  remove(recorder: EntryRecorder): void {
    if (!(recorder instanceof EntrySeries)) return;
    recorder.take(this.#last);
    recorder.end();
    this.#entries.delete(recorder);
  }

  /** Looks at a status as it is written. */
  see(status: StatusTotals): void {
    if (!this.#began || this.#ended) return;
    const wall = this.clock.wall();
    if (this.#due === 0) {
      this.#happened('start', status.version);
      this.#start(wall);
    }
    this.#changes(status);
    this.#ended = status.state === 'stopped' || status.state === 'failed';
    // A clock that was set back, by more than a record is long, must not hold it up.
    if (wall >= this.#due || wall < this.#due - 2 * period || this.#ended) this.#record(status, wall);
    if (this.#ended) this.#happened(status.state === 'failed' ? 'failed' : 'stop', '', status.state === 'failed' ? status.last_error?.message ?? '' : '');
  }

  /** Resolves when all is written, or cannot be. */
  settled(): Promise<void> {
    return this.#file.settled();
  }

  #start(wall: number): void {
    this.#since = this.clock.now();
    this.#due = (Math.floor(wall / period) + 1) * period;
    this.#events = 0;
  }

  #changes({ delivery, spool_fault: fault, reload }: StatusTotals): void {
    const state = delivery?.state ?? 'none';
    // Attempts to connect follow each other; what they come to is what is told.
    const news = isGood(state) ? !isGood(this.#delivery) : state !== this.#delivery && !(state === 'connecting' && isAway(this.#delivery));
    if (news && this.#happened('delivery', state, delivery?.reason ?? '')) this.#delivery = state;
    if (fault !== this.#spoolFault && this.#happened('spool', '', fault ?? '')) this.#spoolFault = fault;
    if (reload !== null && reload.time !== this.#reload) {
      this.#reload = reload.time;
      const { refused, kept, added, removed } = reload;
      this.#happened('reload', refused === null ? 'taken' : 'refused', refused ?? `${String(kept)} entries kept, ${String(added)} begun, ${String(removed)} ended`);
    }
  }

  #record(status: StatusTotals, wall: number): void {
    const before = this.#counts;
    const { taken, published, skipped, unavailable, dropped_by } = this.#counts = status;
    const values = new Map(this.#last);
    this.#last.clear();
    let more = 0;
    for (const series of this.#entries) {
      series.take(values);
      more += series.more;
    }
    const line: MinuteLine = {
      at: wall, for: Math.max(1, Math.round(this.clock.now() - this.#since)),
      delivery: status.delivery?.state ?? 'none',
      taken: taken - before.taken, published: published - before.published, skipped: skipped - before.skipped, unavailable: unavailable - before.unavailable,
      dropped: Object.fromEntries(dropCauses.flatMap((cause) => {
        const count = dropped_by[cause] - before.dropped_by[cause];
        return count > 0 ? [[cause, count]] : [];
      })),
      spooled: status.spooled, more, values: [...values.values()],
    };
    this.#file.append((fresh) => {
      if (fresh) this.#known = new WeakSet();
      const unknown = [...values.keys()].filter((series) => !this.#known.has(series));
      for (const series of unknown) this.#known.add(series);
      return [...unknown.map((series) => series.line), line].map((one) => `${JSON.stringify(one)}\n`).join('');
    });
    this.#start(wall);
  }

  /** Whether it was told. */
  #happened(event: EventLine['event'], what: string, reason = ''): boolean {
    if (!this.#began || (this.#events >= mostEvents && event !== 'stop' && event !== 'failed')) return false;
    this.#events += 1;
    const line: EventLine = { at: this.clock.wall(), event, what: display(what, longest.name), reason: display(reason, longest.reason) };
    this.#file.append(() => `${JSON.stringify(line)}\n`);
    return true;
  }
}

const isGood = (state: Delivery): boolean => state === 'idle' || state === 'flowing' || state === 'none';
const isAway = (state: Delivery): boolean => state === 'connecting' || state === 'unreachable' || state === 'refused';
