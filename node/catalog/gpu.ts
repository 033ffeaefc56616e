/** The catalog's rows about graphics processors, which psutil does not have. */
import { gauge, optional, pattern, selector, windows } from './field.js';
import type { Argument, CatalogFunction } from './function.js';

const noGpu = 'Linux has no one place that tells it; systeminformation.graphics tells what the drivers\' own programs do';
const only = { platforms: windows };

/** The performance counters that tell of them: of engines by process, and of memory by adapter or by process. */
export const gpuCounters = {
  engine: '\\GPU Engine(*)\\Utilization Percentage',
  memory: { adapter: '\\GPU Adapter Memory(*)\\', process: '\\GPU Process Memory(*)\\' },
  memoryFields: { dedicated: 'Dedicated Usage', shared: 'Shared Usage', committed: 'Total Committed' },
} as const;

const processFilters: readonly Argument[] = [
  selector('pid', 'integer', 'only of the process of this id', { minimum: 0 }),
  pattern('process', 'only of processes of this name; on Windows .exe may be left out and case does not matter'),
];

export const gpu: readonly CatalogFunction[] = [
  {
    name: 'gpu_percent', group: 'sensors', meaning: 'use of the busiest engine of the graphics processors since the last reading, as Task Manager has it',
    platforms: windows, reasons: { linux: noGpu }, source: { win32: 'PDH: GPU Engine' },
    arguments: [
      ...processFilters, pattern('engine', 'only engines of this type: 3D, Copy, VideoDecode, ...'),
      optional('by', 'string', 'one value for each of these', { values: ['adapter', 'engine', 'pid', 'process'] }),
    ],
    shape: 'value', perItem: { argument: 'by', given: true, shape: 'numbers' },
    fields: [gauge('', '%', 'share of the time in which the busiest engine was busy', only)],
  },
  {
    name: 'gpu_memory', group: 'sensors', meaning: 'memory of the graphics processors in use', platforms: windows, reasons: { linux: noGpu },
    source: { win32: 'PDH: GPU Adapter Memory, GPU Process Memory' },
    arguments: [...processFilters, optional('by', 'string', 'one result for each of these', { values: ['adapter', 'pid', 'process'] })],
    shape: 'fields', perItem: { argument: 'by', given: true, shape: 'map' },
    fields: [
      gauge('dedicated', 'B', 'of the adapters\' own memory', only), gauge('shared', 'B', 'of the system\'s memory', only),
      gauge('committed', 'B', 'promised of both', only),
    ],
  },
];
