import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostNeeds, isHost } from './host.js';
import { validate } from './validation.js';

const entries = [{ method: 'boot_time', interval: 5 }];
const faults = (settings: object): string[] => validate({ psutil_config: entries, ...settings }).faults.map(({ message }) => message);
const warnings = (settings: object): string[] => validate({ psutil_config: entries, ...settings }).warnings.map(({ message }) => message);

describe('what AMQP sends as a short string', () => {
  const places: [string, (text: string) => object][] = [
    ['/node/deployment_id', (text) => ({ node: { deployment_id: text } })],
    ['/broker/vhost', (text) => ({ broker: { vhost: text } })],
    ['/broker/exchange/name', (text) => ({ broker: { exchange: { name: text } } })],
    ['/broker/routing_key', (text) => ({ broker: { routing_key: text } })],
    ['/broker/app_id', (text) => ({ broker: { app_id: text } })],
  ];
  for (const [pointer, settings] of places) {
    it(`${pointer} has at most 255 bytes`, () => {
      for (const text of ['x'.repeat(255), `${'é'.repeat(127)}x`]) assert.deepEqual(faults(settings(text)), []);
      assert.deepEqual(faults(settings('x'.repeat(300))), [`${pointer}: expected text of at most 255 characters, found 300 of them`]);
      assert.deepEqual(faults(settings('é'.repeat(130))), [
        `${pointer}: expected text of at most 255 bytes in UTF-8, for AMQP takes no more, found 260 bytes in "${'é'.repeat(57)}..."`,
      ]);
      assert.deepEqual(faults(settings('🙂'.repeat(64))).map((message) => /256 bytes/.test(message)), [true]);
    });
  }

  it('is no concern of a bare list', () => {
    assert.deepEqual(validate(entries).faults, []);
  });
});

describe('broker.hostnames', () => {
  const of = (host: unknown): string[] => faults({ broker: { hostnames: [host] } });

  it('takes names and addresses', () => {
    for (const host of ['localhost', 'rabbit-1.example.org', 'rabbit_1', 'RABBIT.', '10.0.0.1', '::1', 'fe80::1%eth0', '2001:db8::a.b'.replace('a.b', '1'), '::ffff:10.0.0.1', 'münchen.example', 'a'.repeat(63)]) {
      assert.deepEqual(of(host), [], host);
    }
  });

  it('refuses a port, and says where it goes', () => {
    for (const [host, near] of [['rabbit:5672', 'rabbit'], ['db:5672', 'db'], ['10.0.0.1:5672', '10.0.0.1'], ['[::1]:5672', '::1'], ['[::1]', '::1'], ['a:', undefined]] as const) {
      const needs = near === undefined ? 'a host name or address' : 'a host name or address alone, without a port (that is broker.port)';
      assert.deepEqual(of(host), [`/broker/hostnames/0: expected ${needs}, found "${host}"${near === undefined ? '' : `; did you mean "${near}"?`}`]);
    }
  });

  it('refuses a URL, and shows nothing of its secret', () => {
    for (const host of ['amqp://user:hunter2@host', 'user:hunter2@host', 'amqps://user:hun@ter2/x@host:5671/v', 'host/hunter2?password=hunter2', 'amqp://user:hunter2', 'amqp://user:my hunter2@host']) {
      const [message = '', ...more] = of(host);
      assert.deepEqual(more, []);
      assert.match(message, /^\/broker\/hostnames\/0: expected a host name or address alone \(user name, password, port, virtual host and TLS have the keys username, password_file, port, vhost and tls\), found "/);
      if (host !== 'host/hunter2?password=hunter2') assert.doesNotMatch(message, /hunter2|ter2/);
    }
  });

  it('refuses what is no name', () => {
    for (const host of ['a b', '-a', 'a-', 'a..b', '.a', 'a'.repeat(64), 'a:b:c', '1:2', '\u202ea', '*', 'a,b']) assert.equal(of(host).length, 1, host);
    assert.deepEqual(of(''), ['/broker/hostnames/0: expected text that is not empty, found ""']);
    assert.deepEqual(of(`${'a'.repeat(60)}.`.repeat(5)), ['/broker/hostnames/0: expected text of at most 253 characters, found 305 of them']);
    assert.deepEqual(of(5), ['/broker/hostnames/0: expected text, found 5']);
    assert.deepEqual(faults({ broker: { hostnames: Array(101).fill('a') } }), ['/broker/hostnames: expected a list of at most 100, found a list of 101']);
  });
});

describe('isHost', () => {
  it('holds the pattern and the length together', () => {
    const longest = `${'a'.repeat(60)}.`.repeat(5).slice(0, 253);
    assert.deepEqual([isHost(longest), isHost(`${longest}a`), isHost('a:1'), isHost('')], [true, false, false, false]);
    assert.deepEqual(hostNeeds(`x${longest}:5672`), { expected: 'a host name or address' });
    assert.deepEqual(hostNeeds('a]b:1'), { expected: 'a host name or address' });
  });
});

describe('secrets in the wrong place', () => {
  const secret = 'hunter2';
  const documents: object[] = [
    { broker: `amqp://user:${secret}@host` }, { broker: `password:${secret}` }, { broker: `password ${secret}` }, { broker: [secret] },
    { broker: { password: 12345672 } }, { broker: { password: [secret] } }, { broker: { password: { [secret]: 1 } } }, { broker: { passwrd: secret } },
    { broker: { [`password:${secret}`]: null } }, { broker: { [`amqp://u:${secret}@h`]: null } }, { broker: { password_file: { a: secret } } },
    { broker: { password_env: [secret] } }, { broker: { port: `password=${secret}` } }, { broker: { vhost: `amqp://u:${secret}@${'h'.repeat(300)}` } },
    { broker: { password: secret, password_env: 'X' } }, { brokers: { password: secret } }, { broker: { tls: { client_key_password: secret } } },
    { psutil_config: [{ method: `password: ${secret}`, interval: 1 }] }, { psutil_config: [{ method: 'boot_time', interval: `amqp://u:${secret}@h` }] },
    { [`amqp://u:${secret}@h`]: 1 },
  ];
  for (const document of documents) {
    it(`is not shown: ${JSON.stringify(document).slice(0, 60)}`, () => {
      const result = validate({ psutil_config: entries, ...document });
      assert.notDeepEqual(result.faults, []);
      assert.doesNotMatch(JSON.stringify([result.faults, result.warnings]), /hunter2|12345672/);
    });
  }
});

describe('broker.tls', () => {
  it('is a fault where a key of it stands without enabled', () => {
    const cases: [object, string][] = [
      [{ ca_cert: 'a' }, 'ca_cert'], [{ enabled: false, ca_cert: 'a' }, 'ca_cert'], [{ server_name: 'a' }, 'server_name'], [{ verify: false }, 'verify'],
      [{ client_cert: 'a', client_key: 'b' }, 'client_cert, client_key'],
    ];
    for (const [tls, names] of cases) {
      assert.deepEqual(faults({ broker: { tls } }), [`/broker/tls: expected enabled: true beside ${names}, for without it nothing is encrypted, found TLS that is not enabled`]);
    }
    for (const tls of [{}, { enabled: false }, { enabled: true, ca_cert: 'a', verify: true }]) assert.deepEqual(faults({ broker: { tls } }), []);
  });

  it('wants certificate and key together', () => {
    assert.deepEqual(faults({ broker: { tls: { enabled: true, client_cert: 'a' } } }), ['/broker/tls: expected client_cert and client_key together, found client_cert alone']);
    assert.deepEqual(faults({ broker: { tls: { enabled: true, client_key: 'a' } } }), ['/broker/tls: expected client_cert and client_key together, found client_key alone']);
  });
});

describe('broker', () => {
  it('takes one source of the password', () => {
    assert.deepEqual(faults({ broker: { password_file: 'a', password_env: 'b' } }), ['/broker: expected at most one of password, password_file, password_env, password_dpapi, found password_file, password_env']);
    for (const key of ['password', 'password_file', 'password_env', 'password_dpapi']) assert.deepEqual(faults({ broker: { [key]: 'a' } }), []);
  });

  it('takes no longest delay below the first one, defaults counted', () => {
    assert.deepEqual(faults({ broker: { reconnect_initial: 5, reconnect_maximum: 1 } }), ['/broker/reconnect_maximum: expected at least reconnect_initial, 5, found 1']);
    assert.deepEqual(faults({ broker: { reconnect_initial: 60 } }), ['/broker/reconnect_maximum: expected at least reconnect_initial, 60, found 30']);
    assert.deepEqual(faults({ broker: { reconnect_initial: 30, reconnect_maximum: 30 } }), []);
  });

  it('warns of a password in the file, of a certificate nobody verifies, and of what goes in clear text to another host', () => {
    assert.deepEqual(warnings({ broker: {} }), []);
    assert.deepEqual(warnings({ broker: { password: 'hunter2' } }), ['/broker/password: the password stands in the file in plain text; use password_file, password_env or password_dpapi']);
    assert.deepEqual(warnings({ broker: { hostnames: ['rabbit'], tls: { enabled: true, verify: false } } }), ['/broker/tls/verify: anyone can pose as the broker, for its certificate is not verified']);
    const clear = '/broker/tls: user name, password and samples go to "rabbit" in clear text; set tls.enabled';
    assert.deepEqual(warnings({ broker: { hostnames: ['localhost', 'rabbit'] } }), [clear]);
    assert.deepEqual(warnings({ broker: { hostnames: ['rabbit'], tls: { enabled: false } } }), [clear]);
    assert.deepEqual(warnings({ broker: { hostnames: ['localhost', '127.0.0.1'] } }), []);
    assert.deepEqual(warnings({ broker: { hostnames: ['rabbit'], tls: { enabled: true } } }), []);
  });
});
