import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerError, ConfigError, type AgentError } from '../model/errors.js';
import type { BrokerSettings } from '../model/settings.js';
import { channelFault, connectFault, lossFault, replyCode, resolveTimeoutFault, timeoutFault } from './errors.js';
import { settingsFor } from './harness.test.support.js';

const at = 'rabbit:5671';
const plain = settingsFor(5671, 'e', { username: 'u', vhost: 'v', connectTimeout: 7, heartbeat: 4 });
const tls = (more: object = {}): BrokerSettings => ({ ...plain, tls: { enabled: true, verify: true, ...more } });
const coded = (code: string | number, message = 'what it said', more: object = {}): Error => Object.assign(new Error(message), { code }, more);
const told = (fault: AgentError): unknown[] => [fault.code, fault instanceof BrokerError ? fault.step : undefined, fault.message];

describe('connectFault', () => {
  it('has a sentence for every code of a TLS handshake', () => {
    const unknown = `the certificate of ${at} is not signed by an authority that this system trusts: set broker.tls.ca_cert to its CA`;
    const old = `${at} offers no TLS 1.2 or newer: enable it in RabbitMQ (ssl_options.versions)`;
    const client = `${at} ended the TLS handshake, most likely because it asks for a client certificate: set broker.tls.client_cert and client_key`;
    const notTls = `${at} does not speak TLS: use the broker's TLS port (5671) or set broker.tls.enabled to false`;
    const sentences: Record<string, string> = {
      UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknown, UNABLE_TO_GET_ISSUER_CERT: unknown, UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknown,
      SELF_SIGNED_CERT_IN_CHAIN: unknown, DEPTH_ZERO_SELF_SIGNED_CERT: unknown, CERT_SIGNATURE_FAILURE: unknown, INVALID_CA: unknown,
      CERT_HAS_EXPIRED: `the certificate of ${at} has expired: renew it on the broker, or check this host's clock`,
      CERT_NOT_YET_VALID: `the certificate of ${at} is not valid yet: check this host's clock and the certificate's dates`,
      CERT_REVOKED: `the certificate of ${at} is revoked: renew it on the broker`,
      ERR_SSL_WRONG_VERSION_NUMBER: notTls, ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
      ERR_SSL_UNSUPPORTED_PROTOCOL: old, ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: old,
      ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: client, ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: client, ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: client,
      ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: client, ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: client, ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: client,
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': client, 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': client, 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED': client,
      'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN': client,
      ERR_SSL_ANYTHING_ELSE: `the TLS handshake with ${at} failed: what it said`, ERR_TLS_HANDSHAKE_TIMEOUT: `the TLS handshake with ${at} failed: what it said`,
      ERR_OSSL_X: `the TLS handshake with ${at} failed: what it said`, CERT_UNTRUSTED: `the TLS handshake with ${at} failed: what it said`,
      EPROTO: `the TLS handshake with ${at} failed: what it said`,
    };
    for (const [code, sentence] of Object.entries(sentences)) {
      const error = coded(code);
      const fault = connectFault(error, tls(), 'rabbit');
      assert.deepEqual([...told(fault), fault.cause], ['PSA_BROKER_TLS', 'tls', `${sentence} (${code})`, error]);
      assert.doesNotMatch(connectFault(coded(code), plain, 'rabbit').message, /certificate|TLS handshake|TLS 1\.2/, 'not without TLS');
    }
  });

  it('names the setting that a certificate was held against', () => {
    const message = (code: string, more: object, text?: string, facts?: object): string => connectFault(coded(code, text, facts), tls(more), 'rabbit').message;
    assert.equal(
      message('SELF_SIGNED_CERT_IN_CHAIN', { caCert: '/ca.pem' }),
      `the certificate of ${at} is not signed by an authority in broker.tls.ca_cert (/ca.pem): check that it is the CA of this broker (SELF_SIGNED_CERT_IN_CHAIN)`,
    );
    assert.equal(
      message('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { clientCert: '/c.pem' }),
      `${at} did not accept the client certificate /c.pem: check that the broker trusts its CA and that it has not expired (ERR_SSL_TLSV1_ALERT_UNKNOWN_CA)`,
    );
    const alternative = (name: string, reason: string): string =>
      `the certificate of ${at} is not for the name "${name}" (${reason}): use a name it carries in broker.hostnames or set broker.tls.server_name (ERR_TLS_CERT_ALTNAME_INVALID)`;
    assert.equal(message('ERR_TLS_CERT_ALTNAME_INVALID', {}, 'm'), alternative('rabbit', 'm'));
    assert.equal(message('ERR_TLS_CERT_ALTNAME_INVALID', { serverName: 's' }, 'm', { reason: 'it\u0007 is not' }), alternative('s', 'it\\u0007 is not'));
  });

  it('tells a TLS port that hangs up from a lost network', () => {
    const error = coded('ECONNRESET', 'Client network socket disconnected before secure TLS connection was established');
    assert.deepEqual(told(connectFault(error, tls(), 'rabbit')), ['PSA_BROKER_TLS', 'tls', `${at} closed the connection during the TLS handshake: check that it is the broker's TLS port (5671) (ECONNRESET)`]);
  });

  it('has a sentence for every refusal of a login', () => {
    const cases: [string, string, string][] = [
      ['Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - x"', 'login', `${at} refused the login of user "u": check broker.username and the password (ACCESS_REFUSED)`],
      ['Handshake terminated by server: 530 (NOT-ALLOWED) with message "no\nmore"', 'login', `${at} ended the login of user "u": no\\nmore`],
      [
        'Expected ConnectionOpenOk; got <ConnectionClose channel:0>', 'vhost',
        `${at} refused the virtual host "v" to user "u": it does not exist, the user has no permission for it, or a connection limit is reached; check broker.vhost, rabbitmqctl list_vhosts and list_user_permissions (NOT_ALLOWED)`,
      ],
      ['SASL mechanism PLAIN is not provided by the server', 'login', `${at} does not offer the login mechanism PLAIN: enable auth_mechanisms PLAIN in RabbitMQ`],
    ];
    for (const broker of [plain, tls()]) {
      for (const [message, step, sentence] of cases) {
        const error = new Error(message);
        const fault = connectFault(error, broker, 'rabbit');
        assert.deepEqual([...told(fault), fault.cause], ['PSA_BROKER_REFUSED', step, sentence, error]);
      }
      // The server's words are at the begin of the message, not somewhere in it.
      for (const [message] of cases) assert.equal(connectFault(new Error(`x ${message}`), plain, 'rabbit').code, 'PSA_BROKER_UNREACHABLE');
    }
  });

  it('has a sentence for every fault of the network', () => {
    const noRoute = `there is no route to ${at}: check the address and this host's network`;
    const reset = `${at} reset the connection: check that RabbitMQ listens there and nothing between refuses it`;
    const tlsPort = ', or it is the TLS port: then set broker.tls.enabled to true';
    const cases: [Error, BrokerSettings, string, string][] = [
      [coded('ECONNREFUSED'), plain, 'connect', `nobody listens at ${at}: check broker.hostnames and broker.port, and that RabbitMQ is running there (ECONNREFUSED)`],
      [coded('ETIMEDOUT'), plain, 'connect', `${at} did not answer: check the address and the firewall (ETIMEDOUT)`],
      [coded('EHOSTUNREACH'), plain, 'connect', `${noRoute} (EHOSTUNREACH)`],
      [coded('ENETUNREACH'), plain, 'connect', `${noRoute} (ENETUNREACH)`],
      [coded('ECONNRESET'), plain, 'connect', `${reset}${tlsPort} (ECONNRESET)`],
      [coded('ECONNRESET'), tls(), 'connect', `${reset} (ECONNRESET)`],
      [coded('ENOTFOUND', 'm', { syscall: 'getaddrinfo' }), plain, 'resolve', 'the name "rabbit" is not known: check broker.hostnames and this host\'s DNS (ENOTFOUND)'],
      [coded('ECONNREFUSED', 'm', { syscall: 'connect' }), plain, 'connect', `nobody listens at ${at}: check broker.hostnames and broker.port, and that RabbitMQ is running there (ECONNREFUSED)`],
      [new Error('Socket closed abruptly during opening handshake'), plain, 'connect', `${at} ended the AMQP handshake: RabbitMQ is stopping there, or it is no AMQP port${tlsPort}`],
      [new Error('Invalid frame'), tls(), 'connect', `${at} ended the AMQP handshake: RabbitMQ is stopping there, or it is no AMQP port`],
      [new Error('Frame size 9 exceeds maxFrameSize 8'), tls(), 'connect', `${at} ended the AMQP handshake: RabbitMQ is stopping there, or it is no AMQP port`],
      [coded('EPIPE', 'broken\u001b'), plain, 'connect', `the connection to ${at} failed: broken\\u001b (EPIPE)`],
      [new Error('something else'), plain, 'connect', `the connection to ${at} failed: something else`],
    ];
    for (const [error, broker, step, sentence] of cases) {
      const fault = connectFault(error, broker, 'rabbit');
      assert.deepEqual(told(fault), ['PSA_BROKER_UNREACHABLE', step, sentence]);
      assert.equal(fault.cause, error);
    }
  });

  it('leaves a fault of our own as it is, as the reason of an abort too', () => {
    const own = new ConfigError('PSA_SECRET_UNAVAILABLE', 'the password file cannot be read');
    for (const meaning of [connectFault, lossFault]) {
      assert.equal(meaning(own, plain, 'rabbit'), own);
      assert.equal(meaning(Object.assign(new Error('aborted', { cause: own }), { name: 'AbortError' }), plain, 'rabbit'), own);
      assert.notEqual(meaning(new Error('another name', { cause: own }), plain, 'rabbit'), own);
      assert.notEqual(meaning(Object.assign(new Error('aborted', { cause: new Error('x') }), { name: 'AbortError' }), plain, 'rabbit').message, 'x');
    }
    assert.equal(channelFault(own, plain, 'publish'), own);
  });
});

describe('a code that only looks like one of TLS', () => {
  it('is one of the network', () => {
    for (const code of ['EPROTONOSUPPORT', 'XEPROTO', 'MY_ERR_SSL_X', 'NOCERT_X', 'CERTX', 'ERR_SOCKET_CLOSED']) {
      assert.deepEqual(told(connectFault(coded(code), tls(), 'rabbit')).slice(0, 2), ['PSA_BROKER_UNREACHABLE', 'connect'], code);
    }
    for (const code of ['EPROTO', 'ERR_SSL_X', 'ERR_TLS_X', 'ERR_OSSL_X', 'CERT_X']) assert.equal(connectFault(coded(code), tls(), 'rabbit').code, 'PSA_BROKER_TLS', code);
  });
});

describe('what is no error', () => {
  it('that is thrown or given as a reason has its sentence too', () => {
    for (const thrown of ['a text', null, undefined, 7]) {
      assert.deepEqual(told(connectFault(thrown, plain, 'rabbit')), ['PSA_BROKER_UNREACHABLE', 'connect', `the connection to ${at} failed: ${String(thrown)}`]);
    }
  });
});

describe('what was not answered in time', () => {
  it('names the time and the settings', () => {
    assert.deepEqual(told(timeoutFault(plain, at, 'open a channel')), ['PSA_BROKER_UNREACHABLE', 'connect', `${at} did not open a channel within 7 s: check the address, the firewall and broker.connect_timeout`]);
    assert.deepEqual(told(resolveTimeoutFault(plain, 'rabbit')), ['PSA_BROKER_UNREACHABLE', 'resolve', 'the name "rabbit" could not be resolved within 7 s: check this host\'s name servers, broker.hostnames and broker.connect_timeout']);
  });
});

describe('lossFault', () => {
  it('tells a dead connection, a broker that closes it and a broker that sends nonsense apart', () => {
    const closed = (code: number): Error => coded(code, `Connection closed: ${String(code)} (X) with message "it\nsaid"`);
    const cases: [unknown, string, string, string][] = [
      [new Error('Heartbeat timeout'), 'PSA_BROKER_UNREACHABLE', 'connect', `${at} sent nothing for two heartbeats of 4 s: the connection is dead`],
      [closed(320), 'PSA_BROKER_UNREACHABLE', 'connect', `the broker closed the connection of ${at}: it\\nsaid`],
      [closed(501), 'PSA_BROKER_CHANNEL', 'publish', `the broker closed the connection of ${at} for an error: it\\nsaid`],
      [coded('EPIPE', 'broken'), 'PSA_BROKER_UNREACHABLE', 'connect', `the connection to ${at} was lost: broken`],
      [undefined, 'PSA_BROKER_UNREACHABLE', 'connect', `the connection to ${at} was lost: closed`],
    ];
    for (const text of ['Frame size 9 exceeds maxFrameSize 8', 'Invalid frame', 'Unknown frame type 7', 'Too much content', 'Unexpected frame on channel 0', 'an unexpected frame', 'for an unknown channel: 7']) {
      cases.push([coded(501, text), 'PSA_BROKER_CHANNEL', 'publish', `${at} sent what is no AMQP, or a frame beyond the limit: ${text}`]);
    }
    for (const [error, ...sentence] of cases) {
      const fault = lossFault(error, plain, at);
      assert.deepEqual(told(fault), sentence);
      assert.equal(fault.cause, error);
    }
  });
});

describe('channelFault', () => {
  it('says which permission is missing, and what became of the exchange', () => {
    const said = (code: number, text: string): Error => coded(code, `Channel closed by server: ${String(code)} (X) with message "${text}"`);
    const cases: [unknown, 'exchange' | 'publish', string, string][] = [
      [said(403, 'no'), 'exchange', 'PSA_BROKER_REFUSED', 'the broker does not let user "u" declare the exchange "e": give the user the configure permission (rabbitmqctl set_permissions). It said: no'],
      [said(403, 'no'), 'publish', 'PSA_BROKER_REFUSED', 'the broker does not let user "u" publish to the exchange "e": give the user the write permission (rabbitmqctl set_permissions). It said: no'],
      [said(403, 'it is internal'), 'publish', 'PSA_BROKER_REFUSED', 'the broker does not let user "u" publish to the exchange "e": the exchange is internal and takes nothing from publishers: use another exchange. It said: it is internal'],
      [said(404, 'no exchange'), 'publish', 'PSA_BROKER_CHANNEL', 'the exchange "e" is gone, as it is when its last consumer leaves'],
      [said(406, 'inequivalent'), 'exchange', 'PSA_BROKER_CHANNEL', 'the broker does not take what was asked of the exchange "e": inequivalent'],
      [said(541, 'error'), 'publish', 'PSA_BROKER_CHANNEL', 'the channel was closed: error'],
      ['a text', 'exchange', 'PSA_BROKER_CHANNEL', 'the channel was closed: a text'],
    ];
    for (const [error, step, code, sentence] of cases) {
      const fault = channelFault(error, plain, step);
      assert.deepEqual(told(fault), [code, step, sentence]);
      assert.equal(fault.cause, error);
    }
    assert.equal(channelFault(said(541, 'x'.repeat(400)), plain, 'publish').message.length, 'the channel was closed: '.length + 300);
  });
});

describe('replyCode', () => {
  it('is a number and nothing else', () => {
    assert.deepEqual([coded(404), coded('ENOENT'), new Error('x'), null, undefined, 'text', { code: 1 }].map(replyCode), [404, undefined, undefined, undefined, undefined, undefined, 1]);
  });
});
