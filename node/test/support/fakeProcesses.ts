import type { Platform, Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { ProcessEnded, type ProcessEntry, type ProcessTable } from '../../providers/processTable.js';
import type { Provider } from '../../providers/provider.js';

/** A process of a test's own; a read that is an Error is thrown. */
export interface FakeProcess {
  readonly pid: number;
  readonly created?: number;
  readonly name: string;
  readonly reads: Readonly<Record<string, Result | Error>>;
}

/** A table of processes that are what the test says. */
export function fakeTable(processes: readonly FakeProcess[]): ProcessTable {
  const entries = processes.map((one): ProcessEntry => ({
    pid: one.pid, created: one.created ?? 1, name: one.name,
    read(attribute) {
      const result = one.reads[attribute];
      if (result instanceof Error) throw result;
      if (result === undefined) throw new UnavailableError(`the test does not tell ${attribute}`);
      return result;
    },
  }));
  return { all: () => entries, find: (pid) => entries.find((entry) => entry.pid === pid) };
}

/** A provider whose processes are what `processes` gives, and whose other readings are in `readings`. */
export function fakeProvider(
  processes: () => readonly FakeProcess[], readings: Readonly<Record<string, Result | Error>> = {}, platform: Platform = 'linux',
): Provider & { readonly calls: string[] } {
  const calls: string[] = [];
  return {
    platform, calls,
    read(method) {
      calls.push(method);
      const result = { cpu_count: 2, virtual_memory: { total: 1000 }, ...readings }[method] as Result | Error | undefined;
      if (result instanceof Error) return Promise.reject(result);
      return result === undefined ? Promise.reject(new UnavailableError(`the test does not tell ${method}`)) : Promise.resolve(result);
    },
    processes() {
      calls.push('processes');
      return Promise.resolve(fakeTable(processes()));
    },
    close: () => undefined,
  };
}

/** A process that ended before it was read. */
export const ended = (pid: number): ProcessEnded => new ProcessEnded(pid);
