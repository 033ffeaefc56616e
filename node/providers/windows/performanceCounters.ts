import { counterPathForm, parseCounterPath } from '../../catalog/counterPath.js';
import { systemClock, type Clock } from '../../model/clock.js';
import { UnavailableError } from '../../model/errors.js';
import type { CounterRow } from '../counterRow.js';
import type { Isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { CounterDirectory } from './counterDirectory.js';
import { CounterQuery, type CounterHost } from './counterQuery.js';
import { Pdh } from './pdh.js';

/** The performance counters of this Windows: a query for each object, and each group of readers that come at the same time. */
export class PerformanceCounters {
  readonly #host: CounterHost;
  readonly #queries = new Map<string, CounterQuery>();

  constructor(win32: Win32, isolation: Isolation, clock: Clock = systemClock) {
    const pdh = new Pdh(win32);
    this.#host = { pdh, isolation, clock, directory: new CounterDirectory(pdh, clock) };
  }

  /**
   * A row for each counter and each instance that a path means.
   *
   * @param group names those who read together: rates are between two readings of a group.
   * @throws UnavailableError where the object does not answer, or the path is none.
   */
  async read(text: string, group: string): Promise<readonly CounterRow[]> {
    const path = parseCounterPath(text);
    if (path === undefined) throw new UnavailableError(`expected ${counterPathForm}, found ${text}`);
    this.#closeIdle();
    const key = `${group} ${path.object.toLowerCase()}`;
    let query = this.#queries.get(key);
    if (query === undefined) this.#queries.set(key, (query = new CounterQuery(this.#host, path.object, group)));
    return query.read(path);
  }

  /** The value of a counter of one instance. Throws UnavailableError. */
  async value(text: string): Promise<number> {
    const [row] = await this.read(text, '');
    if (typeof row?.value !== 'number') throw new UnavailableError(row?.reason ?? `The performance counter ${text} has no instance`);
    return row.value;
  }

  /** Closes the queries whose readers are gone, with the entries of a configuration that is taken over. */
  #closeIdle(): void {
    const now = this.#host.clock.now();
    for (const [key, query] of this.#queries) {
      if (now < query.idleFrom) continue;
      this.#queries.delete(key);
      query.close();
    }
  }

  close(): void {
    for (const query of this.#queries.values()) query.close();
    this.#queries.clear();
  }
}
