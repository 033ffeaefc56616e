import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { crc32, crc32ByTable } from './crc32.js';
import { random } from './random.test.support.js';

test('the check value of CRC-32, and of nothing', () => {
  for (const one of [crc32, crc32ByTable]) {
    assert.equal(one(Buffer.from('123456789')), 0xcbf43926);
    assert.equal(one(Buffer.alloc(0)), 0);
    assert.equal(one(Buffer.alloc(0), 0x12345678), 0x12345678);
  }
});

const native = (zlib as { crc32?: typeof crc32ByTable }).crc32;

test('by table it is what Node computes, in one part or several', { skip: native === undefined && 'this Node has no crc32 of its own' }, () => {
  const next = random(3);
  for (let length = 0; length < 300; length += 1) {
    const data = Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
    const seed = Math.floor(next() * 2 ** 32);
    const cut = Math.floor(next() * length);
    assert.equal(crc32ByTable(data, seed), native?.(data, seed));
    assert.equal(crc32ByTable(data.subarray(cut), crc32ByTable(data.subarray(0, cut))), native?.(data));
  }
});
