import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRegistry } from '../../test/support/fakeRegistry.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { keyExists, registryValue } from './registry.js';

const key = 'SOFTWARE\\Some';

/** A registry of one key; `query`: what asking for a value gives. */
function windows(values: Readonly<Record<string, Buffer>>, query?: (size: Buffer) => number) {
  const { functions, left } = fakeRegistry({ [key]: values }, 'SOFTWARE\\Closed');
  let asked = 0;
  const RegQueryValueExW = (...args: Parameters<typeof functions.RegQueryValueExW>): number => {
    asked += 1;
    return query?.(args[5]) ?? functions.RegQueryValueExW(...args);
  };
  return { win32: new FakeWindows({ ...functions, RegQueryValueExW }).win32, left, asked: () => asked };
}

test('a value is given whole, whatever its length; one that is not there is none', async () => {
  const values = { short: Buffer.from('ab'), long: Buffer.alloc(100_000, 7), none: Buffer.alloc(0) };
  const { win32, left, asked } = windows(values);
  for (const [name, data] of Object.entries(values)) assert.deepEqual(await registryValue(win32, key, name), { type: 7, data });
  assert.equal(asked(), 4, 'a long one twice: for its length, and with room for it');
  assert.deepEqual([await registryValue(win32, key, 'other'), await registryValue(win32, 'SOFTWARE\\Other', 'short')], [undefined, undefined]);
  assert.deepEqual([await keyExists(win32, key), await keyExists(win32, 'SOFTWARE\\Other')], [true, false]);
  assert.equal(left(), 0);
});

test('what Windows refuses is told by its place, and nothing stays open', async () => {
  const refused = windows({ name: Buffer.from('x') }, () => 5);
  await assert.rejects(registryValue(refused.win32, key, 'name'), { name: 'UnavailableError', message: `RegQueryValueExW of HKLM\\${key}\\name failed with Win32 error 5` });
  await assert.rejects(keyExists(refused.win32, 'SOFTWARE\\Closed'), { name: 'UnavailableError', message: 'RegOpenKeyExW of HKLM\\SOFTWARE\\Closed failed with Win32 error 5' });
  assert.deepEqual([refused.left(), refused.asked()], [0, 1]);
});

test('a value that grows with every look, or is larger than any, is given up', async () => {
  const growing = windows({}, (size) => { size.writeUInt32LE(size.readUInt32LE() + 1); return 234; });
  await assert.rejects(registryValue(growing.win32, key, 'name'), { message: `RegQueryValueExW of HKLM\\${key}\\name failed with Win32 error 234` });
  assert.ok(growing.asked() < 20, String(growing.asked()));
  const large = windows({ name: Buffer.alloc(7 * 1024 * 1024) });
  assert.equal((await registryValue(large.win32, key, 'name'))?.data.length, 7 * 1024 * 1024);
});
