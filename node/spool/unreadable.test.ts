import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle, TestClock } from '../test/support/clock.js';
import { systemError } from './diskError.js';
import { MemoryDisk } from './disk.test.support.js';
import { all, numbers, range, samples } from './queue.test.support.js';
import { openSpool } from './spool.js';

async function open(disk: MemoryDisk) {
  const clock = new TestClock();
  const queue = await openSpool({ path: '/disk/spool', maxBytes: 1e6, maxAge: 1e6, clock, files: disk, report: () => undefined });
  const seconds = async (count: number): Promise<void> => {
    for (let second = 0; second < count; second += 1) {
      clock.advance(1000);
      await settle();
    }
  };
  return { queue, seconds };
}

/** A closed spool of 3000 samples in several segments, and the numbers of the samples in each. */
async function backlog(): Promise<{ disk: MemoryDisk; segments: readonly (readonly number[])[] }> {
  const disk = new MemoryDisk();
  const { queue } = await open(disk);
  for (let number = 0; number < 3000; number += 50) await queue.put(samples(number, number + 50, 300));
  await queue.close();
  const firsts = disk.segments.map((path) => Number(/(\d+)\.seg$/.exec(path)?.[1]) - 1);
  return { disk, segments: firsts.map((first, index) => range(first, firsts[index + 1] ?? 3000)) };
}

/** From now on these segments cannot be read, as behind bad sectors. */
function spoil(disk: MemoryDisk, ...bad: readonly string[]): void {
  disk.before = (call, path) => { if (call === 'read' && bad.includes(path)) throw systemError('EIO'); };
}

for (const [what, spoilt] of [['one', [3]], ['the first', [0]], ['two together', [3, 4]], ['two apart', [2, 5]]] as const) {
  test(`segments that cannot be read for a minute cost their own samples, and nothing else: ${what}`, async () => {
    const { disk, segments } = await backlog();
    const { queue, seconds } = await open(disk);
    spoil(disk, ...spoilt.map((index) => disk.segments[index] ?? ''));
    // A reader that takes what it gets, and asks again for what it does not.
    const found: number[] = [];
    let position = 0;
    for (let turn = 0; turn < 400 && found.at(-1) !== 2999; turn += 1) {
      const taken = await queue.read(position, 100);
      found.push(...taken.map(({ envelope }) => Number(envelope.id.slice(7))));
      position = taken.at(-1)?.position ?? position;
      if (taken.length === 0) await seconds(1);
    }
    const lost = new Set(spoilt.flatMap((index) => segments[index] ?? []));
    // What was read ahead of the first when it was opened is in memory.
    const wanted = range(0, 3000).filter((number) => !lost.has(number) || (number < 512 && spoilt[0] === 0));
    assert.deepEqual(found, wanted);
    assert.equal(queue.stats().dropped.damage, 3000 - wanted.length);
    assert.equal(queue.stats().count, wanted.length, 'what is not acknowledged is there still');
    assert.deepEqual(await numbers(queue), wanted);
  });
}

test('a segment that could be read again within the minute costs nothing', async () => {
  const { disk } = await backlog();
  const { queue, seconds } = await open(disk);
  for (let times = 0; times < 3; times += 1) {
    spoil(disk, ...disk.segments);
    for (let second = 0; second < 40; second += 1) {
      assert.deepEqual(await queue.read(1000, 10), []);
      await seconds(1);
    }
    spoil(disk);
    await seconds(31);
    assert.equal((await queue.read(1000, 10)).length, 10);
  }
  assert.equal(queue.stats().dropped.damage, 0);
  assert.equal((await all(queue)).length, 3000);
});
