/** What PDH is asked, and what is made of answers that do not fit, or never do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { pdhmsg } from '../../test/support/fakePdh.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { parseValues, Pdh } from './pdh.js';

const pdhOf = (functions: ConstructorParameters<typeof FakeWindows>[0]): Pdh => new Pdh(new FakeWindows(functions).win32);
const texts = (...list: string[]): Buffer => Buffer.from([...list, '', ''].join('\0'), 'utf16le');

test('a list that grows between two calls is asked for anew, and given up where it never fits', async () => {
  const rooms: number[] = [];
  const growing = (fits: number) => pdhOf({
    PdhEnumObjectsW: (...[source, machine, list, characters, detail, refresh]: [null, null, Buffer | null, Buffer, number, number]) => {
      assert.deepEqual([source, machine, detail, refresh, characters.readUInt32LE()], [null, null, 400, 0, (list?.length ?? 0) / 2]);
      rooms.push(characters.readUInt32LE());
      const all = texts('System', 'Speicher');
      if (list === null || rooms.filter((room) => room > 0).length < fits) {
        characters.writeUInt32LE(rooms.length * 10_000);
        return pdhmsg.MORE_DATA;
      }
      all.copy(list);
      return 0;
    },
  });
  assert.deepEqual(await growing(2).objects(), ['System', 'Speicher']);
  // Asked for its size, with room for that and a little more, and both again.
  assert.deepEqual(rooms.map((room) => Math.trunc(room / 10_000)), [0, 1, 0, 3]);
  rooms.length = 0;
  await assert.rejects(growing(Infinity).objects(), (error) => error instanceof UnavailableError && error.message.startsWith('PdhEnumObjectsW: '));
  assert.equal(rooms.length, 5);
  assert.deepEqual(await pdhOf({ PdhEnumObjectsW: () => 0 }).objects(), [], 'no objects need no room');
  let asked = 0;
  await assert.rejects(pdhOf({ PdhEnumObjectsW: () => { asked += 1; return 0xc0000bbc; } }).objects(), /^\w*Error: PdhEnumObjectsW: /);
  assert.equal(asked, 1);
});

test('a list that is said to be larger than any has bounded room', async () => {
  const rooms: number[] = [];
  const pdh = pdhOf({
    PdhEnumObjectsW: (...[, , list, characters]: [null, null, Buffer | null, Buffer, number, number]) => {
      rooms.push(list?.length ?? 0);
      characters.writeUInt32LE(2 ** 32 - 1);
      texts('System').copy(list ?? Buffer.alloc(0));
      return list === null ? pdhmsg.MORE_DATA : 0;
    },
  });
  assert.deepEqual(await pdh.objects(), ['System']);
  assert.deepEqual(rooms, [0, 64 * 1024 * 1024 + 1024]);
});

test('an object\'s counters and instances, likewise', async () => {
  let calls = 0;
  const growing = (fits: number) => pdhOf({
    PdhEnumObjectItemsW: (...args: [null, null, string, Buffer | null, Buffer, Buffer | null, Buffer, number, number]) => {
      const [, , object, counters, counterCharacters, instances, instanceCharacters, detail, flags] = args;
      calls += 1;
      assert.ok(counters?.length !== 0 && instances?.length !== 0, 'no memory is null, which is what asks for the size');
      assert.deepEqual([object, detail, flags, counterCharacters.readUInt32LE(), instanceCharacters.readUInt32LE()], ['Prozessor', 400, 0, (counters?.length ?? 0) / 2, (instances?.length ?? 0) / 2]);
      if (counters === null || instances === null || calls < fits) {
        counterCharacters.writeUInt32LE(4000);
        instanceCharacters.writeUInt32LE(30);
        return pdhmsg.MORE_DATA;
      }
      assert.ok(counters.length >= 8000 && instances.length >= 60, 'two bytes a character');
      texts('Prozessorzeit (%)', 'Interrupts/s').copy(counters);
      texts('0', '_Total').copy(instances);
      return 0;
    },
  });
  const items = { counters: ['Prozessorzeit (%)', 'Interrupts/s'], instances: ['0', '_Total'] };
  assert.deepEqual(await growing(2).items('Prozessor'), items);
  assert.equal(calls, 2);
  calls = 0;
  assert.deepEqual(await growing(3).items('Prozessor'), items);
  assert.equal(calls, 4, 'its size is asked for anew');
  calls = 0;
  await assert.rejects(growing(Infinity).items('Prozessor'), /^\w*Error: The object Prozessor: /);
  assert.equal(calls, 5);
});

test('a counter whose instances outgrow every room is given up', async () => {
  const rooms: number[] = [];
  const pdh = pdhOf({
    PdhGetFormattedCounterArrayW: (...[, , size, , items]: [bigint, number, Buffer, Buffer, Buffer | null]) => {
      rooms.push(items?.length ?? 0);
      size.writeUInt32LE(items === null ? 2400 : 0);
      return pdhmsg.MORE_DATA;
    },
  });
  await assert.rejects(pdh.values(1n, Buffer.alloc(0), '\\Process(*)\\Handle Count'), /^\w*Error: The performance counter \\Process\(\*\)\\Handle Count: /);
  // Room for instances that come before the next call.
  assert.deepEqual(rooms, [0, 2784, 0, 2784, 0]);
});

test('the registry\'s names: in English and in the language of Windows, with more room until they fit, within bounds', async () => {
  const asked: [root: number, size: number][] = [];
  const names = (need: number, code = 0) => pdhOf({
    RegQueryValueExW: (root: number, name: string, reserved: null, type: null, text: Buffer, size: Buffer) => {
      assert.deepEqual([name, reserved, type, size.readUInt32LE()], ['Counter', null, null, text.length]);
      asked.push([root, text.length]);
      if (code !== 0) return code;
      if (text.length < need) {
        size.writeUInt32LE(Math.min(need, 2 ** 32 - 1));
        return 234;
      }
      const list = texts('2', 'System');
      list.copy(text);
      size.writeUInt32LE(list.length);
      return 0;
    },
  });
  const mebibyte = 1024 * 1024;
  assert.deepEqual(await names(1).names(true), ['2', 'System']);
  // HKEY_PERFORMANCE_TEXT, HKEY_PERFORMANCE_NLSTEXT.
  assert.deepEqual(await names(5 * mebibyte).names(false), ['2', 'System']);
  assert.deepEqual(asked, [[-2147483568, mebibyte], [-2147483552, mebibyte], [-2147483552, 5 * mebibyte]]);
  await assert.rejects(names(1, 5).names(true), { message: 'The names of the performance counters cannot be read from the registry: Win32 error 5' });
  asked.length = 0;
  await assert.rejects(names(Infinity).names(true), { message: 'The names of the performance counters are more than any Windows has' });
  assert.deepEqual(asked.map(([, size]) => size / mebibyte), [1, 64, 64, 64, 64]);
});

test('what PDH refuses is told with what it is of', async () => {
  const refuse = (): number => pdhmsg.INVALID_HANDLE;
  const pdh = pdhOf({ PdhAddEnglishCounterW: refuse, PdhGetFormattedCounterArrayW: refuse, PdhEnumObjectItemsW: refuse });
  const words = 'its query is gone (PDH_INVALID_HANDLE)';
  await assert.rejects(pdh.addCounter(1n, '\\A\\B'), { message: `The performance counter \\A\\B: ${words}` });
  await assert.rejects(pdh.values(1n, Buffer.alloc(0), '\\A(*)\\B'), { message: `The performance counter \\A(*)\\B: ${words}` });
  await assert.rejects(pdh.items('A'), { message: `The object A: ${words}` });
});

test('a value has the status that says why: its own, where the call says no more than that it is not valid', async () => {
  for (const [call, own, told] of [[0, 0, 0], [0, 1, 1], [0, 0xc0000bba, 0xc0000bba], [0xc0000bc6, 0xc0000bba, 0xc0000bba], [0xc0000bbc, 0, 0xc0000bbc], [0xc0000bc6, 1, 0xc0000bc6]] as const) {
    const pdh = pdhOf({ PdhGetFormattedCounterValue: (...[, , , value]: [bigint, number, null, Buffer]) => { value.writeUInt32LE(own); return call; } });
    assert.equal((await pdh.value(1n)).status, told);
  }
});

test('an item whose name lies outside its memory is left out, and a count that lies reads no further', () => {
  const item = (name: bigint, value: number): Buffer => {
    const bytes = Buffer.alloc(24);
    bytes.writeBigUInt64LE(name, 0);
    bytes.writeDoubleLE(value, 16);
    return bytes;
  };
  const memory = Buffer.concat([item(0x1000n + 72n, 1), item(0xff8n, 2), item(0x1000n + 76n, 3), Buffer.from('a\0', 'utf16le')]);
  assert.deepEqual(parseValues(memory, 0x1000n, 3), [{ name: 'a', status: 0, value: 1 }]);
  assert.deepEqual(parseValues(memory, 0x1000n, 9), [{ name: 'a', status: 0, value: 1 }]);
  assert.deepEqual(parseValues(memory, 0x1000n, 0), []);
  assert.deepEqual(parseValues(item(0x1008n, 4), 0x1000n, 1), [{ name: '', status: 0, value: 4 }], 'the last item ends with the memory');
});
