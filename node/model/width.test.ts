import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fit, widthOf, wrap } from './width.js';

describe('columns of a terminal', () => {
  it('count two for wide characters and none for marks', () => {
    const cases: [string, number][] = [['', 0], ['eth0', 4], ['Größe', 5], ['e\u0301', 1], ['存储', 4], ['ディスク', 8], ['한글', 4], ['ＡＢ', 4], ['🚀', 2], ['▁█', 2], ['\u{20000}', 2]];
    for (const [text, width] of cases) assert.equal(widthOf(text), width, text);
  });
  it('are filled up or cut exactly, never through a wide character', () => {
    assert.deepEqual([fit('ab', 4, '~'), fit('abcd', 4, '~'), fit('abcde', 4, '~'), fit('', 2, '~')], ['ab  ', 'abcd', 'abc~', '  ']);
    assert.deepEqual([fit('存储卷', 6, '~'), fit('存储卷', 5, '~'), fit('存储卷', 4, '~')], ['存储卷', '存储~', '存~ ']);
    for (let width = 1; width < 12; width += 1) assert.equal(widthOf(fit('a存储b卷👍x', width, '…')), width);
  });
  it('hold lines broken between words, and within a word that is longer', () => {
    assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
    assert.deepEqual(wrap('abcdefgh ij', 3), ['abc', 'def', 'gh', 'ij']);
    assert.deepEqual(wrap('存储卷', 4), ['存储', '卷']);
    assert.deepEqual(wrap('', 4), ['']);
  });
});
