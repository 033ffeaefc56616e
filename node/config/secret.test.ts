import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSecret, show, showAt, showKey } from './secret.js';

describe('isSecret', () => {
  it('knows the names of secrets, and what is nearly one', () => {
    for (const key of ['password', 'Password', 'passwrd', 'pasword', 'passwort', 'password_file', 'PASS', 'pwd', 'secret', 'token', 'api_key', 'passphrase', 'broker_password']) {
      assert.ok(isSecret(key), key);
    }
    for (const key of ['path', 'username', 'port', 'hostnames', 'passive', 'bypass', 'encompass_all', 'vhost', 'interval', 'tls', 'alias', '']) assert.ok(!isSecret(key), key);
  });
});

describe('show', () => {
  it('says what a value is, shortened and escaped', () => {
    assert.deepEqual([undefined, null, true, 5, NaN, [1, 2], {}, 'x'].map(show), ['nothing', 'null', 'true', '5', 'NaN', 'a list of 2', 'a map', '"x"']);
    assert.equal(show('a\u001b[0m\u202e\nb'), '"a\\u001b[0m\\u202e\\nb"');
    assert.equal(show('x'.repeat(61)), `"${'x'.repeat(57)}..."`);
  });

  it('leaves out what follows the name of a secret, and the secret of a URL', () => {
    const cases: [string, string][] = [
      ['password:hunter2', 'password***'], ['username: a password: hunter2', 'username: a password***'], ['passwrd hunter2', 'passwrd***'],
      ['amqp://user:hunter2@host', 'amqp://***@host'], ['password', 'password'], ['password  ', 'password  '],
    ];
    for (const [text, shown] of cases) {
      assert.equal(show(text), `"${shown}"`);
      assert.equal(showKey(text), shown);
    }
    for (let lead = 0; lead < 1100; lead += 7) assert.doesNotMatch(show(`${'x '.repeat(lead / 2)}password=hunter2`), /hunter2/);
  });
});

describe('showAt', () => {
  it('shows nothing of a value below a secret key', () => {
    for (const pointer of ['/broker/password', '/broker/passwrd', '/broker/password/0', '/broker/password_file']) {
      assert.deepEqual(['hunter2', 12345, true, ['hunter2'], { a: 1 }, null].map((value) => showAt(pointer, value)), ['text', 'a number', 'true', 'a list of 1', 'a map', 'null']);
    }
    assert.equal(showAt('/broker/username', 'a'), '"a"');
  });
});
