/** A whole configuration tried once: what each entry would publish, or why it cannot. */
import { functionNamed } from '../catalog/functions.js';
import { isoTime, type Clock } from '../model/clock.js';
import { UnavailableError } from '../model/errors.js';
import type { Entry } from '../model/settings.js';
import type { SharedProvider } from '../providers/shared.js';
import { openReader, type Reader } from '../sample/reader.js';
import { beginRound } from '../sample/round.js';
import { Sampler } from '../sample/sampler.js';

/** A value that an entry would publish; without a value, the reason. */
export interface DryRow {
  /** The entry's place in psutil_config. */
  readonly index: number;
  /** The metric's name. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly value: number | null;
  /** The catalog's or the entry's own, whatever publish.units says. */
  readonly unit: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly reason: string | null;
}

/** One entry's rows as soon as it has been read, the entries in their order: one at least for each. Reads every entry once, all at the same time. */
export async function* dryRun(entries: readonly Entry[], provider: SharedProvider, clock: Clock): AsyncGenerator<readonly DryRow[]> {
  const trials = entries.map((entry) => new Trial(entry, openReader(provider, clock, entry), clock));
  const read = beginRound(trials.map(({ sampler }) => sampler), clock);
  for (const [at, trial] of trials.entries()) {
    await read[at];
    yield trial.rows.length > 0 ? trial.rows : [trial.row('', null, '', clock.wall(), 'there is nothing here that it selects')];
  }
}

/** One entry that is taken once. */
export class Trial {
  /** What it gave. */
  readonly rows: DryRow[] = [];
  readonly sampler: Sampler;

  constructor(readonly entry: Entry, reader: Reader, clock: Clock) {
    const definition = functionNamed(entry.method);
    if (definition === undefined) throw new UnavailableError(`the catalog has no ${entry.method}`);
    this.sampler = new Sampler(entry, definition, reader, {
      took: (wall, selected) => { this.rows.push(...selected.map(({ path, value, unit }) => this.row(path, value, unit, wall, null))); },
      missed: (wall, _count, reason) => { this.rows.push(this.row('', null, '', wall, reason)); },
      complete: () => undefined,
      skipped: () => undefined,
    }, { units: true, overloaded: () => false, sink: () => undefined, wall: () => clock.wall() });
  }

  row(path: string, value: number | null, unit: string, wall: number, reason: string | null): DryRow {
    const { index, name, method } = this.entry;
    return { index, name, method, path, value, unit, time: isoTime(wall), reason };
  }
}
