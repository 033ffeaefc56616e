import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ConfigError } from '../model/errors.js';
import { nameOf, parseText, readDocument } from './document.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-document-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const refused = (text: string, expected: string | RegExp): void => {
  assert.throws(() => parseText(text), (error) => {
    assert.ok(error instanceof ConfigError);
    assert.equal(error.code, 'PSA_CONFIG_SYNTAX');
    if (typeof expected === 'string') assert.equal(error.message, expected);
    else assert.match(error.message, expected);
    return true;
  });
};

describe('readDocument', () => {
  it('reads a file in UTF-8 or UTF-16', () => {
    for (const [name, bytes] of [['utf8', Buffer.from('a: é')], ['utf16', Buffer.from('\ufeffa: é', 'utf16le')]] as const) {
      writeFileSync(join(home, name), bytes);
      assert.deepEqual(readDocument(join(home, name)), { a: 'é' });
    }
  });

  it('names the file and what is wrong with it', () => {
    const cases: [string, Buffer | string, RegExp][] = [
      ['latin1', Buffer.from('a: \xe9', 'latin1'), /latin1: expected text in UTF-8, .*found the byte E9 at offset 3/],
      ['broken', '{', /broken: expected JSON or YAML, found a fault at line 1/],
      ['large', Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), /large: expected a configuration of at most 4194304 bytes, found more/],
    ];
    for (const [name, bytes, pattern] of cases) {
      writeFileSync(join(home, name), bytes);
      assert.throws(() => readDocument(join(home, name)), (error) => error instanceof ConfigError && error.code === 'PSA_CONFIG_SYNTAX' && pattern.test(error.message));
    }
    writeFileSync(join(home, 'largest'), Buffer.alloc(4 * 1024 * 1024, 0x20));
    assert.throws(() => readDocument(join(home, 'largest')), /largest: .*found an empty configuration/);
  });

  it('says what is there where no configuration is', { skip: process.platform === 'win32' }, () => {
    const cases: [string, RegExp][] = [
      [join(home, 'none'), /none: expected a configuration file, found none; check the path/],
      [join(home, 'latin1', 'x'), /x: expected a configuration file, found none; check the path/],
      [home, /: expected a configuration file, found a folder; name the file in it/],
      [join(home, 'x'.repeat(300)), /the configuration file cannot be read \(ENAMETOOLONG/],
    ];
    for (const [path, pattern] of cases) {
      assert.throws(() => readDocument(path), (error) => error instanceof ConfigError && error.code === 'PSA_CONFIG_NOT_FOUND' && pattern.test(error.message));
    }
    assert.throws(() => readDocument('/dev/zero'), /found more/);
  });

  it('says so where this user may not read it', { skip: process.platform === 'win32' }, () => {
    const closed = join(home, 'closed');
    writeFileSync(closed, '[]', { mode: 0o000 });
    // Nothing is closed to root.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      assert.throws(() => readDocument(closed), { code: 'PSA_CONFIG_NOT_FOUND', message: `${closed}: the configuration file may not be read by this user; grant it read access` });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it('calls standard input by its name', () => {
    assert.equal(nameOf('-'), 'standard input');
    assert.equal(nameOf('a\u001b'), 'a\\u001b');
  });
});

describe('parseText', () => {
  it('takes JSON and YAML', () => {
    assert.deepEqual(parseText('[{"a": 1}]'), [{ a: 1 }]);
    assert.deepEqual(parseText('{\r\n\t"a": "\\ud83d\\ude42\\/\\u0041",\r\n\t"b": [1e2, true, null]\r\n}\r\n'), { a: '🙂/A', b: [100, true, null] });
    assert.deepEqual(parseText('- a: 1\n  b: .inf\n'), [{ a: 1, b: Infinity }]);
    assert.deepEqual(parseText('a: yes\nb: 2026-01-01\nc: 0o17'), { a: 'yes', b: '2026-01-01', c: 15 });
    assert.deepEqual(Object.keys(parseText('{"__proto__": {"a": 1}}') as object), ['__proto__']);
  });

  it('reads JSON as YAML has it', () => {
    const read = (text: string): unknown => {
      try {
        return parseText(text);
      } catch (error) {
        return (error as Error).message;
      }
    };
    const texts = [
      '{"a": {"b:": ":", "\\":\\\\": ["{\\"c\\": 1}", {"": null}]}, "__proto__": 1, "<<": {"d": -0}}', '[1e400]', `[-${'9'.repeat(400)}]`, '[1.5E-3, 12345678901234567890, 9007199254740993, true, {}, []]', '{"a": [{"b": 1, "c": {}, "b": 2}]}',
      '{"a": 1, "\\u0061": 2}', '["\\ud83d\\ude42\\ud83d\\/", "é\u2028🙂"]', '["\u007f"]', '["\u0085"]', '["\u009f"]', '["\uffff"]', '["&a", "*a", "!a", "~", "yes", "\\u0000"]', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, '"a"', '1', 'null',
    ];
    // A comment is YAML.
    for (const text of texts) assert.deepEqual(read(text), read(`${text} #`), text);
  });

  it('gives an alias its own copy', () => {
    const { a, b } = parseText('a: &x {n: 1}\nb: *x') as { a: object; b: object };
    assert.deepEqual([a, b], [{ n: 1 }, { n: 1 }]);
    assert.notEqual(a, b);
  });

  it('names line and column of what is broken, and never its text', () => {
    const fault = (place: string, meaning: string): string => `expected JSON or YAML, found a fault at ${place}: ${meaning}`;
    refused('[{"method": "boot_time", ', fault('line 1, column 26', 'unexpected end of the stream within a flow collection'));
    refused('- a: [1\n- b', /line 2, column 1/);
    refused('- a: 1\n  a: 2\n', fault('line 2, column 3', 'the same key twice in one map; keep one of them'));
    refused('{"a": 1, "a": 2}', fault('line 1, column 11', 'the same key twice in one map; keep one of them'));
    refused('password: *hunter2', fault('line 1, column 12', 'an alias (*name) whose anchor (&name) is not there; quote text that begins with *'));
    refused('password: *', /quote text that begins with \*/);
    for (const text of ['!hunter2', '!hunter2 x', '!<hunter2> x', '!h!unter2', '!!hunter2 x']) {
      refused(`password: ${text}`, /line 1, column \d+: a tag \(!name\) that means nothing here; quote text that begins with !$/);
    }
    refused('? [hunter2]\n: 1', fault('line 1, column 1', 'a key that is a map or a list; keys are text'));
    refused('a:\n\t- b', fault('line 2, column 1', 'a tab where YAML wants spaces to indent'));
    refused('a: \u0007', fault('line 1, column 4', 'a control character'));
    refused('a\n---\nb', 'expected one document, found several, which --- separates');
  });

  it('refuses the empty, the bottomless and the explosive, and states the limit', () => {
    const nothing = 'expected a list of entries or a map with psutil_config, found an empty configuration';
    for (const text of ['', ' \n\t', '# x']) refused(text, nothing);
    const deep = 'expected at most 64 maps and lists within each other, found more';
    for (const text of ['['.repeat(100_000), '['.repeat(65) + ']'.repeat(65), '{"a":'.repeat(5000) + '1' + '}'.repeat(5000), '- '.repeat(5000) + 'x']) refused(text, deep);
    assert.ok(Array.isArray(parseText('['.repeat(64) + ']'.repeat(64))));
    refused(`a: &a ${'['.repeat(40)}${']'.repeat(40)}\nb: ${'['.repeat(40)}*a${']'.repeat(40)}`, deep);
    for (const text of ['&a [*a, *a]', '&a {b: *a}', '- &a [[*a]]']) refused(text, /found an alias \(\*name\) to a map or list that it stands in itself/);
    const laughs = 'bcdefghi'.split('').map((name, n) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'.charAt(n)}`).join(',')}]`);
    refused(['a: &a [x,x,x,x,x,x,x,x,x]', ...laughs].join('\n'), 'expected at most 200000 values and 4194304 characters, aliases counted as what they stand for, found more');
    refused(`[&a 1${',*a'.repeat(1001)}]`, 'expected at most 1000 aliases (*name), found more');
    assert.equal((parseText(`[&a 1${',*a'.repeat(1000)}]`) as unknown[]).length, 1001);
    for (const text of [`- &a ${'x'.repeat(5000)}\n${'- *a\n'.repeat(900)}`, `- &a {${'x'.repeat(5000)}: 1}\n${'- *a\n'.repeat(900)}`]) refused(text, /and 4194304 characters/);
    for (const separator of ['\n', ',', '[', '{']) {
      const text = (count: number): string => `a: 1 #${separator.repeat(count)}`;
      refused(text(500_001), 'expected at most 500000 lines, commas and opening brackets, found more');
      assert.deepEqual(Object.keys(parseText(text(500_000)) as object), ['a']);
    }
    refused(`[${'1,'.repeat(200_000)}]`, /at most 200000 values/);
    assert.equal((parseText(`[${'1,'.repeat(199_999)}]`) as unknown[]).length, 199_999);
  });
});
