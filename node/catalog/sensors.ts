/** The catalog's rows about sensors. */
import { argument, everywhere, flag, gauge, linux, text } from './field.js';
import type { CatalogFunction } from './function.js';

const noSensors = 'psutil does not have it on Windows, which tells programs of no such sensor by any documented call';

export const sensors: readonly CatalogFunction[] = [
  {
    name: 'sensors_battery', group: 'sensors', meaning: 'the battery; absent where there is none', platforms: everywhere,
    source: { win32: 'GetSystemPowerStatus', linux: '/sys/class/power_supply' },
    arguments: [], shape: 'fields',
    fields: [
      gauge('percent', '%', 'charge'),
      gauge('secsleft', 's', 'seconds left; -1 unknown, -2 while on mains', { values: { [-1]: 'unknown', [-2]: 'unlimited' } }),
      flag('power_plugged', '1 on mains, else 0'),
    ],
  },
  {
    name: 'sensors_temperatures', group: 'sensors', meaning: 'temperatures by chip', platforms: linux,
    reasons: { win32: noSensors }, source: { linux: '/sys/class/hwmon, /sys/class/thermal' },
    arguments: [argument('fahrenheit', 'boolean', false, 'in degrees Fahrenheit')], shape: 'lists',
    fields: [
      text('label', 'what is measured', { platforms: linux }), gauge('current', 'C', 'temperature', { platforms: linux }),
      gauge('high', 'C', 'what counts as high', { platforms: linux }), gauge('critical', 'C', 'what counts as critical', { platforms: linux }),
    ],
  },
  {
    name: 'sensors_fans', group: 'sensors', meaning: 'fans by chip', platforms: linux, reasons: { win32: noSensors }, source: { linux: '/sys/class/hwmon' },
    arguments: [], shape: 'lists',
    fields: [text('label', 'the fan', { platforms: linux }), gauge('current', 'rpm', 'speed', { platforms: linux })],
  },
];
