import { sleep, type Clock } from '../model/clock.js';
import type { Sampler } from './sampler.js';

/** The shortest time that a function measuring since its last call is given in a single round, milliseconds: psutil's advice is no less. */
export const shortestWindow = 100;

/** Begins one sample of each: what it is measured from first, of all of them, then the sample. Resolves with a promise for each, none of which rejects. */
export async function beginRound(samplers: readonly Pick<Sampler, 'prime' | 'run'>[], clock: Clock): Promise<readonly Promise<void>[]> {
  const first = { at: clock.now() };
  // What could not be primed tells why when it is read.
  await Promise.all(samplers.map((sampler) => sampler.prime(first).catch(() => undefined)));
  await sleep(clock, shortestWindow);
  const round = { at: clock.now() };
  return samplers.map((sampler) => sampler.run(round));
}
