import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeText, EncodingError, writeText } from './encoding.js';

const refused = (bytes: readonly number[] | Buffer, pattern: RegExp): void => {
  assert.throws(() => decodeText(Buffer.from(bytes)), (error) => error instanceof EncodingError && pattern.test(error.message));
};

describe('decodeText', () => {
  it('reads UTF-8 and UTF-16 of either order, without their byte order mark', () => {
    for (const bytes of [Buffer.from('[é🙂]'), Buffer.from('\ufeff[é🙂]'), Buffer.from('\ufeff[é🙂]', 'utf16le'), Buffer.from('\ufeff[é🙂]', 'utf16le').swap16()]) {
      assert.equal(decodeText(bytes), '[é🙂]');
    }
    assert.equal(decodeText(Buffer.alloc(0)), '');
  });

  it('names the byte that is in no such text, and where', () => {
    refused(Buffer.from('p\xe9ss', 'latin1'), /expected text in UTF-8, or in UTF-16 with its byte order mark, found the byte E9 at offset 1; save the file as UTF-8/);
    refused([0x61, 0x80], /byte 80 at offset 1/);
    refused([0xc3, 0xa9, 0xff], /byte FF at offset 2/);
    refused([0xef, 0xbb, 0xbf, 0x61, 0xff], /byte FF at offset 4/);
    refused([0x61, 0xe2, 0x82], /byte E2 at offset 1/);
  });

  it('refuses UTF-32, UTF-16 without its mark and UTF-16 that is cut off', () => {
    refused([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0], /bytes FF FE 00 00 of UTF-32/);
    refused([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61], /bytes 00 00 FE FF of UTF-32/);
    refused(Buffer.from('é=ab', 'utf16le'), /byte E9 at offset 0/);
    refused(Buffer.from('ab', 'utf16le'), /byte 00 at offset 1, as UTF-16 without its mark or a binary file has it/);
    refused([0xff, 0xfe, 0x61], /UTF-16 that is cut off or damaged/);
    refused([0xfe, 0xff, 0xd8, 0x00], /UTF-16 that is cut off or damaged/);
  });
});

it('writeText writes UTF-8 at its place, no character in part and nothing behind the end', () => {
  const into = Buffer.alloc(8, '.');
  assert.equal(writeText(into, 'é🙂', 1), 6);
  assert.equal(into.toString(), '.é🙂.');
  assert.equal(writeText(into.fill('.'), 'ab🙂', 3), 2);
  assert.equal(into.toString(), '...ab...');
});
