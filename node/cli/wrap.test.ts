import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hang, terminalWidth, wrapHelp, wrapLine, wrapWords } from './wrap.js';

const words = (text: string): string[] => text.split(' ');

describe('a help, wrapped', () => {
  it('fills lines up to the width, and breaks no word', () => {
    assert.deepEqual(wrapWords(words('one two three'), 7), ['one two', 'three']);
    assert.deepEqual(wrapWords(words('one two three'), 6), ['one', 'two', 'three']);
    assert.deepEqual(wrapWords(words('a unbreakable b'), 4), ['a', 'unbreakable', 'b']);
  });

  it('hangs further lines below the first, or near the left where there is no room', () => {
    assert.deepEqual(hang('  --config  ', words('a file that is long'), 34), ['  --config  a file that is long']);
    assert.deepEqual(hang('  --config  ', words('a file that is very long'), 32), ['  --config  a file that is very', '            long']);
    assert.deepEqual(hang('  --config  ', words('a file that is long'), 19), ['  --config', '    a file that is', '    long']);
    assert.deepEqual(hang('', words('a b'), 19), ['a b']);
    assert.deepEqual(hang('  --result-argument X  ', words('a field'), 19), ['  --result-argument', '  X', '    a field']);
  });

  it('breaks neither words nor numbers of a line for people, and keeps its columns where there is room', () => {
    assert.deepEqual(wrapLine('a  b', 19), ['a  b']);
    assert.deepEqual(wrapLine('FAULT   broker     nobody listens there', 32), ['FAULT   broker', '    nobody listens there']);
    assert.deepEqual(wrapLine('ok      broker     connected to localhost since noon', 40), ['ok      broker     connected to', '                   localhost since noon']);
    assert.deepEqual(wrapLine('memory_MemFree    13.8 GiB', 19), ['memory_MemFree', '    13.8 GiB']);
    assert.deepEqual(wrapLine('    user        s  counter  normal processes', 19), ['    user s counter', '    normal', '    processes']);
    assert.deepEqual(wrapLine('一二三四五 六七八九十', 19), ['一二三四五', '六七八九十']);
  });

  it('keeps rows, their further lines, paragraphs and the empty lines between', () => {
    assert.deepEqual(wrapHelp(['  --a X  first', '         and more', '  --b    second, which is wider than that', '', 'One sentence.', 'Another one, after it.'], 30), [
      '  --a X  first and more', '  --b    second, which is', '         wider than that', '', 'One sentence. Another one,', 'after it.',
    ]);
  });

  it('knows the terminal: 79 columns at most, what a narrow one has', () => {
    const before = process.stdout.columns;
    const at = (columns: number | undefined): number => {
      process.stdout.columns = columns as number;
      return terminalWidth();
    };
    try {
      assert.deepEqual([undefined, 0, 200, 80, 40, 20, 5].map(at), [79, 79, 79, 79, 39, 19, 19]);
    } finally {
      process.stdout.columns = before;
    }
  });
});
