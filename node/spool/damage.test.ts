import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settle } from '../test/support/clock.js';
import { MemoryDisk, MemoryFile } from './disk.test.support.js';
import { all, sample, samples } from './queue.test.support.js';
import { TestClock } from '../test/support/clock.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

const folder = '/disk/spool/v2';

async function open(disk: MemoryDisk) {
  const clock = new TestClock();
  const events: string[] = [];
  const queue = await openSpool({ path: '/disk/spool', maxBytes: 400_000, maxAge: 1e6, clock, files: disk, report: ({ kind }) => events.push(kind) });
  return { queue, clock, events };
}

/** A closed spool of some samples, the first few acknowledged, in segments of 64 KiB at least. */
async function filled(count: number, acknowledged: number, bytes: number): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const { queue, clock } = await open(disk);
  for (let number = 0; number < count; number += 20) {
    await queue.put(samples(number, Math.min(count, number + 20), bytes));
    if (number === 0) queue.ack(acknowledged);
    clock.advance(1000);
    await settle();
  }
  await queue.close();
  return disk;
}

function copyOf(disk: MemoryDisk): MemoryDisk {
  return new MemoryDisk(new Map([...disk.files].map(([path, { data }]) => {
    const file = new MemoryFile();
    file.write(data, 0);
    return [path, file];
  })));
}

interface Found {
  readonly numbers: readonly number[];
  readonly damaged: number;
}

/** Reads all of a damaged spool: what is found is as it was put and in order, and it goes on. */
async function examine(disk: MemoryDisk, where: string, next: number): Promise<Found> {
  const { queue } = await open(disk);
  const found = await all(queue);
  const numbers = found.map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
  found.forEach(({ envelope, position }, index) => {
    const number = numbers[index] ?? NaN;
    assert.equal(envelope.body, sample(number, Buffer.byteLength(envelope.body) > 60 ? 300 : 0).body, where);
    assert.ok(index === 0 || (number > (numbers[index - 1] ?? 0) && position > (found[index - 1]?.position ?? 0)), `${where}: out of order`);
  });
  const { count, dropped } = queue.stats();
  assert.equal(count, numbers.length, where);
  await queue.put([sample(next)]);
  assert.equal((await all(queue)).at(-1)?.envelope.id, `sample-${String(next)}`, where);
  await queue.close();
  return { numbers, damaged: dropped.damage };
}

function flip(disk: MemoryDisk, path: string, bit: number): void {
  const data = disk.files.get(path)?.data;
  assert.ok(data !== undefined);
  data.writeUInt8(data.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
}

test('every single flipped bit of a small spool costs one sample at most, and is counted', { timeout: 600_000 }, async (context) => {
  const [count, acknowledged] = [6, 2];
  const disk = await filled(count, acknowledged, 0);
  let [flips, repeated] = [0, 0];
  for (const [path, { data }] of disk.files) {
    for (let bit = 0; bit < data.length * 8; bit += 1) {
      // Between the cursor's slots nothing is read.
      if (path.endsWith('cursor') && (bit >> 3) % 4096 >= 36) continue;
      const copy = copyOf(disk);
      flip(copy, path, bit);
      const { numbers, damaged } = await examine(copy, `${path}, bit ${String(bit)}`, count);
      const wanted = numbers.filter((number) => number >= acknowledged);
      // A damaged cursor may know less of what was acknowledged.
      if (wanted.length < numbers.length) repeated += 1;
      assert.ok(wanted.length >= count - acknowledged - 1, `${path}, bit ${String(bit)}: ${String(wanted.length)} of ${String(count - acknowledged)}`);
      assert.equal(damaged, count - acknowledged - wanted.length, `${path}, bit ${String(bit)}: counted`);
      flips += 1;
    }
  }
  context.diagnostic(`${String(flips)} flips; after ${String(repeated)} of them samples that had been acknowledged were read again`);
});

test('300 flipped bits all over a large spool: each loss is counted, and nothing else is lost', { timeout: 120_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  const next = random(seed);
  const count = 1200;
  const whole = await filled(count, 0, 300);
  const disk = copyOf(whole);
  const paths = disk.segments;
  assert.ok(paths.length > 3);
  const [hit, flipped] = [new Set<string>(), new Set<string>()];
  while (flipped.size < 300) {
    const path = paths[Math.floor(next() * paths.length)] ?? '';
    const bit = Math.floor(next() * (disk.files.get(path)?.data.length ?? 0) * 8);
    // Flipped twice it would be whole again.
    if (flipped.has(`${path} ${String(bit)}`)) continue;
    flipped.add(`${path} ${String(bit)}`);
    flip(disk, path, bit);
    // Records are of 300 bytes behind a header of 32.
    if (bit >= 32 * 8) hit.add(`${path} ${String(Math.floor(((bit >> 3) - 32) / 300))}`);
  }
  const { numbers, damaged } = await examine(disk, `seed ${String(seed)}`, count);
  assert.equal(numbers.length + damaged, count, `seed ${String(seed)}: every loss is counted`);
  assert.equal(damaged, hit.size, `seed ${String(seed)}: a damaged record costs itself`);
  context.diagnostic(`seed ${String(seed)}: 300 flips in ${String(hit.size)} records, ${String(damaged)} counted, ${String(numbers.length)} read`);
});

const damages: Record<string, (disk: MemoryDisk, paths: readonly string[]) => void> = {
  'the first segment missing': (disk, [first = '']) => { disk.files.delete(first); },
  'a segment in the middle missing': (disk, [, second = '']) => { disk.files.delete(second); },
  'the last segment missing': (disk, paths) => { disk.files.delete(paths.at(-1) ?? ''); },
  'every segment missing': (disk, paths) => { for (const path of paths) disk.files.delete(path); },
  'the cursor missing': (disk) => { disk.files.delete(`${folder}/cursor`); },
  'a segment in the middle torn': (disk, [, second = '']) => { disk.files.get(second)?.truncate(5000); },
  'the last segment torn': (disk, paths) => { disk.files.get(paths.at(-1) ?? '')?.truncate(5000); },
  'a segment in the middle emptied': (disk, [, second = '']) => { disk.files.get(second)?.truncate(0); },
  'the last segment emptied': (disk, paths) => { disk.files.get(paths.at(-1) ?? '')?.truncate(0); },
  'a segment overwritten with zeros': (disk, [, second = '']) => { disk.files.get(second)?.data.fill(0); },
  'the last segment overwritten with zeros': (disk, paths) => { disk.files.get(paths.at(-1) ?? '')?.data.fill(0); },
  'records of one segment in another': (disk, [first = '', second = '']) => {
    const file = disk.files.get(second);
    file?.write(disk.files.get(first)?.data ?? Buffer.alloc(0), file.data.length);
  },
};

for (const [name, damage] of Object.entries(damages)) {
  test(`${name}: the queue goes on with what is whole, in order, and counts the rest`, async () => {
    const count = 1200;
    const disk = await filled(count, 7, 300);
    damage(disk, disk.segments);
    const { numbers, damaged } = await examine(disk, name, count);
    const wanted = numbers.filter((number) => number >= 7);
    assert.equal(wanted.length + damaged, count - 7);
    assert.equal(numbers.length, wanted.length + (name === 'the cursor missing' ? 7 : 0));
  });
}
