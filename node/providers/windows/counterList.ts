import { systemClock, type Clock } from '../../model/clock.js';
import { messageOf, UnavailableError } from '../../model/errors.js';
import type { CounterList } from '../counterList.js';
import { isolation as processIsolation, type Isolation } from '../isolation.js';
import { loadWin32, type Win32 } from './bindings.js';
import { CounterDirectory } from './counterDirectory.js';
import { Pdh } from './pdh.js';
import { PerformanceCounters } from './performanceCounters.js';

/** How long a list may take, milliseconds: every library of counters is asked. */
const listTimeout = 60_000;
const subject = 'The list of performance counters';

/** The performance counters of this Windows. Throws PlatformError anywhere else. */
export async function openWindowsCounterList(): Promise<CounterList> {
  return windowsCounterList(await loadWin32());
}

/** The performance counters that given Win32 functions tell of. */
export function windowsCounterList(win32: Win32, isolation: Isolation = processIsolation, clock: Clock = systemClock): CounterList {
  const directory = new CounterDirectory(new Pdh(win32), clock);
  const counters = new PerformanceCounters(win32, isolation, clock);
  return {
    objects: () => isolation.run(subject, listTimeout, async () => {
      await directory.refresh();
      return await directory.objects();
    }),
    items: (object) => isolation.run(subject, listTimeout, () => directory.items(object), object),
    async fault(path) {
      try {
        const rows = await counters.read(path, 'list');
        if (rows.length === 0) return `no instance matches ${path} now`;
        return rows.find(({ reason, pending }) => reason !== null && !pending)?.reason ?? undefined;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        return messageOf(error);
      }
    },
    close() { counters.close(); },
  };
}
