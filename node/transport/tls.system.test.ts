import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { TlsSettings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { makeCertificates, type KeyPair, type TestCertificates } from '../test/support/certificates.js';
import { frame } from '../test/support/amqpFrames.js';
import { startScriptedBroker } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { checkBroker } from './checkBroker.js';
import { Consumer, Harness, openBroker, settingsFor, stopHarnesses } from './harness.test.support.js';

/** The certificates that a broker may show, each at a port of its own; `asking`: it wants the client's. */
const shown = ['good', 'asking', 'changing', 'wrongName'] as const;
const ports = new Map<(typeof shown)[number], number>();
/** The files of the certificate that is exchanged for another. */
let changing: KeyPair;
let certificates: TestCertificates;
const broker = await openBroker();

async function listen(): Promise<void> {
  certificates = await makeCertificates();
  const folder = dirname(certificates.ca);
  changing = { cert: join(folder, 'current.pem'), key: join(folder, 'current.key') };
  await copyFile(certificates.expired.cert, changing.cert);
  await copyFile(certificates.expired.key, changing.key);
  const pairs = { good: certificates.server, asking: certificates.server, changing, wrongName: certificates.wrongName };
  // A broker's settings know one certificate for all its ports. A broker for each would be four more starts.
  const listeners = await Promise.all(shown.map(async (name) => {
    const [port, asks] = [await freePort(), name === 'asking'];
    ports.set(name, port);
    return `rabbit_networking:start_ssl_listener({"127.0.0.1", ${String(port)}}, [{cacertfile, "${certificates.ca}"}, {certfile, "${pairs[name].cert}"}, {keyfile, "${pairs[name].key}"}, `
      + `{verify, ${asks ? 'verify_peer' : 'verify_none'}}, {fail_if_no_peer_cert, ${String(asks)}}, {versions, ['tlsv1.2']}], 10)`;
  }));
  await broker.ctl('eval', `rabbit_networking:ensure_ssl(), ${listeners.join(', ')}.`);
  for (const port of ports.values()) await listening(port);
}

function tls(more: Partial<TlsSettings> = {}): TlsSettings {
  return { enabled: true, verify: true, caCert: certificates.ca, ...more };
}

/** The broker's port without TLS, and the one where it shows a certificate. */
function portsOf(name: (typeof shown)[number]): { readonly port: number; readonly tlsPort: number } {
  return { port: broker.port, tlsPort: ports.get(name) ?? assert.fail(name) };
}

/** RabbitMQ opens its TLS port a moment after the plain one. */
async function listening(port: number): Promise<void> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => { resolve(true); });
      socket.once('error', () => { resolve(false); });
    });
    socket.destroy();
    if (open) return;
    await delay(50);
  }
}

/** Both the transport and check-broker refuse with the sentence, at the step. */
async function refuses(port: number, settings: TlsSettings, message: RegExp, hostnames = ['localhost']): Promise<void> {
  const broker = settingsFor(port, 'tls', { tls: settings, hostnames });
  const harness = new Harness(broker);
  harness.transport.start();
  await until('the refusal', () => harness.failures.length > 0);
  const [event] = harness.failures;
  assert.match(event?.message ?? '', message);
  assert.deepEqual([event?.code, event?.step], ['PSA_BROKER_TLS', 'tls']);
  await harness.stop();
  const check = await checkBroker(broker);
  assert.equal(check.ok, false);
  assert.match(check.error?.message ?? '', message);
  assert.equal(check.steps.at(-1)?.step, 'tls');
}

async function publishes(port: number, plainPort: number, settings: TlsSettings, hostnames = ['localhost']): Promise<Harness> {
  const consumer = await Consumer.open(plainPort, 'tls');
  const broker = settingsFor(port, 'tls', { tls: settings, hostnames });
  const harness = new Harness(broker);
  harness.transport.start();
  await harness.put(5);
  await until('the samples', () => consumer.firsts.length === 5);
  await harness.stop();
  const check = await checkBroker(broker);
  assert.deepEqual(check.steps.map(({ step, ok }) => [step, ok]), [
    ['resolve', true], ['connect', true], ['tls', true], ['login', true], ['vhost', true], ['exchange', true], ['publish', true], ['binding', true],
  ]);
  await consumer.close();
  return harness;
}

describe('over TLS', () => {
  before(listen);
  after(async () => {
    await stopHarnesses();
    await certificates.remove();
  });

  describe('a broker with a good certificate', () => {
    it('is spoken to, and every fault of ours has its own sentence', async () => {
      const { port, tlsPort } = portsOf('good');
      assert.equal((await publishes(tlsPort, port, tls())).told('unverified').length, 0);
      await publishes(tlsPort, port, tls(), ['127.0.0.1']);
      await refuses(tlsPort, tls({ caCert: certificates.strangerCa }), /not signed by an authority in broker\.tls\.ca_cert/);
      await refuses(tlsPort, { enabled: true, verify: true }, /not signed by an authority that this system trusts/);
      await refuses(tlsPort, tls({ serverName: 'other.example' }), /is not for the name "other\.example".*broker\.tls\.server_name/);
      await refuses(tlsPort, tls({ caCert: certificates.garbage }), /ca_cert: .*garbage\.pem must hold a certificate in PEM/);
      await refuses(tlsPort, tls({ caCert: '/no/such.pem' }), /ca_cert: \/no\/such\.pem cannot be read/);
      await refuses(tlsPort, tls({ clientCert: certificates.client.cert, clientKey: certificates.server.key }), /client_key: .* must be the private key/);
      await refuses(port, tls(), /does not speak TLS: use the broker's TLS port/);
    });

    it('spoken to without TLS says so', async () => {
      const { tlsPort } = portsOf('good');
      const settings = settingsFor(tlsPort, 'tls');
      const harness = new Harness(settings);
      harness.transport.start();
      await until('the refusal', () => harness.failures.length > 0);
      assert.match(harness.failures[0]?.message ?? '', /or it is the TLS port: then set broker\.tls\.enabled to true/);
      await harness.stop();
      const check = await checkBroker(settings);
      assert.match(check.error?.message ?? '', /speaks TLS and was spoken to without: set broker\.tls\.enabled/);
      assert.equal(check.steps.at(-1)?.step, 'tls');
    });
  });

  describe('a broker that asks for a client certificate', () => {
    it('takes ours, refuses none and a stranger\'s', async () => {
      const { port, tlsPort } = portsOf('asking');
      const { cert: clientCert, key: clientKey } = certificates.client;
      await publishes(tlsPort, port, tls({ clientCert, clientKey }));
      await refuses(tlsPort, tls(), /asks for a client certificate: set broker\.tls\.client_cert/);
      const stranger = certificates.strangerClient;
      await refuses(tlsPort, tls({ clientCert: stranger.cert, clientKey: stranger.key }), /did not accept the client certificate/);
    });
  });

  describe('a broker with a bad certificate', () => {
    it('expired: refused; not verified: warned of on every start; renewed: taken', async () => {
      const { port, tlsPort } = portsOf('changing');
      await refuses(tlsPort, tls(), /has expired: renew it on the broker/);
      const harness = await publishes(tlsPort, port, tls({ verify: false }));
      assert.equal(harness.told('unverified').length, 1);
      assert.equal(harness.told('unverified')[0]?.level, 'warn');
      // Our own CA file is wrong at first and put right while it runs.
      const caCert = join(dirname(certificates.ca), 'authority.pem');
      await copyFile(certificates.strangerCa, caCert);
      await copyFile(certificates.server.cert, changing.cert);
      await copyFile(certificates.server.key, changing.key);
      await broker.ctl('eval', 'ssl:clear_pem_cache().');
      const running = new Harness(settingsFor(tlsPort, 'tls', { tls: tls({ caCert }), hostnames: ['localhost'] }));
      running.transport.start();
      await until('the refusal', () => running.failures.length > 0);
      await copyFile(certificates.ca, caCert);
      await until('the connection', () => running.transport.state().connected);
      await running.stop();
    });

    it('for another name: refused, unless that name is what is asked for', async () => {
      const { port, tlsPort } = portsOf('wrongName');
      await refuses(tlsPort, tls(), /is not for the name "localhost".*other\.example/);
      await publishes(tlsPort, port, tls({ serverName: 'other.example' }));
    });
  });

  describe('a broker that speaks TLS and then nonsense', () => {
    it('in one packet with its answer to the login: it costs the connection, not the process', async () => {
      const [cert, key] = await Promise.all([readFile(certificates.server.cert, 'utf8'), readFile(certificates.server.key, 'utf8')]);
      let sent = 0;
      const broker = await startScriptedBroker({ opened: (socket) => { if ((sent += 1) === 1) socket.write(frame(3, 0, Buffer.from('x'))); } }, { cert, key });
      const harness = new Harness(settingsFor(broker.port, 'tls', { tls: tls(), hostnames: ['localhost'] }));
      harness.transport.start();
      await harness.put(3);
      await until('the samples', () => harness.transport.state().published === 3);
      assert.equal(harness.transport.state().reconnects, 1);
      assert.match(harness.told('connectionLost')[0]?.message ?? '', /sent what is no AMQP, or a frame beyond the limit: Unexpected frame on channel 0/);
      await harness.stop();
      await broker.close();
    });
  });
});
