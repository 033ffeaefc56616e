import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpoolError } from '../model/errors.js';
import { countSpool } from './count.js';
import { samples, spool, temporary } from './queue.test.support.js';

/** Every file below a folder, with its bytes. */
async function contents(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, await readFile(file, 'base64')] as const)));
}

test('counts what a spool holds that nobody uses, torn and damaged ends left as they are', async (context) => {
  const path = await temporary(context);
  const { queue } = await spool(context, path);
  await queue.put(samples(0, 100));
  queue.ack(30);
  const held = queue.stats();
  await queue.close();
  const before = await contents(path);
  assert.deepEqual(await countSpool(path), { count: 70, bytes: held.bytes });
  const segment = Object.keys(before).find((file) => file.endsWith('.seg'))!;
  await appendFile(segment, Buffer.from([0xf5, 0xff, 0xfe]));
  const torn = await contents(path);
  assert.equal((await countSpool(path)).count, 70);
  assert.deepEqual(await contents(path), torn, 'nothing was changed');
});

test('an empty one holds nothing; where it cannot be told, that is an error', async (context) => {
  const home = await temporary(context);
  const path = join(home, 'spool');
  await mkdir(path);
  assert.deepEqual(await countSpool(path), { count: 0, bytes: 0 });
  for (const name of ['v1.bak', 'old-v1']) await mkdir(join(path, name));
  assert.deepEqual(await countSpool(path), { count: 0, bytes: 0 }, 'these are no versions');
  await assert.rejects(countSpool(join(home, 'none')), { code: 'ENOENT' });
  await mkdir(join(path, 'v1'));
  await assert.rejects(countSpool(path), (error: unknown) => error instanceof SpoolError && error.code === 'PSA_SPOOL_DAMAGED' && error.message.includes(path));
});

test('no link is followed', { skip: process.platform === 'win32' }, async (context) => {
  const home = await temporary(context);
  const real = join(home, 'real');
  const { queue } = await spool(context, real);
  await queue.put(samples(0, 5));
  await queue.close();
  await symlink(real, join(home, 'link'));
  await mkdir(join(home, 'other'));
  await symlink(join(real, 'v2'), join(home, 'other', 'v2'));
  for (const name of ['link', 'other']) await assert.rejects(countSpool(join(home, name)), /is a link/);
  await cp(real, join(home, 'copy'), { recursive: true });
  assert.equal((await countSpool(join(home, 'copy'))).count, 5);
});
