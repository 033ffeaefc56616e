/** The heap and the compiler of a collector that is busy. The launcher keeps both small, which is dear where much is sampled. */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { looseness, type Clock } from '../model/clock.js';

/** Readings a second from which on processor time is worth more than some megabytes. */
const busyReadings = 250;
/** The same as a share of one processor: a few readings may be dear, those of a thousand processes. */
const busyShare = 0.03;
/** So many looks in a row: what is done once, and late on a machine that is busy with other things, is no pace. */
const busyLooks = 2;
/** Samples that wait at the start: minutes of work at once. */
const busyBacklog = 20_000;
const watchEvery = 5000;
const slack = watchEvery * looseness;
/** The young generation that holds what ten thousand samples leave behind, bytes: two halves, one of which is empty. */
const enough = 8 * 1024 * 1024;
/** More than it takes to get there, each of 75 kB. */
const mostRounds = 400;

/** Lets V8 optimize and its heap grow in a collector that has much to do by its settings, or by what waits, or is seen to. */
export function fitHeap(readingsPerSecond: number, waiting: number, clock: Clock): void {
  if (readingsPerSecond >= busyReadings || waiting >= busyBacklog) favourSpeed();
  else clock.after(watchEvery, () => { watch(clock, process.cpuUsage()); }, slack);
}

function watch(clock: Clock, before: NodeJS.CpuUsage, busy = 0): void {
  clock.after(watchEvery, () => {
    const { user, system } = process.cpuUsage(before);
    const now = (user + system) / 1000 >= busyShare * watchEvery ? busy + 1 : 0;
    if (now >= busyLooks) favourSpeed();
    else watch(clock, process.cpuUsage(), now);
  }, slack);
}

function favourSpeed(): void {
  setFlagsFromString('--no-optimize-for-size');
  // At this rate the compilers are worth their time.
  setFlagsFromString('--sparkplug');
  setFlagsFromString('--opt');
  setFlagsFromString('--incremental-marking-soft-trigger=0');
  growYoung();
}

/**
 * Has the young generation grow: in one of 1 MB samples, which live until the broker has confirmed them, are copied again and again and
 * become old before they are done with. It grows when a collection finds much alive: so there is much, once, and then it stays as it is, for left
 * alone it doubles again with the first samples.
 */
function growYoung(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  let alive: unknown[] = [];
  for (let rounds = 0; youngSize() < enough && rounds < mostRounds; rounds += 1) {
    for (let n = 0; n < 512; n += 1) alive.push(new Array(16).fill(n));
    if (alive.length > 16_384) alive = [];
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? enough;
}
