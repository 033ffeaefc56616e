import type { Clock } from '../model/clock.js';

/**
 * Milliseconds since 1970 by a clock that is right when this is called and is never stepped afterwards: whoever sets the
 * machine's clock, forward or back, makes no sample look too old to keep.
 */
export function steadyWall(clock: Clock): () => number {
  const start = clock.wall() - clock.now();
  return () => Math.round(start + clock.now());
}
