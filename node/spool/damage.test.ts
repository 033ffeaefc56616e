import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { encodeState } from './ledger.js';
import { numbers, range, sample, samples, spool, temporary } from './queue.test.support.js';

/** A spool of 10,000 samples, the first 100 taken out, spread over tables and log; closed. */
async function filled(context: TestContext): Promise<string> {
  const path = await temporary(context);
  const { queue } = await spool(context, path);
  for (let start = 0; start < 10_000; start += 500) await queue.put(samples(start, start + 500, 300));
  await queue.remove(range(1, 101));
  await queue.close();
  return path;
}

async function filesOf(path: string, pattern: RegExp): Promise<string[]> {
  const folder = join(path, 'v1');
  return (await readdir(folder)).filter((name) => pattern.test(name)).sort().map((name) => join(folder, name));
}

/** Flips bits at some places of a file. */
async function flip(file: string, places: number): Promise<void> {
  const data = await readFile(file);
  for (let place = 1; place <= places; place += 1) {
    const at = Math.floor((data.length * place) / (places + 1));
    data[at] = (data[at] ?? 0) ^ 0x10;
  }
  await writeFile(file, data);
}

const damages: Record<string, (path: string) => Promise<void>> = {
  'CURRENT emptied': async (path) => { await truncate(join(path, 'v1', 'CURRENT'), 0); },
  'CURRENT flipped': async (path) => { await flip(join(path, 'v1', 'CURRENT'), 1); },
  'CURRENT missing': async (path) => { await rm(join(path, 'v1', 'CURRENT')); },
  'MANIFEST missing': async (path) => { for (const file of await filesOf(path, /^MANIFEST/)) await rm(file); },
  'MANIFEST flipped': async (path) => { for (const file of await filesOf(path, /^MANIFEST/)) await flip(file, 5); },
  'MANIFEST torn': async (path) => { for (const file of await filesOf(path, /^MANIFEST/)) await truncate(file, 20); },
  'a table missing': async (path) => { await rm((await filesOf(path, /ldb$/))[0] ?? ''); },
  'a table torn': async (path) => { await truncate((await filesOf(path, /ldb$/))[0] ?? '', 5000); },
  'a table emptied': async (path) => { await truncate((await filesOf(path, /ldb$/))[0] ?? '', 0); },
  'every table flipped': async (path) => { for (const file of await filesOf(path, /ldb$/)) await flip(file, 3); },
  'every table flipped everywhere': async (path) => { for (const file of await filesOf(path, /ldb$/)) await flip(file, 200); },
  'the log flipped': async (path) => { for (const file of await filesOf(path, /log$/)) await flip(file, 3); },
  'the log torn': async (path) => { for (const file of await filesOf(path, /log$/)) await truncate(file, Math.floor((await readFile(file)).length / 2)); },
  'the log missing': async (path) => { for (const file of await filesOf(path, /log$/)) await rm(file); },
  'everything flipped': async (path) => { for (const file of await filesOf(path, /ldb$|log$|^MANIFEST|^CURRENT/)) await flip(file, 9); },
};

for (const [name, damage] of Object.entries(damages)) {
  test(`${name}: the queue goes on with what is whole, in order, and counts the rest`, async (context) => {
    const path = await filled(context);
    await damage(path);
    const { queue, clock, events } = await spool(context, path);
    await queue.put([sample(10_000, 300)]);
    // Damage that LevelDB only finds on reading is repaired a moment later.
    let found = await numbers(queue);
    for (let second = 0; second < 3; second += 1) {
      clock.pass(1000);
      found = await numbers(queue);
    }
    const { count, dropped, kept } = queue.stats();
    assert.equal(kept, 'disk');
    assert.deepEqual(found, [...new Set(found)].sort((one, other) => one - other), 'in order, none twice');
    for (const { envelope } of await queue.read(0, 100_000)) assert.deepEqual(envelope, sample(Number(envelope.id.slice(7)), 300));
    assert.equal(found.at(-1), 10_000);
    assert.equal(count, found.length);
    context.diagnostic(`${name}: ${String(found.length)} of 9901 there, ${String(dropped.damage)} counted as damaged, ${events.map((event) => event.kind).join(' ')}`);
    if (events.some((event) => event.kind === 'damaged')) {
      assert.equal((await readdir(path)).filter((entry) => entry.startsWith('v1.damaged-')).length, 1);
    }
    await queue.close();
    const again = await spool(context, path);
    assert.deepEqual(await numbers(again.queue), found);
    assert.deepEqual(again.events, []);
  });
}

test('whatever is flipped, all but what it hit is saved', async (context) => {
  const path = await filled(context);
  for (const file of await filesOf(path, /^CURRENT/)) await flip(file, 1);
  const { queue, events } = await spool(context, path);
  assert.deepEqual(await numbers(queue), range(100, 10_000));
  assert.equal(events[0]?.kind === 'damaged' && events[0].saved, 9900);
  assert.equal(queue.stats().dropped.damage, 0);
  await queue.put([sample(10_000)]);
  assert.equal((await queue.read(0, 100_000)).at(-1)?.position, 10_001);
});

test('at most three damaged spools are kept', async (context) => {
  const path = await temporary(context);
  for (let round = 0; round < 5; round += 1) {
    const { queue, clock } = await spool(context, path);
    clock.pass(1000 * round);
    await queue.put([sample(round)]);
    await queue.close();
    await rm(join(path, 'v1', 'CURRENT'));
    const repaired = await spool(context, path, { clock });
    assert.deepEqual(await numbers(repaired.queue), range(0, round + 1));
    await repaired.queue.close();
  }
  assert.equal((await readdir(path)).filter((name) => name.startsWith('v1.damaged-')).length, 3);
});

test('a salvage that was cut short is finished or begun again', async (context) => {
  const path = await filled(context);
  // Killed between its two renames.
  await rename(join(path, 'v1'), join(path, 'v1.new'));
  const first = await spool(context, path);
  assert.deepEqual(await numbers(first.queue), range(100, 10_000));
  await first.queue.close();
  // Killed while it was still copying.
  await mkdir(join(path, 'v1.new'));
  const second = await spool(context, path);
  assert.deepEqual(await numbers(second.queue), range(100, 10_000));
  assert.deepEqual((await readdir(path)).sort(), ['lock', 'reserve', 'v1']);
});

for (const [name, make] of Object.entries<(folder: string) => Promise<void>>({
  'a file': async (folder) => { await writeFile(folder, 'not a folder'); },
  'a folder of something else': async (folder) => { await mkdir(folder); await writeFile(join(folder, 'photo.jpg'), 'x'); },
  'the database of something else': async (folder) => {
    const level = new ClassicLevel(folder);
    await level.put('rose', 'red');
    await level.close();
  },
  'of an unknown version': async (folder) => {
    const level = new ClassicLevel(folder);
    await level.put('s', encodeState({ version: 7, writer: 'x', head: 1, next: 1, swept: 1, count: 0, bytes: 0 }));
    await level.close();
  },
})) {
  test(`where the spool should be is ${name}: it is set aside, and a new one begun`, async (context) => {
    const path = await temporary(context);
    await make(join(path, 'v1'));
    const { queue, events } = await spool(context, path);
    assert.deepEqual(events.map((event) => event.kind), ['damaged']);
    await queue.put(samples(0, 3));
    await queue.close();
    const again = await spool(context, path);
    assert.deepEqual(await numbers(again.queue), [0, 1, 2]);
    assert.deepEqual(again.events, []);
    assert.equal((await readdir(path)).length, 4);
  });
}
