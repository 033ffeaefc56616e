/** The catalog's rows about the system as a whole. */
import { everywhere, flag, gauge, required, text } from './field.js';
import type { CatalogFunction } from './function.js';

export const system: readonly CatalogFunction[] = [
  {
    name: 'boot_time', group: 'system', meaning: 'when the system started, seconds since 1970', platforms: everywhere,
    source: { win32: 'NtQuerySystemInformation(3)', linux: '/proc/stat' },
    arguments: [], shape: 'value', fields: [gauge('', 's', 'seconds since 1970')],
  },
  {
    name: 'users', group: 'system', meaning: 'users logged on', platforms: everywhere, arguments: [], shape: 'records',
    source: { win32: 'WTSEnumerateSessionsW, WTSQuerySessionInformationW', linux: 'utmp, systemd-logind' },
    fields: [
      text('name', 'user name'), text('terminal', 'terminal; none on Windows'), text('host', 'where from'),
      gauge('started', 's', 'when the session began, seconds since 1970'),
      gauge('pid', '', 'process id of the session; none on Windows', { optional: true }),
    ],
  },
  {
    name: 'pids', group: 'system', meaning: 'process ids running now', platforms: everywhere,
    source: { win32: 'EnumProcesses', linux: '/proc' },
    arguments: [], shape: 'values', fields: [gauge('', '', 'process id')],
  },
  {
    name: 'pid_exists', group: 'system', meaning: 'whether a process id is running', platforms: everywhere,
    source: { win32: 'EnumProcesses', linux: '/proc/PID/status' },
    arguments: [required('pid', 'integer', 'process id')], shape: 'value', fields: [flag('', '1 if it runs, else 0')],
  },
];
