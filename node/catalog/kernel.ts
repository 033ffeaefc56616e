/** The catalog's rows about what the kernel keeps for everybody: committed memory, its own memory, handles, threads, and how long it runs. */
import { everywhere, gauge, linux, windows } from './field.js';
import type { CatalogFunction } from './function.js';

export const kernel: readonly CatalogFunction[] = [
  {
    name: 'commit_memory', group: 'memory', platforms: everywhere, arguments: [], shape: 'fields',
    meaning: 'memory that was promised to programs, whether they use it or not; beyond the limit programs get no more',
    source: { win32: 'GetPerformanceInfo', linux: '/proc/meminfo' },
    fields: [
      gauge('used', 'B', 'promised: the commit charge, Committed_AS on Linux'),
      gauge('limit', 'B', 'can be promised; Linux keeps to it only with vm.overcommit_memory 2'),
      gauge('peak', 'B', 'the most that was promised since boot', { platforms: windows }),
      gauge('percent', '%', 'used / limit; above 100 where Linux does not keep to the limit'),
    ],
  },
  {
    name: 'kernel_memory', group: 'memory', meaning: 'the kernel\'s own memory: on Windows its pools, on Linux its slabs, stacks and page tables',
    platforms: everywhere, arguments: [], shape: 'fields',
    source: { win32: 'GetPerformanceInfo', linux: '/proc/meminfo' },
    fields: [
      gauge('total', 'B', 'both pools', { platforms: windows }),
      gauge('paged', 'B', 'paged pool', { platforms: windows }),
      gauge('nonpaged', 'B', 'non-paged pool: what grows here without end is a driver\'s leak', { platforms: windows }),
      gauge('reclaimable', 'B', 'slabs that can be given up', { platforms: linux }),
      gauge('unreclaimable', 'B', 'slabs that cannot', { platforms: linux }),
      gauge('stacks', 'B', 'kernel stacks of all threads', { platforms: linux }),
      gauge('page_tables', 'B', 'page tables', { platforms: linux }),
    ],
  },
  {
    name: 'system_stats', group: 'system', meaning: 'how many handles, threads and processes the system has', platforms: everywhere, arguments: [], shape: 'fields',
    source: { win32: 'GetPerformanceInfo', linux: '/proc/sys/fs/file-nr, /proc/loadavg, /proc' },
    fields: [
      gauge('handles', 'count', 'open handles; on Linux open files'),
      gauge('threads', 'count', 'threads; on Linux those of the kernel and of all containers too'),
      gauge('processes', 'count', 'processes'),
    ],
  },
  {
    name: 'uptime', group: 'system', meaning: 'seconds since the system started; it does not move when the clock is set, as boot_time does', platforms: everywhere,
    source: { win32: 'GetTickCount64', linux: '/proc/uptime' },
    arguments: [], shape: 'value', fields: [gauge('', 's', 'seconds since the start, sleep included')],
  },
];
