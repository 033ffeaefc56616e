import { settle, TestClock } from '../test/support/clock.js';
import { MemoryDisk } from './disk.test.support.js';
import type { SpoolOptions } from './options.js';
import { samples } from './queue.test.support.js';
import { openSpool } from './spool.js';

/** A spool on a disk in memory, on a test clock. */
export async function open(disk: MemoryDisk, options: Partial<SpoolOptions> = {}) {
  const clock = new TestClock();
  const events: string[] = [];
  const queue = await openSpool({ path: '/disk/spool', maxBytes: 1e9, maxAge: 1e6, clock, files: disk, report: ({ kind }) => events.push(kind), ...options });
  /** Lets so many seconds pass, one after the other, each with a turn of the event loop. */
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      clock.advance(1000);
      await settle();
    }
  };
  return { queue, events, seconds, clock };
}

/** A closed spool of so many samples of 300 bytes. */
export async function backlog(count: number, options: Partial<SpoolOptions>): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { queue } = await open(disk, options);
  for (let number = 0; number < count; number += 50) await queue.put(samples(number, number + 50, 300));
  await queue.close();
  return disk;
}
