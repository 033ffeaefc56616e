import type { Arguments } from '../catalog/value.js';
import type { Clock, Tick } from '../model/clock.js';
import type { CounterRow } from '../providers/counterRow.js';
import type { SharedProvider } from '../providers/shared.js';
import { counterResult, type CounterResult, type CounterSource } from './counterResult.js';
import { gpuMemory, gpuPercent } from './gpu.js';
import type { Call, Reader, Reading } from './reader.js';

type Computation = (source: CounterSource, args: Arguments) => Promise<CounterResult>;

/** The functions that are read from Windows' performance counters. */
export const counterMethods: Readonly<Partial<Record<string, Computation>>> = {
  perf_counter: async (source, args) => counterResult(await source.rows(String(args['path'])), String(args['path']), String(args['aggregate'])),
  gpu_percent: gpuPercent,
  gpu_memory: gpuMemory,
};

/** Reads performance counters again and again. Whether they are rates, only the first reading tells. */
export class CounterReader implements Reader {
  readonly window = 0;
  readonly givesRates = false;
  sinceLast = true;
  /** Those who begin on the same tick with the same interval always come together, and share their collections. */
  #group: string | undefined;

  constructor(
    private readonly provider: SharedProvider,
    private readonly clock: Clock,
    private readonly call: Call,
    private readonly compute: Computation,
  ) {}

  async prime(tick?: Tick): Promise<void> {
    await this.read(tick);
  }

  async read(tick?: Tick): Promise<Reading> {
    const { provider, call, clock } = this;
    // What this system has no counters for says so by its own name.
    if (provider.platform !== 'win32') await provider.read(call.method, call.args, tick);
    const group = (this.#group ??= `${String(call.interval ?? 0)} ${String(tick?.at ?? clock.now())}`);
    let pending = false;
    const result = await this.compute({
      rows: async (path) => {
        const rows = (await provider.read('perf_counter', { path, group }, tick)) as readonly CounterRow[];
        pending ||= rows.some((row) => row.pending);
        return rows;
      },
      processes: () => provider.processes(tick),
    }, call.args);
    this.sinceLast = pending;
    return { ...result, wall: clock.wall(), at: clock.now() };
  }
}
