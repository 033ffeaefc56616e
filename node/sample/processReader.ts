import { processDefaults, processReads } from '../catalog/process.js';
import type { Platform, Result } from '../catalog/value.js';
import type { Clock, Tick } from '../model/clock.js';
import type { ProcessEntry, ProcessTable } from '../providers/processTable.js';
import type { SharedProvider } from '../providers/shared.js';
import { round1 } from './derivation.js';
import { filterProcesses, filtersOf, filterText, looksAtAll, type ProcessFilters } from './processFilter.js';
import { ProcessGrowth } from './processGrowth.js';
import { eachNumber, missed, nested, readProcesses, Totals, type Aggregate, type ProcessValues } from './processValues.js';
import type { Call, Reader, Reading } from './reader.js';

/** What a read that is computed here is computed from. */
const computedFrom: Readonly<Record<string, string>> = { cpu_percent: 'cpu_times', memory_percent: 'memory_info' };

/** The names of the reads that are counters in all their fields, whose growth `rate` asks for. */
const counters: ReadonlySet<string> = new Set(
  processReads.filter(({ fields }) => fields.every(({ kind }) => kind === 'counter')).map(({ name }) => name),
);

/** The CPU time that cpu_percent grows by, user's and system's together: one number a process instead of all of cpu_times. */
const busy = 'busy';

const first = 'the first reading only starts the measurement';

/** A table, and when it was taken. */
interface Moment {
  readonly table: ProcessTable;
  /** Monotonic milliseconds. */
  readonly at: number;
}

/**
 * Reads psutil's Process: finds the processes that are meant in a table that all entries due together share, reads of them
 * what is asked, and makes one value of several. Growth (cpu_percent, rates) is each process's own, by pid and start time.
 */
export class ProcessReader implements Reader {
  readonly window = 0;
  readonly givesRates = true;
  readonly #filters: ProcessFilters;
  readonly #aggregate: string;
  readonly #reads: readonly string[];
  readonly #growth: ProcessGrowth;
  /** The one field that is asked for of a read, if it is one. */
  readonly #place: { readonly field: string; readonly whole: string } | undefined;
  /** The most that cpu_percent can be: what the clocks that it is read from disagree by must not make more of it than there is. */
  #mostCpu = Infinity;
  /** The names under which `each` tells processes, as long as they live. */
  #keys = new Map<number, { readonly created: number; readonly key: string }>();

  constructor(
    private readonly provider: SharedProvider,
    private readonly clock: Clock,
    private readonly call: Call,
  ) {
    const many = call.method === 'process_iter';
    this.#filters = filtersOf(call.args, many);
    this.#aggregate = many ? 'each' : String(call.args['aggregate'] ?? 'sum');
    this.#reads = readsOf(call, this.#aggregate === 'each', provider.platform);
    const [read, field] = call.select ?? [];
    this.#place = read === undefined || field === undefined || field === '*' ? undefined : { field, whole: `${read}.${field}` };
    const rates = call.rate === true ? this.#reads.filter((read) => counters.has(read)) : [];
    this.#growth = new ProcessGrowth(new Set([...rates, ...(this.#reads.includes('cpu_percent') ? [busy] : [])]));
  }

  get sinceLast(): boolean {
    return this.#reads.includes('cpu_percent') || this.#ratesAsked;
  }

  get #ratesAsked(): boolean {
    return this.call.rate === true && this.#reads.some((read) => counters.has(read));
  }

  async prime(tick?: Tick): Promise<void> {
    await this.read(tick);
  }

  async read(tick?: Tick): Promise<Reading> {
    const moment = await this.provider.once(tick, 'process table', async (): Promise<Moment> => ({
      table: await this.provider.processes(), at: this.clock.now(),
    }));
    const found = await this.#find(moment.table, tick);
    const values = await readProcesses(found, this.#rawReads());
    await this.#compute(values, moment, tick);
    const when = { wall: this.clock.wall(), at: moment.at };
    const none = values.length === 0 ? { '': `no process matches ${filterText(this.#filters)}` } : {};
    if (this.#aggregate === 'each') return { ...this.#each(values), ...when };
    const { numbers, reasons } = this.#together(values);
    const result = { count: values.length, ...(this.#asks('any') ? { any: values.length > 0 } : {}), ...nested(numbers) };
    return { result, ...when, reasons: { ...none, ...reasons } };
  }

  /** The processes that are meant: looked for once for all entries of a tick that mean the same. */
  #find(table: ProcessTable, tick: Tick | undefined): Promise<readonly ProcessEntry[]> {
    const pids = async (): Promise<Readonly<Record<string, number>>> =>
      (await this.provider.read('win_service_pids', {}, tick)) as Readonly<Record<string, number>>;
    return this.provider.once(tick, `processes ${JSON.stringify(this.#filters)}`, () =>
      filterProcesses(table, this.provider.platform, this.#filters, pids));
  }

  #rawReads(): string[] {
    return [...new Set(this.#reads.map((read) => computedFrom[read] ?? read))];
  }

  #asks(name: string): boolean {
    return this.call.select?.[0] === name || this.call.select?.[0] === '*';
  }

  /** Adds what is computed of several readings to what was read, and puts growth in the place of counters. */
  async #compute(values: readonly ProcessValues[], moment: Moment, tick: Tick | undefined): Promise<void> {
    if (this.sinceLast) {
      const identities = looksAtAll(this.#filters) ? await this.#identities(moment.table, tick) : undefined;
      const cpus = (await this.provider.read('cpu_count', { logical: true }, tick)) as number;
      if (this.#reads.includes('cpu_percent')) {
        for (const { results } of values) {
          const times = results['cpu_times'] as { user: number; system: number } | undefined;
          if (times !== undefined) results[busy] = times.user + times.system;
        }
      }
      this.#mostCpu = this.call.args['normalize'] === true ? 100 : cpus * 100;
      this.#growth.measure(values, moment.at, identities);
      for (const one of values) this.#measure(one, cpus);
    }
    if (this.#reads.includes('memory_percent')) {
      const { total } = (await this.provider.read('virtual_memory', {}, tick)) as { total: number };
      for (const { results } of values) {
        const rss = (results['memory_info'] as { rss?: number } | undefined)?.rss;
        if (rss !== undefined) results['memory_percent'] = (rss / total) * 100;
      }
    }
    if (this.#reads.some((read) => read in computedFrom)) for (const one of values) one.results = this.#asked(one.results);
  }

  /** What was asked for of what was read. Made anew: objects that lose members are slow ever after. */
  #asked(results: Record<string, Result>): Record<string, Result> {
    const asked: Record<string, Result> = {};
    for (const read of this.#reads) if (read in results) asked[read] = results[read] ?? null;
    return asked;
  }

  #measure(one: ProcessValues, cpus: number): void {
    const { entry, results } = one;
    if (this.#reads.includes('cpu_percent')) {
      const growth = this.#growth.of(entry, busy);
      if (growth === undefined) missed(one, 'cpu_percent', one.reasons?.['cpu_times'] ?? first);
      else {
        const share = growth * 100;
        results['cpu_percent'] = round1(Math.min(this.call.args['normalize'] === true ? share / cpus : share, this.#mostCpu));
      }
    }
    if (this.call.rate !== true) return;
    for (const read of Object.keys(results)) {
      if (!this.#reads.includes(read) || read === 'cpu_percent') continue;
      const rates = new Map<string, number>();
      if (counters.has(read)) {
        eachNumber(read, results[read] ?? null, (place) => {
          const growth = this.#growth.of(entry, place);
          if (growth === undefined) missed(one, read, first);
          else rates.set(place, growth);
        });
      }
      Reflect.deleteProperty(results, read);
      Object.assign(results, nested(rates));
    }
  }

  #identities(table: ProcessTable, tick: Tick | undefined): Promise<ReadonlyMap<number, number>> {
    return this.provider.once(tick, 'process identities', () =>
      Promise.resolve(new Map(table.all().map(({ pid, created }) => [pid, created]))));
  }

  /** One value of several, by place. A process that does not tell makes the sum unknown, not smaller. */
  #together(values: readonly ProcessValues[]): { numbers: Map<string, number>; reasons: Record<string, string> } {
    const totals = new Totals();
    const reasons: Record<string, string> = {};
    for (const one of values) {
      if (one.reasons !== undefined) Object.assign(reasons, one.reasons);
      for (const read in one.results) this.#addTo(totals, read, one.results[read] ?? null);
    }
    const numbers = new Map<string, number>();
    for (const [place, value] of totals.all(this.#aggregate as Aggregate)) {
      const reason = reasons[place.split('.')[0] ?? ''];
      if (reason !== undefined && reason !== first) continue;
      numbers.set(place, place === 'cpu_percent' ? round1(Math.min(value, this.#mostCpu)) : value);
    }
    return { numbers, reasons };
  }

  /** Adds the numbers of a read; where one field of it is asked for, that one alone. */
  #addTo(totals: Totals, read: string, result: Result): void {
    const place = this.#place;
    const value = place === undefined ? undefined : (result as Readonly<Record<string, Result | undefined>> | null)?.[place.field];
    if (typeof value === 'number') totals.add(place?.whole ?? read, value);
    else eachNumber(read, result, totals.add);
  }

  /** One result a process, under a name that stays the same while it lives. */
  #each(values: readonly ProcessValues[]): { result: Record<string, Result>; reasons: Record<string, string> } {
    const keys = new Map<number, { created: number; key: string }>();
    const result: Record<string, Result> = {};
    const reasons: Record<string, string> = {};
    for (const { entry, results, reasons: own } of values) {
      const known = this.#keys.get(entry.pid);
      const key = known?.created === entry.created ? known.key : `${entry.name}_${String(entry.pid)}`;
      keys.set(entry.pid, { created: entry.created, key });
      result[key] = results;
      for (const [read, reason] of Object.entries(own ?? {})) reasons[`${key}.${read}`] = reason;
    }
    this.#keys = keys;
    return { result, reasons };
  }
}

/** The reads that a call asks for. */
function readsOf(call: Call, each: boolean, platform: Platform): readonly string[] {
  const [read = each ? '' : '*'] = each ? (call.select?.slice(1) ?? []) : (call.select ?? ['']);
  if (call.args['aggregate'] === 'count') return [];
  if (read === '') return processDefaults;
  if (read === '*') return processReads.filter(({ source }) => source[platform] !== undefined).map(({ name }) => name);
  if (!processReads.some(({ name }) => name === read)) return [];
  return [read];
}
