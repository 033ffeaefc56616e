import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structure } from '../../test/support/structure.js';
import { opening } from '../../test/support/windowsProcesses.js';
import * as layouts from './layouts.js';
import { privatePages } from './processMemory.js';

test('pages that nobody shares are a process\'s own', () => {
  const set = Buffer.from(new BigUint64Array([5n, 0x1000n, 0x2120n, 0x3140n, 0x4000n, 0x5040n, 0n]).buffer);
  assert.equal(privatePages(set), 4);
  set.writeBigUInt64LE(1000n);
  assert.equal(privatePages(set), 5, 'a number of pages that lies reads no further');
});

test('memory_footprint: a list of pages that has room to be told, 4 KiB each', async () => {
  const sizes: number[] = [];
  const { one, opened } = opening({
    NtQueryVirtualMemory: (_: number, __: number, what: number, set: Buffer, size: number) => {
      assert.equal(what, 1);
      sizes.push(size);
      if (size < 128 * 1024) return 0xc0000004;
      set.writeBigUInt64LE(10_000n);
      // Shared by two, all but the first five hundred.
      for (let at = 1; at <= 10_000; at += 1) set.writeBigUInt64LE(BigInt(at <= 500 ? 0x1000 : 0x1140), at * 8);
      return 0;
    },
  });
  assert.deepEqual(await one.read('memory_footprint'), { uss: 500 * 4096 });
  assert.deepEqual([sizes, opened], [[32_768, 65_536, 131_072], ['400', 'close 5']]);
  const refused = opening({ NtQueryVirtualMemory: () => 5 });
  await assert.rejects(Promise.resolve(refused.one.read('memory_footprint')), /NtQueryVirtualMemory\(MemoryWorkingSetInformation\) of the process 712 failed with Win32 error 5/);
  assert.deepEqual(refused.opened, ['400', 'close 5']);
});

test('memory_maps: the mapped files, and the bytes of all regions of each', () => {
  const regions = [[0x1000n, 0x2000n, 'a.dll'], [0x3000n, 0x1000n, ''], [0x4000n, 0x1000n, 'a.dll'], [0x5000n, 0x7000n, 'b.dll']] as const;
  const { one, opened } = opening({
    VirtualQueryEx: (_: number, address: bigint, region: Buffer) => {
      const found = regions.find(([start, size]) => address < start + size);
      if (found === undefined) return 0;
      structure(layouts.MEMORY_BASIC_INFORMATION, { BaseAddress: found[0], RegionSize: found[1] }).copy(region);
      return layouts.MEMORY_BASIC_INFORMATION.size;
    },
    K32GetMappedFileNameW: (_: number, address: bigint, name: Buffer, characters: number) => {
      assert.equal(2 * characters, name.length);
      const file = regions.find(([start]) => start === address)?.[2] ?? '';
      return file === '' ? 0 : name.write(`\\Device\\HarddiskVolume3\\${file}\0`, 'utf16le') / 2;
    },
  });
  assert.deepEqual(one.read('memory_maps'), [{ path: 'C:\\a.dll', rss: 0x3000 }, { path: 'C:\\b.dll', rss: 0x7000 }]);
  assert.deepEqual(opened, ['410', 'close 5']);
  const stuck = { VirtualQueryEx: (_: number, __: bigint, region: Buffer) => { region.fill(0); return region.length; }, K32GetMappedFileNameW: () => 0 };
  assert.throws(() => opening(stuck).one.read('memory_maps'), /VirtualQueryEx of the process 712/, 'a region of no bytes is the last');
  assert.throws(() => opening({ VirtualQueryEx: () => 0 }).one.read('memory_maps'), /VirtualQueryEx of the process 712 failed with Win32 error 87/);
});
