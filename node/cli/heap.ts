/** The heap and the compiler of a collector that is busy. The launcher keeps both small, which is dear where much is sampled. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Clock } from '../model/clock.js';

/** Readings a second from which on processor time is worth more than some megabytes. */
const busyReadings = 250;
/** The same as a share of one processor: a few readings may be dear, those of a thousand processes. */
const busyShare = 0.03;
const watchEvery = 5000;
/** The young generation that holds what ten thousand samples leave behind, bytes. */
const enough = 8 * 1024 * 1024;
/** Objects that are made at most to fill it. */
const mostGarbage = 2_000_000;

/** Lets V8 optimize and its heap grow in a collector that has much to do by its settings, or is seen to. */
export function fitHeap(readingsPerSecond: number, clock: Clock): void {
  if (readingsPerSecond >= busyReadings) favourSpeed();
  else clock.after(watchEvery, () => { watch(clock, process.cpuUsage()); });
}

function watch(clock: Clock, before: NodeJS.CpuUsage): void {
  clock.after(watchEvery, () => {
    const { user, system } = process.cpuUsage(before);
    if ((user + system) / 1000 >= busyShare * watchEvery) favourSpeed();
    else watch(clock, process.cpuUsage());
  });
}

function favourSpeed(): void {
  setFlagsFromString('--no-optimize-for-size');
  // At this rate the optimizing compiler is worth its time.
  setFlagsFromString('--opt');
  growYoung();
}

/**
 * Grows the young generation: in one of 1 MB samples, which live until the broker has confirmed them, are copied again and again and
 * become old before they are done with. Done here, as V8 lets it grow only by what survives in it, and the first tick of a
 * busy collector would make it four times as large.
 */
function growYoung(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  let held: object[] = [];
  for (let count = 0; count < mostGarbage && (count % 1000 !== 0 || youngBytes() < enough); count += 1) {
    if (count % 50_000 === 0) held = [];
    held.push({ count });
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? enough;
}
