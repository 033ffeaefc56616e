import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { display } from './display.js';

describe('display', () => {
  it('leaves plain text as it is', () => {
    for (const text of ['', 'free', 'C:\\Program Files\\x', 'https://host:5671/vhost', 'amqp://[::1]:5672', 'amqp://host:5672', 'amqp://host:', 'amqp://host', 'host:5672', 'key:value', 'a@b', 'GDR-straße 漢字 🙂', 'time 10:04', 'x'.repeat(120)]) {
      assert.equal(display(text), text);
    }
  });

  it('masks the secret of a URL, wherever it stands', () => {
    const cases: [string, string][] = [
      ['amqp://user:hunter2@host', 'amqp://***@host'],
      ['see "amqps://user:hun@ter/2@host:5671/v", twice', 'see "amqps://***@host:5671/v", twice'],
      ['user:hunter2@host', '***@host'],
      ['"user:hunter2@host"', '"***@host"'],
      ['amqp://user:hunter2', 'amqp://user:***'],
      ['amqp://user:1hunter2', 'amqp://user:***'],
      ['x://user:hunter2', 'x://user:***'],
      ['amqp://user:my hunter2@host', 'amqp://user:***@host'],
      ['amqp://user@host', 'amqp://***@host'],
      ['Server=x;Password=hunter2;y', 'Server=x;Password=***;y'],
      ['?db_password=hunter2&x=1', '?db_password=***&x=1'],
      ['token=hunter2', 'token=***'],
    ];
    for (const [text, expected] of cases) assert.equal(display(text), expected);
  });

  it('masks a secret that begins before the cut and ends behind it', () => {
    for (const begin of ['amqp://user:', 'user:']) {
      assert.equal(display(`${begin}${'s'.repeat(5000)}@host`), `${begin}***...`);
    }
    for (let lead = 0; lead < 1000; lead++) assert.doesNotMatch(display(`${'x'.repeat(lead)} amqp://u:hunter2hunter2@h ${'y'.repeat(1000)}`), /hunter2/);
  });

  it('escapes what steers a terminal or forges a line', () => {
    assert.equal(display('a\u001b[31mb\u0000\u007f\u009b'), 'a\\u001b[31mb\\u0000\\u007f\\u009b');
    assert.equal(display('a\nb\rc\td'), 'a\\nb\\rc\\td');
    assert.equal(display('\u202e\u2066\u200f\u061c\ufeff\u200b\u2028\u2029'), '\\u202e\\u2066\\u200f\\u061c\\ufeff\\u200b\\u2028\\u2029');
    assert.equal(display('\ud800x\udc00'), '\\ud800x\\udc00');
    assert.equal(display('\u{e0041}'), '\\udb40\\udc41');
  });

  it('cuts by code points, never through one', () => {
    assert.equal(display('abcdef', 6), 'abcdef');
    assert.equal(display('abcdefg', 6), 'abc...');
    assert.equal(display('🙂'.repeat(6), 6), '🙂'.repeat(6));
    assert.equal(display('🙂'.repeat(7), 6), `${'🙂'.repeat(3)}...`);
    assert.equal(display('\u001b'.repeat(100), 20).length, 20);
  });

  it('takes no longer for a long text than for a short one', () => {
    for (const unit of ['://', 'pass', 'a:', '@', '\u202e', '[', ' ', 'password=']) {
      const begin = process.cpuUsage();
      display(unit.repeat(2_000_000), 1000);
      const { user, system } = process.cpuUsage(begin);
      assert.ok(user + system < 500_000, `${unit}: ${String((user + system) / 1000)} ms`);
    }
  });
});
