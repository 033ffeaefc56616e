/** A whole configuration tried once: what each entry would publish, or why it cannot. */
import { functionNamed } from '../catalog/functions.js';
import { isoTime, type Clock } from '../model/clock.js';
import { UnavailableError } from '../model/errors.js';
import type { Entry } from '../model/settings.js';
import type { SharedProvider } from '../providers/shared.js';
import { openReader } from '../sample/reader.js';
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
  const tried = entries.map((entry) => tryEntry(entry, provider, clock));
  const read = await beginRound(tried.map(({ sampler }) => sampler), clock);
  for (const [at, { rows }] of tried.entries()) {
    await read[at];
    yield rows();
  }
}

function tryEntry(entry: Entry, provider: SharedProvider, clock: Clock): { readonly sampler: Sampler; readonly rows: () => readonly DryRow[] } {
  const rows: DryRow[] = [];
  const { index, name, method } = entry;
  const row = (path: string, value: number | null, unit: string, wall: number, reason: string | null): void => {
    rows.push({ index, name, method, path, value, unit, time: isoTime(wall), reason });
  };
  const definition = functionNamed(method);
  if (definition === undefined) throw new UnavailableError(`the catalog has no ${method}`);
  const sampler = new Sampler(entry, definition, openReader(provider, clock, entry), {
    took: (wall, selected) => { for (const { path, value, unit } of selected) row(path, value, unit, wall, null); },
    missed: (wall, _count, reason) => { row('', null, '', wall, reason); },
    complete: () => { if (rows.length === 0) row('', null, '', clock.wall(), 'there is nothing here that it selects'); },
    skipped: () => undefined,
  }, { units: true, overloaded: () => false, sink: () => undefined, wall: () => clock.wall() });
  return { sampler, rows: () => rows };
}
