import { sleep, type Clock } from '../model/clock.js';
import type { Sampler } from './sampler.js';

/** The shortest time that a function measuring since its last call is given in a single round, milliseconds: psutil's advice is no less. */
export const shortestWindow = 100;

/**
 * Begins one sample of each: what it is measured from first, then the sample, each by itself, so that one that hangs holds up no other. Gives a
 * promise for each, none of which rejects.
 */
export function beginRound(samplers: readonly Pick<Sampler, 'prime' | 'run'>[], clock: Clock): readonly Promise<void>[] {
  const first = { at: clock.now() };
  const round = { at: first.at + shortestWindow };
  return samplers.map(async (sampler) => {
    // What could not be primed tells why when it is read.
    await sampler.prime(first).catch(() => undefined);
    await sleep(clock, shortestWindow);
    await sampler.run(round);
  });
}
