import { setTimeout as delay } from 'node:timers/promises';
import { Rig } from './rig.js';

/** What an hour's worth of samples costs. Memory in MB (10^6 bytes), resident, the highest of some seconds. */
export interface BacklogFigures {
  /** Soon after the start. */
  readonly fresh: number;
  /** After as many samples a second as below, to a broker that took them at once: nothing waits. */
  readonly idle: number;
  /** With everything waiting on disk. */
  readonly full: number;
  /** The highest while it drained. */
  readonly draining: number;
  readonly drained: number;
  /** Samples that waited at the most. */
  readonly waiting: number;
  /** Samples a second that drained, live ones aside. */
  readonly drainRate: number;
  /** Samples that never arrived. */
  readonly missing: number;
}

/** Has a collector put so many samples with the broker away, and drain them to it at no more than `drainRate` a second. */
export async function measureBacklog(samples: number, drainRate?: number): Promise<BacklogFigures> {
  const rig = await Rig.build(drainRate === undefined ? {} : { drain_rate: drainRate });
  try {
    const fresh = await highest(rig, 2);
    await rig.subject.flood(25_000, 300);
    await rig.settle(300);
    const idle = await highest(rig, 2);
    rig.proxy.refuse();
    await rig.subject.flood(samples, 600);
    const full = await highest(rig, 2);
    const { spooled: waiting } = (await rig.subject.report()).report;
    rig.proxy.forward();
    const began = Date.now();
    let draining = 0;
    let done = false;
    const settled = rig.settle(600).finally(() => { done = true; });
    const watch = async (): Promise<void> => {
      while (!done) draining = Math.max(draining, await highest(rig, 0.2));
    };
    await Promise.all([settled, watch()]);
    const rate = (waiting / (Date.now() - began)) * 1000;
    const drained = await highest(rig, 2);
    return { fresh, idle, full, draining, drained, waiting, drainRate: rate, missing: rig.audit.findings().lost };
  } finally {
    await rig.remove();
  }
}

async function highest(rig: Rig, seconds: number): Promise<number> {
  let rss = 0;
  const until = Date.now() + seconds * 1000;
  do {
    rss = Math.max(rss, (await rig.subject.report()).rss / 1e6);
    await delay(100);
  } while (Date.now() < until);
  return rss;
}
