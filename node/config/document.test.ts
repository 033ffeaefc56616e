import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError } from '../model/errors.js';
import { decode, parseText } from './document.js';

const refused = (text: string, pattern: RegExp): void => {
  assert.throws(() => parseText(text), (error) => error instanceof ConfigError && pattern.test(error.message) && !error.message.includes('\n'));
};

describe('decode', () => {
  it('takes UTF-8 and UTF-16, with or without a byte order mark', () => {
    for (const bytes of [Buffer.from('[é]'), Buffer.from('\ufeff[é]'), Buffer.from('\ufeff[é]', 'utf16le'), Buffer.from('\ufeff[é]', 'utf16le').swap16()]) {
      assert.equal(decode(bytes), '[é]');
    }
  });
  it('refuses other bytes', () => {
    assert.throws(() => decode(Buffer.from([0x5b, 0xe9, 0x5d])), ConfigError);
  });
});

describe('parseText', () => {
  it('takes JSON and YAML', () => {
    assert.deepEqual(parseText('[{"a": 1}]'), [{ a: 1 }]);
    assert.deepEqual(parseText('- a: 1\n  b: .inf\n'), [{ a: 1, b: Infinity }]);
  });
  it('names line and column of what is broken', () => {
    refused('[{"method": "boot_time", ', /line 1/);
    refused('- a: [1\n- b', /line 2/);
    refused('- a: 1\n  a: 2\n', /unique/);
  });
  it('refuses the empty, the bottomless and the explosive', () => {
    refused('', /empty/);
    refused(' \n\t', /empty/);
    refused('['.repeat(100_000), /within each other/);
    refused('['.repeat(100_000) + ']'.repeat(100_000), /within each other/);
    refused('{"a":'.repeat(5000) + '1' + '}'.repeat(5000), /within each other/);
    refused('- '.repeat(5000) + 'x', /within each other/);
    refused(['a: &a [x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 8 }, (_, n) => `${'bcdefghi'[n]!}: &${'bcdefghi'[n]!} [${Array(9).fill(`*${'abcdefgh'[n]!}`).join(',')}]`)].join('\n'), /alias/i);
  });
});
