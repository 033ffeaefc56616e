import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structure } from '../../test/support/structure.js';
import { opening, text } from '../../test/support/windowsProcesses.js';
import * as layouts from './layouts.js';

test('open_files: handles that are files on a disk; those that are not, cannot be copied or were closed meanwhile are left out', async () => {
  const [Head, Entry] = [layouts.PROCESS_HANDLE_SNAPSHOT_INFORMATION, layouts.PROCESS_HANDLE_TABLE_ENTRY_INFO];
  const [file, pipe, foreign, gone, astray, edge, beyond, empty] = [0x10n, 0x14n, 0x18n, 0x1cn, 0x20n, 0x24n, 0x28n, 0x2cn];
  const sizes: number[] = [];
  const { one, opened } = opening({
    addressOf: () => 0x9000n, GetCurrentProcess: () => -1,
    NtQueryInformationProcess: (_: number, what: number, list: Buffer, size: number) => {
      assert.equal(what, 51);
      sizes.push(size);
      if (size < 128 * 1024) return 0xc0000004;
      list.writeBigUInt64LE(8n, Head.NumberOfHandles);
      for (const [at, handle] of [file, pipe, foreign, gone, astray, edge, beyond, empty].entries()) structure(Entry, { HandleValue: handle }).copy(list, Head.size + at * Entry.size);
      return 0;
    },
    DuplicateHandle: (...args: [number, bigint, number, Buffer]) => { args[3].writeBigInt64LE(args[1] + 0x100n); return args[1] === foreign ? 0 : 1; },
    GetFileType: (handle: bigint) => (handle === pipe + 0x100n ? 3 : 1),
    NtQueryObject: (handle: bigint, what: number, name: Buffer) => {
      assert.equal(what, 1);
      const path = Buffer.from('\\Device\\HarddiskVolume3\\data.mdf', 'utf16le');
      // Names are said to lie before the buffer, at its very end, and a character beyond that.
      const places = new Map([[astray, 0x1000 - 0x9000], [edge, name.length - path.length], [beyond, name.length - path.length + 2]]);
      const place = places.get(handle - 0x100n) ?? layouts.UNICODE_STRING.size;
      text(name, 0, handle === empty + 0x100n ? 0 : path.length, 0x9000n + BigInt(place));
      if (place >= 0) path.copy(name, place);
      return handle === gone + 0x100n ? 0xc0000008 : 0;
    },
  });
  assert.deepEqual(await one.read('open_files'), [file, edge].map(() => ({ path: 'C:\\data.mdf', fd: -1 })));
  assert.deepEqual([sizes, opened], [[65_536, 131_072], ['440', ...[file, pipe, gone, astray, edge, beyond, empty].map((handle) => `close ${String(handle + 0x100n)}`), 'close 5']]);
});

/** A Windows that answers what is asked of a process's handles with a list, or a status. */
const listing = (list: (buffer: Buffer) => number, more: Parameters<typeof opening>[0] = {}) => opening({
  addressOf: () => 0x9000n, GetCurrentProcess: () => -1, GetFileType: () => 1, DuplicateHandle: () => 0,
  NtQueryInformationProcess: (_: number, __: number, buffer: Buffer) => list(buffer), ...more,
});

test('open_files: a number of handles that lies reads no further; what is no lack of room, or never has enough, is told', async () => {
  assert.deepEqual(await listing((list) => { list.writeBigUInt64LE(2n ** 40n); return 0; }).one.read('open_files'), []);
  for (const [status, most] of [[0xc0000005, 1], [0xc0000004, 20]] as const) {
    let asked = 0;
    const { one, opened } = listing(() => { asked += 1; return status; });
    await assert.rejects(async () => one.read('open_files'), { message: `NtQueryInformationProcess(ProcessHandleInformation) of the process 712 failed with Win32 error ${String(status & 0xffff)}` });
    assert.ok(asked <= most, String(asked));
    assert.equal(opened.at(-1), 'close 5');
  }
});

test('open_files: two processes that are asked at once have each their own', async () => {
  const { one } = listing((list) => { list.writeBigUInt64LE(1n); return 0; }, {
    OpenProcess: (_: number, __: number, pid: number) => pid,
    DuplicateHandle: (...args: [number, bigint, number, Buffer]) => { args[3].writeBigInt64LE(BigInt(args[0])); return 1; },
    NtQueryObject: (handle: bigint, _: number, name: Buffer) => {
      text(name, 0, 6, 0x9000n + 16n);
      name.write(String(handle), 16, 'utf16le');
      return 0;
    },
  });
  const read = (pid: number) => one.table.find(pid)!.read('open_files');
  assert.deepEqual(await Promise.all([read(712), read(800)]), [[{ path: '712', fd: -1 }], [{ path: '800', fd: -1 }]]);
});
