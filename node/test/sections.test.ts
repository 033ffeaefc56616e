import assert from 'node:assert/strict';
import { test } from 'node:test';

interface Tool { readonly alignSections: (bytes: Buffer) => Buffer }
const { alignSections } = (await import(new URL('../../tools/windows/sections.mjs', import.meta.url).href)) as Tool;

/** A program of these sections, each at a multiple of 512 bytes as linkers have it, and a signature behind them. */
function program(contents: readonly string[]): Buffer {
  const file = Buffer.alloc(1024 + 512 * contents.length + 100);
  const [header, optional, size] = [64, 88, 240];
  file.write('MZ');
  file.writeUInt32LE(header, 60);
  file.write('PE\0\0', header, 'latin1');
  file.writeUInt16LE(contents.length, header + 6);
  file.writeUInt16LE(size, header + 20);
  file.writeUInt16LE(0x20b, optional);
  file.writeUInt32LE(4096, optional + 32);
  file.writeUInt32LE(512, optional + 36);
  file.writeUInt32LE(1024, optional + 60);
  file.writeUInt32LE(1024 + 512 * contents.length, optional + 144);
  file.writeUInt32LE(100, optional + 148);
  for (const [index, text] of contents.entries()) {
    const at = optional + size + 40 * index;
    // One that is all zeros has nothing in the file.
    if (text === '') continue;
    file.writeUInt32LE(512, at + 16);
    file.writeUInt32LE(1024 + 512 * index, at + 20);
    file.write(text, 1024 + 512 * index);
  }
  return file;
}

function sections(file: Buffer): { at: number; size: number; text: string }[] {
  const header = file.readUInt32LE(60);
  return Array.from({ length: file.readUInt16LE(header + 6) }, (_, index) => {
    const entry = header + 24 + file.readUInt16LE(header + 20) + 40 * index;
    const [size, at] = [file.readUInt32LE(entry + 16), file.readUInt32LE(entry + 20)];
    return { at, size, text: file.toString('latin1', at, at + size).replace(/\0+$/, '') };
  });
}

test('every section of a program is at a page, and holds what it held; the signature is gone', () => {
  const aligned = alignSections(program(['code', 'data', '', 'resources']));
  assert.deepEqual(sections(aligned), [
    { at: 4096, size: 4096, text: 'code' }, { at: 8192, size: 4096, text: 'data' }, { at: 0, size: 0, text: '' }, { at: 12288, size: 4096, text: 'resources' },
  ]);
  assert.deepEqual([aligned.length, aligned.readUInt32LE(88 + 36), aligned.readUInt32LE(88 + 60)], [16384, 4096, 4096]);
  assert.deepEqual(aligned.subarray(88 + 144, 88 + 152), Buffer.alloc(8));
  assert.deepEqual(alignSections(aligned), aligned);
});

test('what is no 64-bit program is left as it is', () => {
  const other = program(['code']);
  other.writeUInt16LE(0x10b, 88);
  for (const bytes of [other, Buffer.from('text'), Buffer.alloc(100)]) assert.equal(alignSections(bytes), bytes);
});
