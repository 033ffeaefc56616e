import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opening } from '../../test/support/windowsProcesses.js';
import { WindowsProcess } from './process.js';

test('username: DOMAIN\\user of the token\'s SID, which is looked up once; who refuses is told so', async () => {
  const sid = Buffer.from([1, 1, 0, 0, 0, 0, 0, 5, 20, 7, 7, 7]);
  let lookups = 0;
  const functions = {
    addressOf: () => 0x9000n,
    OpenProcessToken: (_: number, access: number, token: Buffer) => { assert.equal(access, 8); token.writeBigInt64LE(66n); return 1; },
    GetTokenInformation: (_: bigint, what: number, user: Buffer | null, __: number, length: Buffer) => {
      assert.equal(what, 1);
      length.writeUInt32LE(16 + sid.length);
      if (user === null) return 0;
      user.writeBigUInt64LE(0x9010n);
      sid.copy(user, 16);
      return 1;
    },
    LookupAccountSidW: (_: null, given: Buffer, name: Buffer, nameLength: Buffer, domain: Buffer, domainLength: Buffer) => {
      assert.deepEqual([nameLength, domainLength].map((length) => 2 * length.readUInt32LE()), [name.length, domain.length]);
      lookups += 1;
      assert.deepEqual(given, sid);
      name.write('svc-sql\0', 'utf16le');
      domain.write('CONTOSO\0', 'utf16le');
      return 1;
    },
  };
  const { one, opened } = opening(functions);
  assert.equal(await one.read('username'), 'CONTOSO\\svc-sql');
  assert.equal(await opening(functions).one.read('username'), 'CONTOSO\\svc-sql');
  assert.deepEqual([lookups, opened], [1, ['1000', 'close 66', 'close 5']]);
  const refused = opening({ ...functions, OpenProcessToken: () => 0, GetLastError: () => 5 });
  await assert.rejects(async () => refused.one.read('username'), { message: 'OpenProcessToken of the process 712 failed with Win32 error 5' });
});

/** A Windows whose process is that of the user whose number stands in its SID; `lookUp` names an account. */
function users(lookUp: (sid: Buffer, name: Buffer) => number, more: Parameters<typeof opening>[0] = {}) {
  let user = 0;
  const { table } = opening({
    addressOf: () => 0x9000n,
    OpenProcessToken: (_: number, __: number, token: Buffer) => { token.writeBigInt64LE(66n); return 1; },
    GetTokenInformation: (_: bigint, __: number, information: Buffer | null, ___: number, length: Buffer) => {
      length.writeUInt32LE(28);
      information?.writeBigUInt64LE(0x9010n);
      information?.writeUInt32LE(user, 24);
      return information === null ? 0 : 1;
    },
    LookupAccountSidW: (_: null, sid: Buffer, name: Buffer) => lookUp(sid, name),
    ...more,
  }).one;
  return (which: number) => {
    user = which;
    return new WindowsProcess(table, 712, '', table.find(712)!.entry).read('username');
  };
}

test('accounts that are asked for at once are told apart; one that has no name, or no SID, is told by the call that fails', async () => {
  const nameOf = users((sid, name) => { name.write(`user${String(sid.readUInt32LE(8))}\0`, 'utf16le'); return 1; });
  assert.deepEqual(await Promise.all([100_001, 100_002].map(async (which) => await nameOf(which))), ['\\user100001', '\\user100002']);
  await assert.rejects(async () => users(() => 0, { GetLastError: () => 1332 })(100_003), { message: 'LookupAccountSidW failed with Win32 error 1332' });
  const sidless = { GetLastError: () => 0, GetTokenInformation: (...[, , , , length]: [bigint, number, Buffer | null, number, Buffer]) => { length.writeUInt32LE(16); return 1; } };
  await assert.rejects(async () => users(() => 1, sidless)(100_004), { message: 'GetTokenInformation of the process 712 failed with Win32 error 122' });
});

test('names of accounts do not pile up: one is looked up again after so many others', async () => {
  let lookups = 0;
  const ask = users(() => { lookups += 1; return 1; });
  const nameOf = async (which: number): Promise<boolean> => {
    const before = lookups;
    await ask(which);
    return lookups > before;
  };
  assert.deepEqual([await nameOf(1), await nameOf(1)], [true, false]);
  for (let other = 2; other < 5000; other += 1) await nameOf(other);
  assert.equal(await nameOf(1), true);
});
