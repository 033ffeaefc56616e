import { functionNamed } from '../catalog/functions.js';
import type { Arguments, Fields, Result } from '../catalog/value.js';
import { UnavailableError } from '../model/errors.js';
import type { SharedProvider } from '../providers/shared.js';
import { sleep, type Clock, type Tick } from '../model/clock.js';
import { composed, type Composition, type Source } from './composed.js';
import { between, CounterMemory, cpuPercent, cpuTimesPercent, mean, need, sum, withPercent } from './derivation.js';
import type { Reader, Reading } from './reader.js';

/** Functions that are measured between two readings of cpu_times. */
const measured: Readonly<Record<string, (before: Fields, after: Fields) => Result>> = {
  cpu_percent: cpuPercent,
  cpu_times_percent: cpuTimesPercent,
};

/** What is computed from one raw reading. */
const computed: Readonly<Record<string, (raw: Result, args: Arguments, counters: CounterMemory) => Result>> = {
  cpu_freq: (raw, args) => (args['percpu'] === true ? raw : mean(raw as readonly Fields[])),
  virtual_memory: (raw) => withPercent(raw as Fields, (memory) => [need(memory, 'total') - need(memory, 'available'), need(memory, 'total')]),
  disk_io_counters: (raw, args, counters) => devices(raw, args, 'perdisk', counters),
  net_io_counters: (raw, args, counters) => devices(raw, args, 'pernic', counters),
};

function devices(raw: Result, args: Arguments, perItem: string, counters: CounterMemory): Result {
  const items = raw as Readonly<Record<string, Fields>>;
  const whole = args['nowrap'] === false ? items : counters.unwrap(items);
  if (args[perItem] === true) return whole;
  if (Object.keys(whole).length === 0) throw new UnavailableError('the system tells of no device');
  return sum(whole);
}

/**
 * Calls one psutil function again and again and keeps what it must remember between calls (its own last cpu_times, its
 * own counters), so that no two entries shorten each other's measuring time.
 */
export class MethodReader implements Reader {
  readonly givesRates = false;
  readonly #counters: CounterMemory;
  /** The cpu_times that the next reading is measured from. */
  #before: Result | undefined;

  constructor(
    private readonly provider: SharedProvider,
    private readonly clock: Clock,
    readonly method: string,
    readonly args: Arguments,
  ) {
    const fields = functionNamed(method)?.fields ?? [];
    this.#counters = new CounterMemory(new Set(fields.filter(({ kind }) => kind === 'gauge').map(({ name }) => name)));
  }

  get window(): number {
    const seconds = this.args['interval'];
    return this.method in measured && typeof seconds === 'number' ? seconds * 1000 : 0;
  }

  get sinceLast(): boolean {
    return this.method in measured && this.window === 0;
  }

  async prime(tick?: Tick): Promise<void> {
    if (this.sinceLast) this.#before = await this.#times(tick);
  }

  async read(tick?: Tick): Promise<Reading> {
    const derive = measured[this.method];
    const reading = derive === undefined ? await this.#compute(tick) : { result: await this.#measure(derive, tick) };
    return { ...reading, wall: this.clock.wall(), at: this.clock.now() };
  }

  async #compute(tick?: Tick): Promise<Composition> {
    const compose = composed[this.method];
    if (compose !== undefined) return compose(this.#source(tick), this.args);
    // Counter wrap is this entry's business: entries that differ only there share a reading.
    const args = Object.fromEntries(Object.entries(this.args).filter(([name]) => name !== 'nowrap'));
    const raw = await this.provider.read(this.method, args, tick);
    return { result: computed[this.method]?.(raw, this.args, this.#counters) ?? raw };
  }

  #source(tick?: Tick): Source {
    return {
      platform: this.provider.platform,
      read: (method, args) => this.provider.read(method, args, tick),
      processes: () => this.provider.processes(tick),
    };
  }

  #times(tick?: Tick): Promise<Result> {
    return this.provider.read('cpu_times', { percpu: this.args['percpu'] === true }, tick);
  }

  async #measure(derive: (before: Fields, after: Fields) => Result, tick?: Tick): Promise<Result> {
    if (this.window > 0) {
      return this.provider.once(tick, `${this.method} ${JSON.stringify(this.args)}`, async () => {
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
