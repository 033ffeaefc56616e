import type { Result } from '../catalog/value.js';
import { quantileBetween } from '../model/histogram.js';
import { messageOf } from '../model/errors.js';
import type { Clock, Tick } from '../model/clock.js';
import type { SharedProvider } from '../providers/shared.js';
import type { Reader, Reading } from './reader.js';

/** What the collector tells of itself, unprocessed: the raw reading of `agent`. */
export interface OwnReading {
  readonly [key: string]: Result;
  readonly pid: number;
  /** CPU time used since its process started, and how long that is; seconds. */
  readonly cpu: number;
  readonly uptime: number;
  /** Fields as the catalog has them; null where they cannot be told. */
  readonly fields: Readonly<Record<string, number | boolean | null>>;
  /** Why those are null. */
  readonly reason: string;
  /** Confirms by the time they took (model/histogram); null where no broker is configured. */
  readonly confirms: readonly number[] | null;
}

/** Reads what the collector itself costs: `agent`. */
export class AgentReader implements Reader {
  readonly window = 0;
  readonly sinceLast = false;
  readonly givesRates = false;
  #before: OwnReading | undefined;

  constructor(
    private readonly provider: SharedProvider,
    private readonly clock: Clock,
  ) {}

  prime(): Promise<void> {
    return Promise.resolve();
  }

  async read(tick?: Tick): Promise<Reading> {
    const own = (await this.provider.read('agent', {}, tick)) as OwnReading;
    const system = await this.#system(own.pid, tick);
    const before = this.#before;
    this.#before = own;
    const passed = own.uptime - (before?.uptime ?? 0);
    const confirm = (share: number): number | null => (own.confirms === null ? null : quantileBetween(before?.confirms ?? undefined, own.confirms, share) ?? null);
    return {
      result: {
        cpu_percent: passed > 0 ? (100 * (own.cpu - (before?.cpu ?? 0))) / passed : null,
        ...system.fields, uptime: own.uptime, ...own.fields, confirm_time: confirm(0.5), confirm_time_p99: confirm(0.99),
      },
      reasons: {
        ...(own.confirms === null ? {} : { confirm_time: nothingConfirmed, confirm_time_p99: nothingConfirmed }),
        cpu_percent: 'no time has passed since the reading before', ...system.reasons, '': own.reason,
      },
      wall: this.clock.wall(), at: this.clock.now(),
    };
  }

  /** What only the system knows of the process. */
  async #system(pid: number, tick?: Tick): Promise<{ readonly fields: Readonly<Record<string, Result>>; readonly reasons: Readonly<Record<string, string>> }> {
    const fields: Record<string, Result> = {};
    const reasons: Record<string, string> = {};
    await Promise.all(['num_threads', this.provider.platform === 'win32' ? 'num_handles' : 'num_fds'].map(async (name) => {
      fields[name] = null;
      try {
        fields[name] = (await (await this.provider.processes(tick)).find(pid)?.read(name)) ?? null;
      } catch (error) {
        reasons[name] = messageOf(error);
      }
    }));
    return { fields, reasons };
  }
}

const nothingConfirmed = 'the broker has confirmed nothing since the reading before';
