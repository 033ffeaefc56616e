import { counterPathText, isPattern, type CounterPath } from '../../catalog/counterPath.js';
import type { Clock } from '../../model/clock.js';
import { messageOf, UnavailableError } from '../../model/errors.js';
import { matches } from '../../model/pattern.js';
import { needsTwo, type CounterRow } from '../counterRow.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { CounterDirectory } from './counterDirectory.js';
import { PdhError, type FormattedValue, type Pdh } from './pdh.js';
import { PdhStatus, saysInvalid, saysMissing, saysPassing, statusText } from './pdhStatus.js';

/** How long a counter that fails is left alone before it is added anew: at first, and at most, milliseconds. */
const firstRest = 5000;
const longestRest = 300_000;
/** How long the names of an object's counters are taken for known, milliseconds. */
const namesLast = 600_000;
/** The longest time between two readings that a configuration may ask for: a week; and how much longer than that is idle. */
const longestGap = 604_800_000;
/** A counter that was not asked for in so many collections is nobody's any more. */
const idleCollections = 100;
const idleTime = 600_000;

/** A counter of the query, of one instance, of all (`*`), or of an object without. */
interface Counter {
  readonly text: string;
  readonly name: string;
  readonly all: boolean;
  readonly instance: string | null;
  handle: bigint | undefined;
  /** What the last call for all instances needed. */
  room: Buffer;
  /** Whether the last collection brought data of it, so that another one makes a rate. */
  fed: boolean;
  /** The instances that the last collection brought data of. */
  seen: ReadonlySet<string>;
  fault: { readonly reason: string; readonly missing: boolean } | undefined;
  rest: number;
  retryAt: number;
  /** The number of the collection that it was last asked for. */
  asked: number;
}

/** What the queries of one Windows have in common. */
export interface CounterHost {
  readonly pdh: Pdh;
  readonly isolation: Isolation;
  readonly clock: Clock;
  readonly directory: CounterDirectory;
}

/**
 * Counters of one object that are collected together, all that are asked for in one turn by one call. The query stays open:
 * a rate is that between two collections. A counter that cannot be had is added anew now and then, and takes no other with it.
 */
export class CounterQuery {
  /** When nobody is to be expected any more who reads it, monotonic milliseconds. */
  idleFrom = Infinity;
  #lastRead: number | undefined;
  readonly #counters = new Map<string, Counter>();
  #asked = new Map<string, CounterPath>();
  #query: bigint | undefined;
  #names: { readonly names: readonly string[] | PdhError; readonly until: number; readonly rest: number } | undefined;
  #collections = 0;
  #closed = false;

  /** @param group tells queries of the same object apart. */
  constructor(private readonly host: CounterHost, readonly object: string, private readonly group: string) {}

  get #subject(): string {
    return `The object ${this.object} of the performance counters`;
  }

  /** The rows of a path of this object. Throws UnavailableError where the object does not answer. */
  async read(path: CounterPath): Promise<readonly CounterRow[]> {
    if (this.#closed) throw new UnavailableError(`${this.#subject} is not read any more`);
    this.#expectNext();
    const text = counterPathText(path);
    this.#asked.set(text, path);
    for (;;) {
      const answers = await this.host.isolation.run(this.#subject, answerTimeout, () => this.#collectAsked(), this.group);
      const rows = answers.get(text);
      // One that came while others were being collected is in the next collection.
      if (rows !== undefined) return rows;
      this.#asked.set(text, path);
    }
  }

  /** The next reading comes as long after this one as this after the last; ten may be left out, and some minutes more. */
  #expectNext(): void {
    const now = this.host.clock.now();
    const gap = this.#lastRead === undefined ? longestGap : now - this.#lastRead;
    [this.idleFrom, this.#lastRead] = [now + 10 * gap + idleTime, now];
  }

  /** Closes the query, at the end of a reading that is under way. */
  close(): void {
    this.#closed = true;
    void this.host.isolation.run(this.#subject, answerTimeout, () => this.#closeQuery(), `close ${this.group}`).catch(() => undefined);
  }

  async #collectAsked(): Promise<ReadonlyMap<string, readonly CounterRow[]>> {
    const asked = this.#asked;
    this.#asked = new Map();
    this.#collections += 1;
    try {
      const found: [text: string, path: CounterPath, counters: readonly Counter[] | string][] = [];
      for (const [text, path] of asked) found.push([text, path, await this.#countersOf(path).catch(reasonOf)]);
      const wanted = new Set(found.flatMap(([, , counters]) => (typeof counters === 'string' ? [] : counters)));
      const rows = await this.#collect([...wanted]);
      return new Map(found.map(([text, path, counters]) => [text, rowsOf(path, counters, rows)]));
    } finally {
      if (this.#closed) await this.#closeQuery();
    }
  }

  /** The counters that a path means, those of all instances where it means several of them. */
  async #countersOf({ instance, counter }: CounterPath): Promise<Counter[]> {
    const pattern = counter.toLowerCase();
    const names = isPattern(counter) ? (await this.#allNames()).filter((name) => matches(pattern, name.toLowerCase())) : [counter];
    if (names.length === 0) throw new PdhError(PdhStatus.NO_COUNTER, `The performance counter ${counterPathText({ object: this.object, counter })}`);
    return names.map((name) => this.#counter(name, isPattern(instance) ? '*' : instance));
  }

  #counter(name: string, instance: string | undefined): Counter {
    const text = counterPathText({ object: this.object, instance, counter: name });
    let counter = this.#counters.get(text);
    if (counter === undefined) {
      counter = {
        text, name, all: instance === '*', instance: instance ?? null, handle: undefined, room: Buffer.alloc(0), fed: false, seen: new Set(),
        fault: undefined, rest: firstRest, retryAt: 0, asked: 0,
      };
      this.#counters.set(text, counter);
    }
    counter.asked = this.#collections;
    return counter;
  }

  /** The counters of the object; where they cannot be told, that is asked again after a rest. */
  async #allNames(): Promise<readonly string[]> {
    const now = this.host.clock.now();
    if (this.#names === undefined || now >= this.#names.until) {
      const rest = this.#names === undefined ? firstRest : Math.min(longestRest, 2 * this.#names.rest);
      this.#names = await this.host.directory.items(this.object).then(
        ({ counters }) => ({ names: counters, until: now + namesLast, rest: firstRest }),
        (error: unknown) => {
          if (!(error instanceof PdhError)) throw error;
          return { names: error, until: now + rest, rest };
        },
      );
    }
    if (this.#names.names instanceof PdhError) throw this.#names.names;
    return this.#names.names;
  }

  /** Collects once for all, and tells of each counter its rows. */
  async #collect(counters: readonly Counter[]): Promise<ReadonlyMap<Counter, readonly CounterRow[]>> {
    const query = (this.#query ??= await this.host.pdh.openQuery());
    for (const counter of counters) await this.#prepare(query, counter);
    await this.#removeIdle();
    const there = counters.filter(({ handle }) => handle !== undefined);
    const status = there.length === 0 ? 0 : await this.host.pdh.collect(query);
    const rows = new Map<Counter, readonly CounterRow[]>();
    for (const counter of counters) {
      const { handle } = counter;
      if (handle !== undefined && status !== 0) this.#failed(counter, status);
      rows.set(counter, handle !== undefined && status === 0 ? await this.#read(counter, handle) : [faultRow(counter)]);
    }
    // No data is a state of what is collected; after anything else the query may be of no use any more.
    if (status !== 0 && status !== PdhStatus.NO_DATA && status !== PdhStatus.NO_INSTANCE) await this.#closeQuery();
    return rows;
  }

  /** Removes the counters of entries that a changed configuration has no more. */
  async #removeIdle(): Promise<void> {
    for (const [text, { asked, handle }] of this.#counters) {
      if (this.#collections - asked < idleCollections) continue;
      this.#counters.delete(text);
      if (handle !== undefined) await this.host.pdh.removeCounter(handle);
    }
  }

  /** Adds a counter where it is not there; one that fails is added anew after a rest. */
  async #prepare(query: bigint, counter: Counter): Promise<void> {
    const { pdh, clock, directory } = this.host;
    const resting = clock.now() < counter.retryAt;
    if (counter.handle !== undefined ? counter.fault === undefined || resting : resting) return;
    if (counter.fault?.missing === true) await directory.refresh();
    if (counter.fault !== undefined) counter.rest = Math.min(longestRest, 2 * counter.rest);
    if (counter.handle !== undefined) await pdh.removeCounter(counter.handle);
    [counter.handle, counter.fed, counter.seen] = [undefined, false, new Set()];
    try {
      counter.handle = await pdh.addCounter(query, counter.text);
    } catch (error) {
      if (!(error instanceof PdhError)) throw error;
      this.#failed(counter, error.status);
    }
    counter.retryAt = clock.now() + counter.rest;
  }

  /** Notes that a counter cannot be had, and when it is added anew. */
  #failed(counter: Counter, status: number): void {
    if (counter.fault === undefined) counter.retryAt = this.host.clock.now() + counter.rest;
    const missing = saysMissing(status);
    const hint = missing ? '; psutil-agent counters lists those there are, and where a Windows has lost its counters, lodctr /R restores them' : '';
    counter.fault = { reason: `The performance counter ${counter.text}: ${statusText(status)}${hint}`, missing };
    counter.fed = false;
  }

  async #read(counter: Counter, handle: bigint): Promise<readonly CounterRow[]> {
    if (counter.all) return this.#readAll(counter, handle);
    const value = await this.host.pdh.value(handle);
    return [this.#row(counter, counter.instance, value, counter.fed)];
  }

  /** The rows of all instances; one that comes or goes is no fault. */
  async #readAll(counter: Counter, handle: bigint): Promise<readonly CounterRow[]> {
    try {
      const { values, room } = await this.host.pdh.values(handle, counter.room, counter.text);
      counter.room = room;
      const before = counter.seen;
      const named = numbered(values).filter(({ status }) => status !== PdhStatus.NO_INSTANCE);
      counter.seen = new Set(named.map(({ name }) => name));
      this.#well(counter);
      return named.map((value) => rowOf(counter, value.name, value, before.has(value.name)));
    } catch (error) {
      if (!(error instanceof PdhError)) throw error;
      if (error.status === PdhStatus.NO_INSTANCE) {
        [counter.seen, counter.fed] = [new Set(), false];
        return [];
      }
      return [this.#row(counter, null, { status: error.status, value: NaN }, counter.fed)];
    }
  }

  /** One row, and what it says of the counter. */
  #row(counter: Counter, instance: string | null, value: FormattedValue, fed: boolean): CounterRow {
    const row = rowOf(counter, instance, value, fed);
    if (row.value !== null || row.pending || saysPassing(value.status)) this.#well(counter);
    else this.#failed(counter, value.status);
    return counter.fault === undefined ? row : faultRow(counter);
  }

  #well(counter: Counter): void {
    [counter.fault, counter.rest, counter.retryAt, counter.fed] = [undefined, firstRest, 0, true];
  }

  async #closeQuery(): Promise<void> {
    const query = this.#query;
    this.#query = undefined;
    for (const counter of this.#counters.values()) [counter.handle, counter.retryAt] = [undefined, 0];
    if (query !== undefined) await this.host.pdh.closeQuery(query);
  }
}

/** A reason instead of counters, where the system tells one. */
function reasonOf(error: unknown): string {
  if (error instanceof UnavailableError) return messageOf(error);
  throw error;
}

function faultRow({ name, instance, all, fault }: Counter): CounterRow {
  return { counter: name, instance: all ? null : instance, value: null, reason: fault?.reason ?? '', pending: false };
}

/** @param fed whether the collection before brought data too. */
function rowOf(counter: Counter, instance: string | null, { status, value }: FormattedValue, fed: boolean): CounterRow {
  const valid = status <= 1;
  if (valid && Number.isFinite(value)) return { counter: counter.name, instance, value, reason: null, pending: false };
  const pending = saysInvalid(status) && !fed;
  const words = valid ? 'what was collected is no number' : statusText(status);
  const of = counter.text.replace('(*)', `(${instance ?? '*'})`);
  return { counter: counter.name, instance, value: null, reason: pending ? needsTwo : `The performance counter ${of}: ${words}`, pending };
}

/** The values with names of their own: PDH gives equal names to several processes of one program. */
function numbered<V extends { readonly name: string }>(values: readonly V[]): V[] {
  const counts = new Map<string, number>();
  return values.map((value) => {
    const count = counts.get(value.name) ?? 0;
    counts.set(value.name, count + 1);
    return count === 0 ? value : { ...value, name: `${value.name}#${String(count)}` };
  });
}

/** Instances that are others together; a pattern means them only where it says so. */
const totals = /(^|[,/])(_total|_global_)$/;

/** The rows of the counters that a path means, of the instances that it means. */
function rowsOf(path: CounterPath, counters: readonly Counter[] | string, rows: ReadonlyMap<Counter, readonly CounterRow[]>): readonly CounterRow[] {
  if (typeof counters === 'string') return [{ counter: path.counter, instance: null, value: null, reason: counters, pending: false }];
  const all = counters.flatMap((counter) => rows.get(counter) ?? []);
  const pattern = path.instance?.toLowerCase() ?? '';
  const wanted = (name: string): boolean => matches(pattern, name) && (!totals.test(name) || /_(total|global_)/.test(pattern));
  return all.filter(({ instance }) => instance === null || wanted(instance.toLowerCase()));
}
