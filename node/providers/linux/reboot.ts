import { existsSync } from 'node:fs';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { optionalTextOf, type Roots } from './source.js';

/** Whether packages wait for a reboot, and how many: what update-notifier, unattended-upgrades and others note on Debian and its kin. */
export function pendingReboot(roots: Roots): Result {
  const noted = existsSync(roots.rebootRequired);
  if (!noted && !existsSync(roots.debianVersion)) {
    throw new UnavailableError(`this Linux keeps no ${roots.rebootRequired}, as Debian and its kin do, so that nobody knows whether it waits for a reboot`);
  }
  const packages = new Set((optionalTextOf(`${roots.rebootRequired}.pkgs`) ?? '').split('\n').filter((line) => line.trim() !== ''));
  return { pending: noted, packages: noted ? packages.size : 0 };
}
