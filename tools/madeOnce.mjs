// What is made once for a clone, under build/.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The folder `target`, which `make` fills where it is not there: beside it, so that nobody finds half of it, and nothing is left where that fails;
 * undefined where `make` gives false, for what cannot be made on this machine.
 */
export async function madeOnce(target, make) {
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true });
  const fresh = `${target}-${randomUUID()}`;
  try {
    if ((await make(fresh)) === false) {
      await rm(fresh, { recursive: true, force: true });
      return undefined;
    }
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Where two make it at once, the second one's is not needed.
    if (!existsSync(target)) throw error;
  }
  return target;
}
