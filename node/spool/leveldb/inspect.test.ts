import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { temporary } from '../queue.test.support.js';
import { random } from '../random.test.support.js';
import { findAll, inspect } from './inspect.js';
import { readManifest } from './manifest.js';

/** A database of real LevelDB files: compressed and not, tables of several levels, and a log; closed. */
async function database(path: string, compression: boolean): Promise<Map<string, string>> {
  const next = random(3);
  const level = new ClassicLevel(path, { compression, writeBufferSize: 64 * 1024, blockSize: 2048 });
  const written = new Map<string, string>();
  for (let batch = 0; batch < 60; batch += 1) {
    const puts = Array.from({ length: 50 }, (_, index) => {
      const key = `key-${String(Math.floor(next() * 5000))}`;
      return { type: 'put', key, value: `${String(index)} ${'repeat '.repeat(next() * 10)}${String(next()).repeat(next() * 8)}` } as const;
    });
    await level.batch(puts);
    for (const { key, value } of puts) written.set(key, value);
  }
  await level.close();
  return written;
}

for (const compression of [true, false]) {
  test(`reads what LevelDB wrote, ${compression ? 'compressed' : 'as it is'}`, async (context) => {
    const path = await temporary(context);
    const written = await database(path, compression);
    assert.deepEqual(await inspect(path), { as: 'whole' });
    const found = new Map<string, { value: string; sequence: number }>();
    for await (const { key, value, sequence } of findAll(path)) {
      if ((found.get(key)?.sequence ?? -1) < sequence) found.set(key, { value, sequence });
    }
    assert.deepEqual(new Map([...found].map(([key, { value }]) => [key, value])), written);
  });
}

test('notices any single flipped bit in what LevelDB would use, and reads on around it', async (context) => {
  const path = await temporary(context);
  const written = await database(path, true);
  const next = random(9);
  const current = (await readFile(join(path, 'CURRENT'), 'utf8')).trimEnd();
  const { tables, log } = readManifest(await readFile(join(path, current)));
  // What is superseded, and waits to be deleted, does not matter.
  const files = (await readdir(path)).filter((name) => {
    const number = Number.parseInt(name, 10);
    return tables.has(number) || (name.endsWith('.log') && number >= log) || name === current || name === 'CURRENT';
  });
  for (const name of files) {
    const file = join(path, name);
    const data = await readFile(file);
    for (let flip = 0; flip < 12; flip += 1) {
      const bit = Math.floor(next() * data.length * 8);
      // The footer of a table has some filling in it that nobody reads.
      if (name.endsWith('.ldb') && (bit >> 3) >= data.length - 48) continue;
      const flipped = Buffer.from(data);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await writeFile(file, flipped);
      const look = await inspect(path);
      // The length of a log's very last record may be flipped to what a torn one would have.
      if (!(name.endsWith('.log') && look.as === 'whole')) assert.equal(look.as, 'damaged', `${name}, bit ${String(bit)}`);
      let count = 0;
      for await (const { key, value } of findAll(path)) if (written.get(key) === value) count += 1;
      assert.ok(count > 0);
    }
    await writeFile(file, data);
  }
  assert.deepEqual(await inspect(path), { as: 'whole' });
});
