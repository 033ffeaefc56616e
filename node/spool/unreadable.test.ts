import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemError } from './diskError.js';
import type { MemoryDisk } from './disk.test.support.js';
import { backlog, open, openLate } from './opened.test.support.js';
import { all, numbers, range, sample, samples } from './queue.test.support.js';

const options = { maxBytes: 1e6 };

/** A closed spool of 3000 samples in several segments, and the numbers of the samples in each. */
async function segmented(): Promise<{ disk: MemoryDisk; segments: readonly (readonly number[])[] }> {
  const disk = await backlog(3000, options);
  const firsts = disk.segments.map((path) => Number(/(\d+)\.seg$/.exec(path)?.[1]) - 1);
  return { disk, segments: firsts.map((first, index) => range(first, firsts[index + 1] ?? 3000)) };
}

/** From now on these segments cannot be read, as behind bad sectors. */
function spoil(disk: MemoryDisk, ...bad: readonly string[]): void {
  disk.before = (call, path) => { if (call === 'read' && bad.includes(path)) throw systemError('EIO'); };
}

for (const [what, spoilt] of [['one', [3]], ['the first', [0]], ['two together', [3, 4]], ['two apart', [2, 5]]] as const) {
  test(`segments that cannot be read for a minute cost their own samples, and nothing else: ${what}`, async () => {
    const { disk, segments } = await segmented();
    const { queue, seconds } = await open(disk, options);
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

test('what is in memory is no loss where its record is damaged on disk', async () => {
  const disk = await backlog(600, options);
  const { queue } = await open(disk, options);
  await queue.put(samples(600, 610, 300));
  const newest = disk.files.get(disk.segments.at(-1) ?? '');
  // The last twenty records.
  newest?.data.fill(0, newest.data.length - 20 * 300);
  assert.deepEqual(await numbers(queue), [...range(0, 590), ...range(600, 610)]);
  assert.deepEqual([queue.stats().count, queue.stats().dropped.damage], [600, 10]);
});

test('a segment that could be read again within the minute costs nothing', async () => {
  const { disk } = await segmented();
  const { queue, events, seconds } = await open(disk, options);
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
  assert.deepEqual(events, [1, 2, 3].flatMap(() => ['fault', 'recovered']), 'told once, though the oldest could be read all the time');
});

test('a backlog that cannot be read for a minute counts as damaged, and what is behind it goes on', async () => {
  const disk = await backlog(1500, options);
  const { queue, events, seconds } = await open(disk, options);
  disk.before = (call) => {
    if (call === 'read') throw systemError('EIO');
  };
  // Behind what was read when it was opened.
  assert.deepEqual(await queue.read(600, 10), []);
  assert.equal(queue.stats().kept, 'memory');
  queue.ack(600);
  await queue.put([sample(1500)]);
  await seconds(50);
  assert.equal(queue.stats().dropped.damage, 0, 'it may come back');
  await seconds(100);
  const { kept, dropped } = queue.stats();
  assert.equal(kept, 'disk');
  assert.ok(dropped.damage > 0);
  const found = await numbers(queue);
  assert.equal(found.length + dropped.damage, 901);
  assert.equal(found.at(-1), 1500);
  assert.deepEqual(events.filter((kind) => kind !== 'dropped'), ['fault', 'recovered']);
});

test('a log that comes late and then cannot be read for a minute costs what nobody has read of it, and no more', async () => {
  const disk = await backlog(1500, options);
  const { queue, seconds, recover } = await openLate(disk, samples(1500, 1600, 300), options);
  await recover();
  queue.ack(((await queue.read(0, 1))[0]?.position ?? NaN) + 599);
  disk.before = (call) => { if (call === 'read') throw systemError('EIO'); };
  await seconds(150);
  assert.equal(queue.stats().kept, 'disk');
  const found = await numbers(queue);
  assert.deepEqual([found.length + queue.stats().dropped.damage, found.at(-1)], [1000, 1599]);
});

test('a disk that cannot be read is told of within a second, though nobody reads', async () => {
  const disk = await backlog(3000, options);
  const { queue, seconds } = await open(disk, options);
  queue.ack(600);
  disk.before = (call) => { if (call === 'read') throw systemError('EIO'); };
  await seconds(1);
  assert.match(queue.stats().fault ?? '', /input\/output errors/);
});
