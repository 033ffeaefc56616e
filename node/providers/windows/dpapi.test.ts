import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../model/errors.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { unprotectData } from './dpapi.js';

/** A Windows that opens what it is given; `refusal` is its error where it does not. */
function windows(refusal = 0) {
  const freed: bigint[] = [];
  const { win32 } = new FakeWindows({
    GetLastError: () => refusal,
    addressOf: (buffer: Buffer) => { assert.deepEqual(buffer, Buffer.from('sealed')); return 0x1000n; },
    CryptUnprotectData: (input: Buffer, description: null, entropy: null, reserved: null, prompt: null, flags: number, output: Buffer) => {
      // A DATA_BLOB is a count of bytes and, at 8, where they are. 1 is CRYPTPROTECT_UI_FORBIDDEN.
      assert.deepEqual([input.length, input.readUInt32LE(), input.readBigUInt64LE(8), flags], [16, 6, 0x1000n, 1]);
      assert.deepEqual([description, entropy, reserved, prompt], [null, null, null, null]);
      if (refusal !== 0) return 0;
      output.writeUInt32LE(5);
      output.writeBigUInt64LE(0x2000n, 8);
      return 1;
    },
    bytesAt: (address: bigint, length: number) => { assert.deepEqual([address, length, freed], [0x2000n, 5, []]); return Buffer.from('guest'); },
    LocalFree: (memory: bigint) => { freed.push(memory); return 0; },
  });
  return { win32, freed };
}

test('a password that this machine has sealed is opened, and Windows\' copy of it freed', () => {
  const { win32, freed } = windows();
  assert.equal(unprotectData(win32, Buffer.from('sealed')).toString(), 'guest');
  assert.deepEqual(freed, [0x2000n]);
});

test('one that another machine has sealed: which setting, why, and what to do', () => {
  const { win32, freed } = windows(13);
  assert.throws(() => unprotectData(win32, Buffer.from('sealed')), (error) => {
    assert.ok(error instanceof ConfigError && error.code === 'PSA_SECRET_UNAVAILABLE');
    assert.match(error.message, /^broker\.password_dpapi: .* sealed on this machine .* \(CryptUnprotectData failed with Win32 error 13\); start the monitor anew with its credential$/);
    assert.match(String(error.cause), /error 13/);
    return true;
  });
  assert.deepEqual(freed, []);
});
