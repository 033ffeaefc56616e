import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { libc, refusal } from './libc.js';

test('what the system refuses is told in its words, or by its number where there are none', () => {
  assert.equal(refusal('statvfs("/x")', -2).message, 'no such file or directory (ENOENT): statvfs("/x")');
  assert.equal(refusal('it', -9999).message, 'a reason that Node does not know (errno 9999): it');
});

test('a path that is not there is refused by the call and the path', { skip: process.platform !== 'linux' }, async () => {
  await assert.rejects((await libc()).statvfs('/no/such'), { name: 'UnavailableError', message: 'no such file or directory (ENOENT): statvfs("/no/such")' });
});

test('interfaces have the addresses that Node tells too, and no other lines', { skip: process.platform !== 'linux' }, async () => {
  const rows = (await libc()).interfaces();
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family } of addresses ?? []) {
      assert.ok(rows.some((row) => row.name === name && row.family === (family === 'IPv6' ? 10 : 2) && row.address?.split('%')[0] === address), `${name} ${address}`);
    }
  }
  assert.ok(rows.every(({ name, family }) => name !== '' && [0, 2, 10, 17].includes(family)));
});

test('who lacks a number of ioprio_get says so', { skip: process.platform !== 'linux' }, async () => {
  const { ioPriorityOf } = await libc();
  const before = process.arch;
  Object.defineProperty(process, 'arch', { value: 's390x' });
  try {
    assert.throws(() => ioPriorityOf(process.pid), { message: 'The number of ioprio_get on s390x is not known.' });
  } finally {
    Object.defineProperty(process, 'arch', { value: before });
  }
});
