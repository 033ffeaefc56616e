import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { PERFORMANCE_INFORMATION as Information } from './layouts.js';
import { swapMemory } from './memory.js';

/** A Windows with so many pages of 4096 bytes. */
const windows = (physical: bigint, limit: bigint) => new FakeWindows({
  K32GetPerformanceInfo: (buffer: Buffer) => structure(Information, { PageSize: 4096n, PhysicalTotal: physical, CommitLimit: limit }).copy(buffer) && 1,
}).win32;

test('page files are what may be committed beyond memory; how far they are used the counter tells, which is not asked where there are none', async () => {
  assert.deepEqual(await swapMemory(windows(100n, 300n), () => Promise.resolve(25)), { total: 819_200, used: 204_800, free: 614_400, percent: 25, sin: 0, sout: 0 });
  const unasked = (): Promise<number> => { throw new Error('asked'); };
  assert.deepEqual(await swapMemory(windows(100n, 100n), unasked), { total: 0, used: 0, free: 0, percent: 0, sin: 0, sout: 0 });
});

test('where the counter cannot be had its reason is told in its place; a fault of ours is none', async () => {
  const refused = (error: Error) => swapMemory(windows(100n, 101n), () => Promise.reject(error));
  assert.deepEqual(await refused(new UnavailableError('no counter')), { total: 4096, sin: 0, sout: 0, untold: 'no counter' });
  await assert.rejects(refused(new TypeError('a fault of ours')), TypeError);
});
