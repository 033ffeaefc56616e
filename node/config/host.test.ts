import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { Random } from '../test/chaos/random.js';
import { hostPattern, isHost, isThisHost, longestHost } from './host.js';

describe('isHost', () => {
  it('is what the pattern of the schema says, whatever it is asked', () => {
    const pattern = new RegExp(hostPattern, 'u');
    const random = new Random(20_261_128);
    const parts = ['a', 'Z', '0', '_', '-', '.', ':', '%', 'fe80', '::', 'é', '\u0301', '中', '\u{1d7d8}', ' ', '\n', 'b'.repeat(61), 'é'.repeat(61), '\u{1d7d8}'.repeat(61), 'a.', '1.2'];
    let hosts = 0;
    for (let n = 0; n < 20_000; n += 1) {
      const text = Array.from({ length: random.below(6) }, () => parts[random.below(parts.length)]).join('');
      const said = text.length <= longestHost && pattern.test(text);
      assert.equal(isHost(text), said, JSON.stringify(text));
      if (said) hosts += 1;
    }
    assert.ok(hosts > 1000, String(hosts));
  });
});

describe('isThisHost', () => {
  it('knows this host by its names and addresses, and no other', () => {
    for (const host of ['localhost', 'LocalHost', 'localhost.', '127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1', hostname().toUpperCase()]) assert.equal(isThisHost(host), true, host);
    for (const host of ['localhost.example', 'x.localhost', 'xlocalhost', '128.0.0.1', '10.127.0.1', '::2', '::1:1', 'fe80::1', `${hostname()}x`, '127.example']) assert.equal(isThisHost(host), false, host);
  });
});
