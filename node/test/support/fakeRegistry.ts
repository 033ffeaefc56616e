import assert from 'node:assert/strict';

/** The values of a key by their names. */
export type RegistryValues = Readonly<Record<string, Buffer>>;

/** Texts as the registry holds them, each with its zero. */
export const registryTexts = (...texts: string[]): Buffer => Buffer.from([...texts, ''].join('\0'), 'utf16le');

/** The registry's functions over keys of HKEY_LOCAL_MACHINE; opening `refused` gives error 5. `left`: how many keys are open. */
export function fakeRegistry(keys: Readonly<Record<string, RegistryValues>>, refused = '') {
  const open = new Map<number, RegistryValues>();
  let last = 0;
  const functions = {
    RegOpenKeyExW: (...[root, path, options, access, opened]: [number, string, number, number, Buffer]) => {
      assert.deepEqual([root, options, access], [-2147483646, 0, 0x20119]);
      if (path === refused) return 5;
      const values = keys[path];
      if (values === undefined) return 2;
      last += 1;
      open.set(last, values);
      opened.writeBigInt64LE(BigInt(last));
      return 0;
    },
    RegQueryValueExW: (...[key, name, reserved, type, data, size]: [bigint, string, null, Buffer, Buffer, Buffer]) => {
      assert.equal(reserved, null);
      const value = open.get(Number(key))![name];
      if (value === undefined) return 2;
      const room = size.readUInt32LE();
      assert.equal(room, data.length);
      size.writeUInt32LE(value.length);
      if (room < value.length) return 234;
      type.writeUInt32LE(7);
      value.copy(data);
      return 0;
    },
    RegCloseKey: (key: bigint) => { assert.ok(open.delete(Number(key))); return 0; },
    FormatMessageW: () => 0,
  };
  return { functions, left: () => open.size };
}
