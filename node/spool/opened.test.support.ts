import { settle, TestClock } from '../test/support/clock.js';
import type { Envelope } from '../model/message.js';
import { systemError } from './diskError.js';
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

/** A spool whose log comes late: its disk fails from the start, takes these samples in memory, and can be used again from `recover` on. */
export async function openLate(disk: MemoryDisk, batch: readonly Envelope[], options: Partial<SpoolOptions> = {}) {
  disk.before = () => { throw systemError('EIO'); };
  const opened = await open(disk, options);
  await opened.queue.put(batch);
  const recover = async (): Promise<void> => {
    disk.before = () => undefined;
    // Its folder is a real one, which takes turns of the event loop to look for.
    for (let turns = 0; turns < 10_000 && opened.events.at(-1) !== 'recovered'; turns += 1) await opened.seconds(1);
  };
  return { ...opened, recover };
}

/** A closed spool of so many samples of 300 bytes. */
export async function backlog(count: number, options: Partial<SpoolOptions>): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { queue } = await open(disk, options);
  for (let number = 0; number < count; number += 50) await queue.put(samples(number, number + 50, 300));
  await queue.close();
  return disk;
}
