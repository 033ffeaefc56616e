/** The catalog's rows about Windows services. */
import { flag, gauge, pattern, required, selector, text, windows } from './field.js';
import type { CatalogFunction } from './function.js';

const noServices = 'Linux has no Windows services, and psutil no function for others';
const only = { platforms: windows };

/** SERVICE_STATUS_PROCESS.dwCurrentState, by psutil's names. */
export const serviceStates: Readonly<Record<number, string>> = {
  1: 'stopped', 2: 'start_pending', 3: 'stop_pending', 4: 'running', 5: 'continue_pending', 6: 'pause_pending', 7: 'paused',
};

/** How a service starts. psutil tells automatic, manual and disabled apart; 12, 22 and 23 are this catalog's own. */
const serviceStartTypes: Readonly<Record<number, string>> = {
  2: 'automatic', 3: 'manual', 4: 'disabled', 12: 'automatic, delayed', 22: 'automatic, trigger-started', 23: 'manual, trigger-started',
};

const fields = [
  text('name', 'its name', only), text('display_name', 'the name that people see', only), text('binpath', 'its command line', only),
  text('username', 'the account it runs as', only), text('start_type', 'automatic, manual or disabled', only),
  text('status', 'its state', only), text('description', 'what it is for', only),
  gauge('status_code', '', 'its state', { ...only, values: serviceStates }),
  gauge('start_type_code', '', 'how it starts', { ...only, values: serviceStartTypes }),
  flag('running', '1 if it runs, else 0', only),
  flag('failed', '1 if it starts automatically and yet does not run; trigger-started and cleanly ended ones are 0', only),
  gauge('exit_code', '', 'how it last ended: 0 well, 1077 not started since boot, else Windows\' error or the service\'s own', only),
  gauge('pid', '', 'its process; absent while it has none', { ...only, optional: true }),
  gauge('started', 's', 'since when its process runs, seconds since 1970; absent while it has none', { ...only, optional: true }),
];

const shared = {
  group: 'services', platforms: windows, reasons: { linux: noServices },
  source: { win32: 'EnumServicesStatusExW, QueryServiceConfigW, QueryServiceConfig2W, QueryServiceStatusEx' },
} as const;

export const services: readonly CatalogFunction[] = [
  {
    ...shared, name: 'win_service_get', meaning: 'one Windows service',
    arguments: [required('name', 'string', 'the service\'s name')], shape: 'fields', fields,
  },
  {
    ...shared, name: 'win_service_iter', meaning: 'Windows services by name',
    arguments: [
      pattern('name', 'only services of this name'),
      selector('only', 'string', 'only those that run, do not run, or have failed', { values: ['running', 'stopped', 'failed'] }),
    ],
    shape: 'map', bulk: true, fields,
  },
];
