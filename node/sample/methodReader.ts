import type { Field } from '../catalog/function.js';
import { functionNamed } from '../catalog/functions.js';
import type { Arguments, Fields, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import type { Maker, SharedProvider } from '../providers/shared.js';
import { soon, type Soon } from '../providers/soon.js';
import { sleep, type Clock, type Tick } from '../model/clock.js';
import { composed, type Source } from './composed.js';
import { between, CounterMemory, cpuPercent, cpuTimesPercent, growth, mean, need, sum, withPercent } from './derivation.js';
import type { Reader, Reading } from './reader.js';

type Derive = (before: Fields, after: Fields) => Result;
type Computation = (raw: Result, args: Arguments, counters: () => CounterMemory) => Result;

/** Functions that are measured between two readings of cpu_times. */
const measured: Readonly<Record<string, Derive>> = {
  cpu_percent: cpuPercent,
  cpu_times_percent: cpuTimesPercent,
};

/** Functions that tell what was counted since the reading before; a provider counts on and on. */
const counted: ReadonlySet<string> = new Set(['event_count']);

const perCpu: Arguments = { percpu: true };
const allCpus: Arguments = { percpu: false };

/** What is computed from one raw reading. */
const computed: Readonly<Record<string, Computation>> = {
  cpu_freq: (raw, args) => (args['percpu'] === true ? raw : mean(raw as readonly Fields[])),
  virtual_memory: (raw) => withPercent(raw as Fields, (memory) => [need(memory, 'total') - need(memory, 'available'), need(memory, 'total')]),
  commit_memory: (raw) => withPercent(raw as Fields, (memory) => [need(memory, 'used'), need(memory, 'limit')]),
  net_tcp_stats: together,
  net_udp_stats: together,
  disk_io_counters: (raw, args, counters) => devices(raw, args, 'perdisk', counters),
  net_io_counters: (raw, args, counters) => devices(raw, args, 'pernic', counters),
};

/** The sum over what a counter is kept for, each made up for its wraps by itself. */
function together(raw: Result, _args: Arguments, counters: () => CounterMemory): Result {
  return sum(counters().unwrap(raw as Readonly<Record<string, Fields>>));
}

function devices(raw: Result, args: Arguments, perItem: string, counters: () => CounterMemory): Result {
  const items = raw as Readonly<Record<string, Fields>>;
  const whole = args['nowrap'] === false ? items : counters().unwrap(items);
  if (args[perItem] === true) return whole;
  if (Object.keys(whole).length === 0) throw new UnavailableError('the system tells of no device');
  return sum(whole);
}

/** The fields of a function that are no counters, and its counters of 32 bits: the same for every entry of it. */
const counterFields = new Map<string, { readonly gauges: ReadonlySet<string>; readonly narrow: ReadonlySet<string> }>();

function counterMemory(method: string): CounterMemory {
  let known = counterFields.get(method);
  if (known === undefined) {
    const fields = functionNamed(method)?.fields ?? [];
    const named = (of: (field: Field) => boolean): ReadonlySet<string> => new Set(fields.filter(of).map(({ name }) => name));
    known = { gauges: named(({ kind }) => kind === 'gauge'), narrow: named(({ bits }) => bits === 32) };
    counterFields.set(method, known);
  }
  return new CounterMemory(known.gauges, known.narrow);
}

/** The counters of a method and its arguments, by provider: everybody sees the same ones wrap. */
const memories = new WeakMap<SharedProvider, Map<string, CounterMemory>>();

function memoryOf(provider: SharedProvider, key: string, method: string): CounterMemory {
  let known = memories.get(provider);
  if (known === undefined) memories.set(provider, (known = new Map<string, CounterMemory>()));
  let memory = known.get(key);
  if (memory === undefined) known.set(key, (memory = counterMemory(method)));
  return memory;
}

/**
 * Calls one psutil function again and again and keeps what it must remember between calls (its own last cpu_times), so that
 * no two entries shorten each other's measuring time. What does not depend on that is computed once for all who ask on a tick.
 */
export class MethodReader implements Reader, Maker<Reading> {
  readonly givesRates = false;
  readonly #derive: Derive | undefined;
  readonly #computation: Computation | undefined;
  /** The arguments of the raw reading: entries that differ only in how counters wrap share one. */
  readonly #rawArgs: Arguments;
  /** What the same is known by for all who ask it on a tick. */
  readonly #key: string;
  /** The cpu_times, or the counts, that the next reading is measured from. */
  #before: Result | undefined;

  constructor(
    private readonly provider: SharedProvider,
    private readonly clock: Clock,
    readonly method: string,
    readonly args: Arguments,
  ) {
    this.#derive = measured[method];
    this.#computation = computed[method];
    const { nowrap: _, ...rawArgs } = args;
    this.#rawArgs = rawArgs;
    this.#key = `${method} ${JSON.stringify(args)}`;
  }

  get window(): number {
    const seconds = this.args['interval'];
    return this.method in measured && typeof seconds === 'number' ? seconds * 1000 : 0;
  }

  get sinceLast(): boolean {
    return counted.has(this.method) || (this.method in measured && this.window === 0);
  }

  async prime(tick?: Tick): Promise<void> {
    if (counted.has(this.method)) this.#before = await this.#raw(tick);
    else if (this.sinceLast) this.#before = await this.#times(tick);
  }

  async read(tick?: Tick): Promise<Reading> {
    return await this.readNow(tick);
  }

  readNow(tick?: Tick): Soon<Reading> {
    return this.#derive !== undefined || counted.has(this.method) ? this.#readOwn(tick) : this.provider.shared(tick, this.#key, this);
  }

  make(tick?: Tick): Soon<Reading> {
    const compose = composed[this.method];
    if (compose !== undefined) return soon(compose(this.#source(tick), this.args), (composition) => ({ ...composition, wall: this.clock.wall(), at: this.clock.now() }));
    const raw = this.#raw(tick);
    return raw instanceof Promise ? raw.then((result) => this.#compute(result)) : this.#compute(raw);
  }

  #compute(raw: Result): Reading {
    const result = this.#computation === undefined
      ? raw
      : this.#computation(raw, this.args, () => memoryOf(this.provider, this.#key, this.method));
    return { result, wall: this.clock.wall(), at: this.clock.now() };
  }

  /** What is measured since this entry's own last reading, or over a window. */
  async #readOwn(tick?: Tick): Promise<Reading> {
    let result: Result;
    if (this.#derive !== undefined) {
      result = await this.#measure(this.#derive, tick);
    } else {
      const before = this.#before;
      this.#before = await this.#raw(tick);
      if (before === undefined) throw new UnavailableError('the first reading only starts the measurement');
      result = growth(before, this.#before);
    }
    return { result, wall: this.clock.wall(), at: this.clock.now() };
  }

  #raw(tick?: Tick): Soon<Result> {
    return this.provider.readNow(this.method, this.#rawArgs, tick);
  }

  #source(tick?: Tick): Source {
    const { provider } = this;
    return {
      platform: provider.platform,
      now: this.clock.wall() / 1000,
      read: (method, args) => provider.read(method, args, tick),
      readNow: (method, args) => provider.readNow(method, args, tick),
      processes: () => provider.processes(tick),
    };
  }

  #times(tick?: Tick): Promise<Result> {
    return this.provider.read('cpu_times', this.args['percpu'] === true ? perCpu : allCpus, tick);
  }

  async #measure(derive: Derive, tick?: Tick): Promise<Result> {
    if (this.window > 0) {
      return this.provider.once(tick, this.#key, async () => {
        const before = await this.#times(tick);
        await sleep(this.clock, this.window);
        return between(derive, before, await this.#times());
      });
    }
    const before = this.#before;
    this.#before = await this.#times(tick);
    if (before === undefined) throw new UnavailableError('the first reading only starts the measurement');
    return between(derive, before, this.#before);
  }
}
