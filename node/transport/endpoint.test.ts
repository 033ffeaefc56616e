import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls, { type PeerCertificate } from 'node:tls';
import { BrokerError } from '../model/errors.js';
import type { BrokerSettings, TlsSettings } from '../model/settings.js';
import { isThisHost } from '../config/host.js';
import { addressOf, endpointOf, type Endpoint } from './endpoint.js';
import { closeChannel, methodOf, startScriptedBroker, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { checkBroker } from './checkBroker.js';
import { Harness, settingsFor, stopHarnesses } from './harness.test.support.js';
import { Resolver } from './resolver.js';
import { tlsOptions } from './tls.js';
import { containSocket } from './wire.js';

after(stopHarnesses);

const lookup: LookupFunction = () => undefined;
const { signal } = new AbortController();
const endpoint = (more: Partial<BrokerSettings>, host = 'rabbit'): Promise<Endpoint> => endpointOf({ broker: settingsFor(5672, 'e', more), host, signal, lookup });

describe('endpointOf', () => {
  it('has no secret in its URL, and all that the settings say', async () => {
    const { url, connectionOptions } = await endpoint({ vhost: '/a b', heartbeat: 9, username: 'u', password: { kind: 'plain', password: 'p' }, appId: 'app' });
    assert.equal(url, 'amqp://rabbit:5672/%2Fa%20b?heartbeat=9&frameMax=131072&maxFrameSize=131072');
    const { credentials, ...rest } = connectionOptions;
    assert.deepEqual(rest, { noDelay: true, keepAlive: true, clientProperties: { connection_name: `app on ${hostname()}` }, signal, lookup });
    assert.deepEqual([credentials?.mechanism, credentials?.response().toString()], ['PLAIN', '\0u\0p']);
    const tls = await endpoint({ tls: { enabled: true, verify: false } }, '::1');
    assert.match(tls.url, /^amqps:\/\/\[::1\]:5672\//);
    assert.equal(tls.connectionOptions.rejectUnauthorized, false);
    await assert.rejects(endpoint({}, 'bad host#'), new BrokerError('PSA_BROKER_UNREACHABLE', 'resolve', 'broker.hostnames: "bad host#" must be a host name or an address'));
  });
});

describe('addressOf', () => {
  it('puts brackets around an IPv6 address alone', () => {
    assert.deepEqual(['rabbit', '10.0.0.1', '::1'].map((host) => addressOf(settingsFor(1, 'e'), host)), ['rabbit:1', '10.0.0.1:1', '[::1]:1']);
  });
});

describe('Resolver', () => {
  it('asks for a name once at a time, and again when it was answered', async () => {
    const asked: string[] = [];
    const answers: ((addresses: { address: string; family: number }[]) => void)[] = [];
    const resolver = new Resolver((host) => { asked.push(host); return new Promise((resolve) => { answers.push(resolve); }); });
    const both = [resolver.addresses('a'), resolver.addresses('a')];
    answers[0]?.([{ address: '1.1.1.1', family: 4 }]);
    assert.deepEqual(await Promise.all(both), [[{ address: '1.1.1.1', family: 4 }], [{ address: '1.1.1.1', family: 4 }]]);
    void resolver.addresses('a');
    void resolver.addresses('b');
    assert.deepEqual(asked, ['a', 'a', 'b']);
  });

  it('answers as node:net asks, and tells when a name is being resolved', async () => {
    const addresses = [{ address: '::1', family: 6 }, { address: '127.0.0.1', family: 4 }];
    const told: string[] = [];
    const of = (resolver: Resolver) => (all: boolean): Promise<unknown[]> => new Promise((resolve) => {
      resolver.lookupFunction(() => told.push('begin'), () => told.push('end'))('h', { all }, (...answer: unknown[]) => { resolve(answer); });
    });
    const good = of(new Resolver(() => Promise.resolve(addresses)));
    assert.deepEqual(await good(true), [null, addresses]);
    assert.deepEqual(await good(false), [null, '::1', 6]);
    assert.deepEqual(told, ['begin', 'end', 'begin', 'end']);
    const unknown = new Error('not known');
    assert.deepEqual(await of(new Resolver(() => Promise.reject(unknown)))(true), [unknown, []]);
    assert.deepEqual(told.slice(4), ['begin']);
    for (const all of [true, false]) {
      const [error, none] = await of(new Resolver(() => Promise.resolve([])))(all) as [NodeJS.ErrnoException, unknown];
      assert.deepEqual([error.code, error.message, none], ['ENOTFOUND', 'h has no address', []]);
    }
  });

  it('asks the system for all addresses unless told otherwise, and hands its error on', async () => {
    assert.ok((await new Resolver().addresses('localhost')).every(({ address, family }) => isThisHost(address) && family >= 4));
    await assert.rejects(new Resolver().addresses('bad host#'), { syscall: 'getaddrinfo' });
  });
});

describe('tlsOptions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-endpoint-'));
  const at = (name: string): string => join(folder, name);
  before(() => {
    for (const name of ['a', 'b']) {
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-days', '2', '-subj', `/CN=${name}`], { stdio: 'ignore' });
    }
    writeFileSync(at('both.pem'), readFileSync(at('a.pem'), 'utf8') + readFileSync(at('b.pem'), 'utf8'));
    writeFileSync(at('text.pem'), 'this is no certificate');
    writeFileSync(at('damaged.pem'), readFileSync(at('a.pem'), 'utf8') + readFileSync(at('b.pem'), 'utf8').replace(/\n[^-]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'));
    writeFileSync(at('long.pem'), Buffer.alloc(4 * 1024 * 1024 + 1, '\n'));
    writeFileSync(at('longest.pem'), readFileSync(at('a.pem'), 'utf8').padEnd(4 * 1024 * 1024, '\n'));
  });
  after(() => { rmSync(folder, { recursive: true }); });
  const of = (more: Partial<TlsSettings>, host = 'rabbit'): ReturnType<typeof tlsOptions> => tlsOptions({ enabled: true, verify: true, ...more }, host, 5000);

  it('asks for TLS 1.2 and the name, and for a proof unless told otherwise', async () => {
    const { checkServerIdentity, ...rest } = await of({});
    assert.deepEqual(rest, { minVersion: 'TLSv1.2', rejectUnauthorized: true, servername: 'rabbit' });
    const certificate = (name: string): PeerCertificate => ({ subject: { CN: name }, subjectaltname: `DNS:${name}` } as unknown as PeerCertificate);
    assert.equal(checkServerIdentity?.('ignored', certificate('rabbit')), undefined);
    assert.match(String(checkServerIdentity?.('other', certificate('other'))), /rabbit/);
    const named = await of({ serverName: 'other', verify: false });
    assert.deepEqual([named.servername, named.rejectUnauthorized, named.checkServerIdentity?.('x', certificate('other'))], ['other', false, undefined]);
    assert.equal('servername' in (await of({}, '10.0.0.1')), false, 'an address is no server name');
  });

  it('reads its files now', async () => {
    const { ca, cert, key } = await of({ caCert: at('both.pem'), clientCert: at('a.pem'), clientKey: at('a.key') });
    assert.deepEqual([ca, cert, key], ['both.pem', 'a.pem', 'a.key'].map((name) => readFileSync(at(name), 'utf8')));
    assert.equal((await of({ caCert: at('longest.pem') })).ca?.length, 4 * 1024 * 1024);
  });

  it('a broker behind TLS is reached by what the settings say of it, and by nothing less', async (context) => {
    const well: Script = { received: (socket, received) => {
      if (methodOf(received) === '60.40') socket.write(closeChannel(received.channel, 406, 'no number'));
      return methodOf(received) === '60.40' || received.type > 1;
    } };
    const broker = await startScriptedBroker(well, { cert: readFileSync(at('a.pem'), 'utf8'), key: readFileSync(at('a.key'), 'utf8') });
    context.after(() => broker.close());
    const check = async (more: Partial<TlsSettings>): Promise<string[]> => {
      const { steps } = await checkBroker(settingsFor(broker.port, 'e', { tls: { enabled: true, verify: true, ...more } }));
      return steps.slice(2).filter(({ step }) => step !== 'exchange' && step !== 'binding').map(({ step, ok, detail }) => `${step} ${ok ? 'ok' : 'FAILED'} ${detail}`);
    };
    const rest = ['login ok Rabbit 1.2.3 accepts user "guest"', 'vhost ok "/" is open to the user', 'publish ok the user may publish with the routing key "deployment"'];
    assert.deepEqual(await check({ caCert: at('a.pem'), serverName: 'a' }), ['tls ok the certificate is good', ...rest]);
    assert.deepEqual(await check({ verify: false }), ['tls ok NOT VERIFIED: broker.tls.verify is off', ...rest]);
    const [stranger, ...more] = await check({ caCert: at('b.pem'), serverName: 'a' });
    assert.match(stranger ?? '', /^tls FAILED the certificate of 127\.0\.0\.1:\d+ is not signed by an authority in broker\.tls\.ca_cert/);
    assert.deepEqual(more, []);
    assert.match((await check({ caCert: at('a.pem'), serverName: 'b' }))[0] ?? '', /^tls FAILED the certificate of .* is not for the name "b"/);
    assert.match((await check({ enabled: false }))[0] ?? '', /^tls FAILED 127\.0\.0\.1:\d+ speaks TLS and was spoken to without: set broker\.tls\.enabled to true, or use the plain port \(5672\)$/);
    await until('the attempts of the checks have ended', () => tls.connect.name === 'connect');
    for (const verify of [true, false]) {
      // Other attempts under way, which end in the order they began.
      const [untouched, others] = [tls.connect, [1, 2].map(() => containSocket((error) => { assert.fail(String(error)); }))];
      const harness = new Harness(settingsFor(broker.port, 'e', { tls: { enabled: true, verify, caCert: at('a.pem'), serverName: 'a' } }));
      harness.transport.start();
      await until('the connection', () => harness.transport.state().connected);
      await harness.stop();
      for (const end of others) end();
      // An attempt that a stop interrupts ends a moment later.
      await until('tls.connect is as it was', () => tls.connect === untouched);
      assert.equal(harness.told('unverified').length, verify ? 0 : 1);
    }
  });

  it('names the file that cannot be used, and why', async () => {
    const cases: [Partial<TlsSettings>, RegExp][] = [
      [{ caCert: '/no/such.pem' }, /^broker\.tls\.ca_cert: \/no\/such\.pem cannot be read \(.*ENOENT.*\): check the path and its permissions$/],
      [{ caCert: at('text.pem') }, /^broker\.tls\.ca_cert: .*text\.pem must hold a certificate in PEM and holds none$/],
      [{ caCert: at('damaged.pem') }, /^broker\.tls\.ca_cert: .*damaged\.pem holds a damaged certificate \(.+\)$/],
      [{ caCert: at('long.pem') }, /^broker\.tls\.ca_cert: .*long\.pem must be a file in PEM, and has more than 4 MiB$/],
      [{ clientCert: at('text.pem') }, /^broker\.tls\.client_cert: .*text\.pem must hold a certificate/],
      [{ clientKey: '/no/such.key' }, /^broker\.tls\.client_key: \/no\/such\.key cannot be read/],
      [{ clientCert: at('a.pem'), clientKey: at('b.key') }, /^broker\.tls\.client_key: .*b\.key must be the private key, without a passphrase, of .*a\.pem \(.+\)$/],
    ];
    for (const [more, message] of cases) {
      await assert.rejects(of(more), (error) => {
        assert.ok(error instanceof BrokerError);
        assert.deepEqual([error.code, error.step], ['PSA_BROKER_TLS', 'tls']);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
