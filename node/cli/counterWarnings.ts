import type { ReadConfiguration } from '../config/reader.js';
import { warning, type Warning } from '../config/fault.js';
import { openCounterList, type CounterList } from '../providers/counterList.js';

/** Counters that are looked for at most: each may take Windows a moment. */
const mostLookedFor = 200;

/**
 * What a configuration asks of performance counters and would not get now: on Windows, of a configuration without faults.
 *
 * @param open opens the host's counters; undefined where it has none.
 */
export async function counterWarnings(
  { document, base, faults }: Pick<ReadConfiguration, 'document' | 'base' | 'faults'>,
  open: (() => Promise<CounterList>) | undefined = process.platform === 'win32' ? openCounterList : undefined,
): Promise<Warning[]> {
  // A document with faults may hold anything in its place.
  if (open === undefined || faults.length > 0) return [];
  const entries = document.psutil_config.flatMap(({ method, args }, index) => (method === 'perf_counter' ? [{ path: String(args?.['path']), pointer: `${base}/${String(index)}/args/path` }] : []));
  if (entries.length === 0) return [];
  const list = await open();
  try {
    const warnings = await Promise.all(entries.slice(0, mostLookedFor).map(async ({ path, pointer }) => {
      const fault = await list.fault(path);
      return fault === undefined ? [] : [warning(pointer, `${fault}; this entry gives nothing until it is there`)];
    }));
    return warnings.flat();
  } finally {
    list.close();
  }
}
