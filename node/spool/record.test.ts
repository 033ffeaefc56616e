import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from './crc32.js';
import { decode, encodeGap, encodeSample, keyOf, positionOf } from './record.js';

const envelope = { id: 'a 1\n', time: 1_700_000_000, routingKey: 'dépôt 3', body: '{"name":"温度 😀","metric":0}' };
const bytes = Buffer.byteLength(envelope.body);

test('the checksum is the one of IEEE 802.3', () => {
  assert.equal(crc32('123456789'), 'cbf43926');
  assert.equal(crc32(''), '00000000');
});

test('keys sort as positions do, and only ours are read', () => {
  const positions = [0, 1, 9, 10, 99, 2 ** 32, Number.MAX_SAFE_INTEGER];
  assert.deepEqual(positions.map(keyOf).sort(), positions.map(keyOf));
  assert.deepEqual(positions.map(keyOf).map(positionOf), positions);
  for (const key of ['s', 'r1', 'r000000000000000x', '']) assert.equal(positionOf(key), undefined);
});

test('a sample comes back as it was, from its own position only', () => {
  for (const one of [envelope, { ...envelope, id: '', routingKey: '', body: '' }]) {
    const entry = { envelope: one, bytes: Buffer.byteLength(one.body), arrived: 1_700_000_000_123 };
    assert.deepEqual(decode(42, encodeSample(42, entry)), { kind: 'sample', entry });
    assert.equal(decode(43, encodeSample(42, entry)), undefined);
  }
  assert.deepEqual(decode(7, encodeGap(7, 12)), { kind: 'gap', until: 12 });
});

test('no single flipped bit goes unnoticed', () => {
  const data = Buffer.from(encodeSample(42, { envelope, bytes, arrived: 1 }));
  for (let bit = 0; bit < data.length * 8; bit += 1) {
    const flipped = Buffer.from(data);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(decode(42, flipped.toString()), undefined, `bit ${String(bit)}`);
  }
});
