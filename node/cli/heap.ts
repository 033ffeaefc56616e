/** The heap of a collector that is busy. The launcher keeps it small, which is dear where much is sampled. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Clock } from '../model/clock.js';

/** Readings a second from which on processor time is worth more than some megabytes. */
const busy = 250;
/** The young generation that holds what ten thousand samples leave behind, bytes. */
const enough = 8 * 1024 * 1024;
const checkEvery = 1000;

/**
 * Lets the young generation grow where so many readings are taken each second: in one of 1 MB their samples, which live until
 * the broker has confirmed them, are copied again and again and become old before they are done with.
 */
export function fitHeap(readingsPerSecond: number, clock: Clock): void {
  if (readingsPerSecond < busy) return;
  setFlagsFromString('--semi-space-growth-factor=2');
  // At this rate the optimizing compiler is worth its time; the figure is V8's own.
  setFlagsFromString(`--interrupt-budget=${String(132 * 1024)}`);
  const check = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
    if ((young?.space_size ?? 0) >= enough) setFlagsFromString('--semi-space-growth-factor=1');
    else clock.after(checkEvery, check);
  };
  clock.after(checkEvery, check);
}
