/** The catalog's row about the collector itself. */
import { counter, everywhere, flag, gauge, linux, windows } from './field.js';
import type { CatalogFunction } from './function.js';

/** Told only where samples go to a broker. */
const broker = { optional: true } as const;

export const agent: readonly CatalogFunction[] = [
  {
    name: 'agent', group: 'agent', platforms: everywhere, arguments: [], shape: 'fields',
    meaning: 'what the collector itself costs and how it fares; counters begin with its process, and what has to do with the broker is told where one is configured',
    source: { win32: 'the collector, NtQuerySystemInformation(5)', linux: 'the collector, /proc/PID' },
    fields: [
      gauge('cpu_percent', '%', 'CPU time used since the reading before, at first since it started; 100 is one CPU'),
      gauge('rss', 'B', 'memory it holds'), gauge('heap_used', 'B', 'memory of its JavaScript objects'),
      gauge('num_handles', 'count', 'handles it holds', { platforms: windows }), gauge('num_fds', 'count', 'file descriptors it holds', { platforms: linux }),
      gauge('num_threads', 'count', 'threads it has'), gauge('uptime', 's', 'seconds since its process started'),
      counter('taken', 'count', 'samples taken'), counter('skipped', 'count', 'ticks not run, for the one before still ran or samples could not be kept as fast'),
      counter('unavailable', 'count', 'values that the system could not tell'),
      counter('published', 'count', 'samples that the broker confirmed and routed; without a broker, written'),
      counter('dropped', 'count', 'samples lost, whatever the cause'),
      flag('connected', '1 with a connection to the broker, else 0', broker), counter('reconnects', 'count', 'connections made after the first', broker),
      counter('returned', 'count', 'times that the broker gave a sample back, nobody being bound for it', broker),
      counter('nacked', 'count', 'times that the broker refused a sample', broker),
      gauge('unroutable', 'count', 'samples that wait because nobody is bound for them', broker),
      gauge('spooled', 'count', 'samples that wait in the spool', broker), gauge('spooled_bytes', 'B', 'bytes that they take', broker),
      gauge('spool_age', 's', 'age of the oldest of them; 0 where none waits', broker),
      gauge('confirm_time', 'ms', 'from sending a sample to its confirm since the reading before, the median, within 5 %; none where none was confirmed', broker),
      gauge('confirm_time_p99', 'ms', 'as confirm_time, of 100 the second longest', broker),
    ],
  },
];
