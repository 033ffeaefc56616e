import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Envelope } from '../model/message.js';
import { decode, encode, isTorn, marker, positionAt, recordBytes, recordHeader, recordLength, skippedAt } from './record.js';

const envelope: Envelope = { id: 'ü-17', time: 1_700_000_001, routingKey: 'Lieferung €', body: '{"metric":0,"unit":"µ"}' };

function encoded(one: Envelope, position = 7, skipped = 0, at = 0): { data: Buffer; length: number } {
  const bytes = recordBytes(one);
  const data = Buffer.alloc(at + bytes);
  const end = encode(data, at, { envelope: one, arrived: 1234.5, position, bytes }, position, skipped);
  assert.equal(end, at + bytes, 'as long as was told before');
  return { data, length: bytes };
}

for (const [what, one, position, skipped] of [
  ['a usual sample', envelope, 7, 0],
  ['nothing but a header', { id: '', time: 0, routingKey: '', body: '' }, 1, 0],
  ['the longest names, the largest position', { ...envelope, id: 'i'.repeat(0xffff), routingKey: 'k'.repeat(0xffff) }, Number.MAX_SAFE_INTEGER, 0xffffffff],
  ['a large body', { ...envelope, body: 'é'.repeat(500_000) }, 2, 1],
] as const) {
  test(`${what} is read as it was written, anywhere in a buffer`, () => {
    for (const at of [0, 13]) {
      const { data, length } = encoded(one, position, skipped, at);
      assert.equal(recordLength(data, at, data.length, length), length);
      assert.equal(positionAt(data, at), position);
      assert.equal(skippedAt(data, at), skipped);
      assert.deepEqual(decode(data, at, length, 99), { position: 99, envelope: one, arrived: 1234.5, bytes: length });
    }
  });
}

test('more positions skipped than the field holds are its most', () => {
  assert.equal(skippedAt(encoded(envelope, 7, 2 ** 40).data, 0), 0xffffffff);
});

test('a record of which only a part is there: more is needed, or it is none where the file ends', () => {
  const { data, length } = encoded(envelope);
  for (let end = 0; end < length; end += 1) {
    assert.equal(recordLength(data, 0, end, length), 0, `${String(end)} bytes of a longer file`);
    assert.equal(recordLength(data, 0, end, end), -1, `a file of ${String(end)} bytes`);
    assert.ok(isTorn(data.subarray(0, end)), `${String(end)} bytes are a torn record`);
  }
  assert.ok(!isTorn(data), 'a whole one is not torn');
});

test('every flipped bit is found', () => {
  const { data, length } = encoded(envelope);
  for (let bit = 0; bit < length * 8; bit += 1) {
    data.writeUInt8(data.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
    // With a length that is longer than the file there is no record either.
    assert.equal(recordLength(data, 0, length, length), -1, `bit ${String(bit)}`);
    data.writeUInt8(data.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  }
});

test('foreign bytes are no record, nor a torn one', () => {
  const foreign = Buffer.concat([Buffer.from('some text'), Buffer.alloc(recordHeader, 0xff)]);
  for (let at = 0; at + recordHeader <= foreign.length; at += 1) assert.equal(recordLength(foreign, at, foreign.length, foreign.length - at), -1);
  assert.ok(!isTorn(foreign));
  // A marker before lengths that lie.
  for (const length of [0, recordHeader - 1, 0xffffffff]) {
    const lying = Buffer.alloc(100);
    marker.copy(lying);
    lying.writeUInt32LE(length, 4);
    assert.equal(recordLength(lying, 0, 100, 100), -1);
  }
});
