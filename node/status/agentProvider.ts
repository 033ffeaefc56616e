import type { Arguments, Result } from '../catalog/value.js';
import type { ProcessTable } from '../providers/processTable.js';
import { readNow, type Provider } from '../providers/provider.js';
import type { Soon } from '../providers/soon.js';
import type { OwnReading } from '../sample/agentReader.js';
import type { StatusTotals } from './report.js';

/** What a running collector knows of itself. */
export interface OwnState {
  readonly totals: StatusTotals;
  /** Confirms by the time they took, where samples go to a broker. */
  readonly confirms: readonly number[] | undefined;
}

/** The provider of the operating system, and beside it the collector itself: it answers `agent`. */
export class AgentProvider implements Provider {
  /** `state` is left out where no collector runs, but for one reading. */
  constructor(
    private readonly inner: Provider,
    private readonly state?: () => OwnState,
  ) {}

  get platform(): Provider['platform'] {
    return this.inner.platform;
  }

  async read(method: string, args: Arguments): Promise<Result> {
    return await this.readNow(method, args);
  }

  readNow(method: string, args: Arguments): Soon<Result> {
    if (method === 'agent') return ownReading(this.state?.());
    return readNow(this.inner, method, args);
  }

  processes(): Promise<ProcessTable> {
    return this.inner.processes();
  }

  close(): void {
    this.inner.close();
  }
}

function ownReading(state: OwnState | undefined): OwnReading {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    pid: process.pid, cpu: (user + system) / 1e6, uptime: process.uptime(),
    fields: { rss, heap_used: heapUsed, ...counted(state?.totals) },
    reason: state === undefined ? 'no collector runs in this process' : 'no broker is configured',
    confirms: state?.confirms ?? null,
  };
}

/** What status.json tells under the same names, of every collector and of one that has a broker. */
const always = ['taken', 'skipped', 'unavailable', 'published', 'dropped'] as const;
const withBroker = ['connected', 'reconnects', 'returned', 'nacked', 'unroutable', 'spooled', 'spooled_bytes'] as const;

function counted(totals: StatusTotals | undefined): OwnReading['fields'] {
  const broker = totals?.connected === null ? undefined : totals;
  return {
    ...Object.fromEntries(always.map((key) => [key, totals?.[key] ?? null])),
    ...Object.fromEntries(withBroker.map((key) => [key, broker?.[key] ?? null])),
    spool_age: broker === undefined ? null : spoolAge(broker),
  };
}

/** Seconds; the clock may have been set back since the sample was taken. */
function spoolAge({ spool_oldest: oldest, updated }: StatusTotals): number {
  return oldest === null ? 0 : Math.max(0, (Date.parse(updated) - Date.parse(oldest)) / 1000);
}
