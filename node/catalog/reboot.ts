/** The catalog's row about reboots that wait. */
import { everywhere, flag, gauge, linux, windows } from './field.js';
import type { CatalogFunction } from './function.js';

const here = { platforms: windows };

export const reboot: readonly CatalogFunction[] = [
  {
    name: 'reboot_pending', group: 'system', meaning: 'whether the system waits for a reboot, and what for', platforms: everywhere,
    source: { win32: 'RegOpenKeyExW, RegQueryValueExW', linux: '/run/reboot-required, which Debian and its kin keep' },
    arguments: [], shape: 'fields',
    fields: [
      flag('pending', '1 if any of these asks for a reboot, else 0; file_deletions do not'),
      flag('component_servicing', '1 if Windows\' own components do', here),
      flag('windows_update', '1 if Windows Update does', here),
      flag('server_roles', '1 if the installation of a role or feature does', here),
      flag('installer', '1 if an update\'s installer does (UpdateExeVolatile)', here),
      flag('computer_rename', '1 if the computer gets another name with the next start', here),
      flag('domain_join', '1 if it joins or leaves a domain with the next start', here),
      gauge('file_renames', 'count', 'files in use that get a new content or name with the next start', here),
      gauge('file_deletions', 'count', 'files in use that are deleted with the next start, which many programs leave behind', here),
      gauge('packages', 'count', 'packages that ask for it', { platforms: linux }),
    ],
  },
];
