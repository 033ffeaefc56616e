/** The catalog's rows about memory. */
import { counter, everywhere, gauge, linux, windows } from './field.js';
import type { CatalogFunction } from './function.js';

export const memory: readonly CatalogFunction[] = [
  {
    name: 'virtual_memory', group: 'memory', meaning: 'physical memory', platforms: everywhere, arguments: [], shape: 'fields',
    source: { win32: 'GetPerformanceInfo', linux: '/proc/meminfo' },
    fields: [
      gauge('total', 'B', 'physical memory'),
      gauge('available', 'B', 'can be given to processes without swapping'),
      gauge('percent', '%', '(total - available) / total'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'not used at all; on Windows the same as available'),
      gauge('active', 'B', 'in use or used very recently', { platforms: linux }),
      gauge('inactive', 'B', 'not used recently', { platforms: linux }),
      gauge('buffers', 'B', 'cache of file system metadata', { platforms: linux }),
      gauge('cached', 'B', 'cache of files'),
      gauge('shared', 'B', 'shared by several processes', { platforms: linux }),
      gauge('slab', 'B', 'the kernel\'s own data structures', { platforms: linux }),
      gauge('wired', 'B', 'kernel memory that cannot be paged out', { platforms: windows }),
    ],
  },
  {
    name: 'swap_memory', group: 'memory', meaning: 'swap space; on Windows the page files', platforms: everywhere, arguments: [], shape: 'fields',
    source: { win32: 'GetPerformanceInfo, PDH counter of the page files', linux: '/proc/meminfo, /proc/vmstat' },
    fields: [
      gauge('total', 'B', 'swap space'),
      gauge('used', 'B', 'in use'),
      gauge('free', 'B', 'not in use'),
      gauge('percent', '%', 'used / total'),
      counter('sin', 'B', 'swapped in since boot; 0 on Windows'),
      counter('sout', 'B', 'swapped out since boot; 0 on Windows'),
    ],
  },
];
