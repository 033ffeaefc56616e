import assert from 'node:assert/strict';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { SpoolError } from '../model/errors.js';
import { lock } from './lock.js';
import { temporary } from './queue.test.support.js';

const refused = (folder: string) => (error: unknown) => error instanceof SpoolError && error.code === 'PSA_SPOOL_LOCKED' && error.message.includes(folder);

test('whoever connects to a lock is sent away, and keeps nobody from letting go of it', { skip: process.platform !== 'linux' }, async (context) => {
  const folder = await temporary(context);
  const unlock = await lock(folder);
  const { dev, ino } = await stat(folder);
  const guest = connect(`\0psutil-agent-spool-${String(dev)}-${String(ino)}`);
  await once(guest, 'close');
  await unlock();
  await (await lock(folder))();
});

test('a folder is one, whatever path leads to it', async (context) => {
  const folder = await temporary(context);
  const unlock = await lock(folder);
  await assert.rejects(lock(`${folder}/../${folder.split(/[\\/]/).at(-1) ?? ''}`), refused(folder.slice(-6)));
  await unlock();
});
