import { Harness } from './harness.js';

/** What samples that wait cost. Memory in MB (10^6 bytes), resident, the highest of some seconds. */
export interface BacklogFigures {
  /** While as many samples a second as the backlog was made of went to a broker that took them at once. */
  readonly idle: number;
  /** While the second half came to wait on disk. */
  readonly full: number;
  /** The highest while it drained. */
  readonly draining: number;
  /** Samples that waited at the most. */
  readonly waiting: number;
  /** Bytes of each. */
  readonly size: number;
  /** Samples a second that drained. */
  readonly drainRate: number;
  /** Samples that never arrived. */
  readonly missing: number;
}

/** Entries that are some 5,000 samples a second: an hour's work at 50 a second, a hundred times as fast. */
const entries = 45;

/** It makes a message of 300 bytes twice as long: half as many are as much. */
const nodeId = 'w'.repeat(150);

/** Has a collector spool so many samples with the broker away, and drain them to it. */
export async function measureBacklog(samples: number): Promise<BacklogFigures> {
  const harness = await Harness.build({}, nodeId);
  try {
    await harness.restart(entries);
    await harness.settle(60);
    const idle = await highest(harness, 5);
    harness.proxy.refuse();
    await harness.until('half full', ({ spooled }) => spooled >= samples / 2, 600);
    harness.highest = 0;
    await harness.until('full', ({ spooled }) => spooled >= samples, 600);
    const full = harness.highest;
    await harness.restart();
    const { spooled: waiting, spooled_bytes: bytes } = (await harness.report()).report;
    harness.highest = 0;
    harness.proxy.forward();
    const seconds = await harness.settle(600);
    const draining = harness.highest;
    return { idle, full, draining, waiting, size: bytes / waiting, drainRate: waiting / seconds, missing: harness.verifier.findings().lost };
  } finally {
    await harness.remove();
  }
}

async function highest(harness: Harness, seconds: number): Promise<number> {
  harness.highest = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; ) await harness.report();
  return harness.highest;
}
