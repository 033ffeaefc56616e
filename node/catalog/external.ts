/** The catalog's rows of sources outside psutil: whatever performance counters, systeminformation and PowerShell can tell. */
import { argument, everywhere, gauge, required, selector, windows } from './field.js';
import type { Argument, CatalogFunction } from './function.js';
import { aggregates } from './process.js';
import { systemInformationFunctions } from './systeminformation.js';

/** What the names of systeminformation's functions begin with. */
export const systemInformationPrefix = 'systeminformation.';

/** The longest time that a source may be given, seconds. */
const longestTimeout = 3600;
const timeout: Argument = { ...argument('timeout', 'number', 10, 'seconds that it may take'), minimum: 0.1, maximum: longestTimeout };
const anything = [gauge('', '', 'whatever number stands there')];

export const external: readonly CatalogFunction[] = [
  {
    name: 'perf_counter', group: 'external', meaning: 'Windows\' performance counters by their English paths, on every language of Windows; a rate needs two readings',
    platforms: windows, reasons: { linux: 'only Windows has performance counters' }, source: { win32: 'PDH' },
    arguments: [
      { ...required('path', 'string', 'such as \\Processor(_Total)\\% Processor Time; * in instance and counter stands for any characters, totals of others (_Total) aside; psutil-agent counters lists those there are'), notEmpty: true },
      { ...argument('aggregate', 'string', 'sum', 'how the values of several instances become one; each: one value an instance, by its name'), values: aggregates },
    ],
    shape: 'any', fields: [gauge('', '', 'the value; by instance, by counter or by both where there are several', { platforms: windows })],
  },
  {
    name: 'powershell', group: 'external', meaning: 'a number, or an object with numbers, that a PowerShell command gives; the settings must have allow_powershell: true',
    platforms: everywhere, source: { win32: 'Windows PowerShell, one session', linux: 'pwsh, one session' },
    arguments: [{ ...required('command', 'string', 'the command'), notEmpty: true }, timeout],
    shape: 'any', fields: anything,
  },
  ...systemInformationFunctions.map(({ name, meaning, of }): CatalogFunction => ({
    name: `${systemInformationPrefix}${name}`, group: 'external', meaning, platforms: everywhere,
    source: { win32: 'systeminformation, a process of its own', linux: 'systeminformation, a process of its own' },
    arguments: [...(of === undefined ? [] : [selector('of', 'string', of)]), timeout],
    shape: 'any', fields: anything,
  })),
];
