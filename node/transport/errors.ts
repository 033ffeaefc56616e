/** What a failed attempt means: errors of Node, OpenSSL, amqplib and RabbitMQ, each as one sentence for a person. */
import type { BrokerSettings } from '../model/settings.js';
import { display } from '../model/display.js';
import { AgentError, BrokerError, messageOf, systemCode } from '../model/errors.js';
import { addressOf } from './endpoint.js';

/** The AMQP reply code of an error of amqplib (404, 406, ...). */
export function replyCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** What a failed attempt to connect means. An AgentError, also as the reason of an abort, is its own meaning. */
export function connectFault(error: unknown, broker: BrokerSettings, host: string): AgentError {
  if (error instanceof AgentError) return error;
  if (error instanceof Error && error.name === 'AbortError' && error.cause instanceof AgentError) return error.cause;
  return loginFault(error, broker, host) ?? tlsFault(error, broker, host) ?? networkFault(error, broker, host);
}

/** No answer within broker.connectTimeout. */
export function timeoutFault(broker: BrokerSettings, address: string, what: string): BrokerError {
  return new BrokerError(
    'PSA_BROKER_UNREACHABLE',
    'connect',
    `${address} did not ${what} within ${String(broker.connectTimeout)} s: check the address, the firewall and broker.connect_timeout`,
  );
}

/** No answer of the name server within broker.connectTimeout. */
export function resolveTimeoutFault(broker: BrokerSettings, host: string): BrokerError {
  return new BrokerError(
    'PSA_BROKER_UNREACHABLE',
    'resolve',
    `the name "${host}" could not be resolved within ${String(broker.connectTimeout)} s: check this host's name servers, broker.hostnames and broker.connect_timeout`,
  );
}

function loginFault(error: unknown, broker: BrokerSettings, host: string): BrokerError | undefined {
  const message = messageOf(error);
  const refused = (step: 'login' | 'vhost', text: string) => new BrokerError('PSA_BROKER_REFUSED', step, text, { cause: error });
  const at = addressOf(broker, host);
  if (/^Handshake terminated by server: 403/.test(message)) {
    return refused('login', `${at} refused the login of user "${broker.username}": check broker.username and the password (ACCESS_REFUSED)`);
  }
  if (/^Handshake terminated by server/.test(message)) {
    return refused('login', `${at} ended the login of user "${broker.username}": ${serverText(message)}`);
  }
  // amqplib does not pass on the server's text here; RabbitMQ answers connection.open in this way for these three only.
  if (/^Expected ConnectionOpenOk; got <ConnectionClose/.test(message)) {
    return refused(
      'vhost',
      `${at} refused the virtual host "${broker.vhost}" to user "${broker.username}": it does not exist, the user has no permission for it, or a connection limit is reached; check broker.vhost, rabbitmqctl list_vhosts and list_user_permissions (NOT_ALLOWED)`,
    );
  }
  if (/^SASL mechanism/.test(message)) {
    return refused('login', `${at} does not offer the login mechanism PLAIN: enable auth_mechanisms PLAIN in RabbitMQ`);
  }
  return undefined;
}

type Sentence = (broker: BrokerSettings, at: string, name: string, error: unknown) => string;

const unknownAuthority: Sentence = (broker, at) =>
  `the certificate of ${at} is not signed by an authority ${broker.tls.caCert === undefined ? 'that this system trusts: set broker.tls.ca_cert to its CA' : `in broker.tls.ca_cert (${broker.tls.caCert}): check that it is the CA of this broker`}`;
const clientCertificate: Sentence = (broker, at) =>
  broker.tls.clientCert === undefined
    ? `${at} ended the TLS handshake, most likely because it asks for a client certificate: set broker.tls.client_cert and client_key`
    : `${at} did not accept the client certificate ${broker.tls.clientCert}: check that the broker trusts its CA and that it has not expired`;
const notTls: Sentence = (_broker, at) =>
  `${at} does not speak TLS: use the broker's TLS port (5671) or set broker.tls.enabled to false`;
const oldTls: Sentence = (_broker, at) => `${at} offers no TLS 1.2 or newer: enable it in RabbitMQ (ssl_options.versions)`;

const tlsSentences: Readonly<Record<string, Sentence>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  INVALID_CA: unknownAuthority,
  CERT_HAS_EXPIRED: (_broker, at) => `the certificate of ${at} has expired: renew it on the broker, or check this host's clock`,
  CERT_NOT_YET_VALID: (_broker, at) => `the certificate of ${at} is not valid yet: check this host's clock and the certificate's dates`,
  CERT_REVOKED: (_broker, at) => `the certificate of ${at} is revoked: renew it on the broker`,
  ERR_TLS_CERT_ALTNAME_INVALID: (_broker, at, name, error) =>
    `the certificate of ${at} is not for the name "${name}" (${reasonOf(error)}): use a name it carries in broker.hostnames or set broker.tls.server_name`,
  ERR_SSL_WRONG_VERSION_NUMBER: notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: notTls,
  ERR_SSL_UNSUPPORTED_PROTOCOL: oldTls,
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: oldTls,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: clientCertificate,
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: clientCertificate,
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: clientCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: clientCertificate,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientCertificate,
};

function tlsFault(error: unknown, broker: BrokerSettings, host: string): BrokerError | undefined {
  if (!broker.tls.enabled) return undefined;
  const at = addressOf(broker, host);
  const code = systemCode(error) ?? '';
  const fault = (text: string) => new BrokerError('PSA_BROKER_TLS', 'tls', `${text} (${code})`, { cause: error });
  // Since OpenSSL 3.2, which Node 22 has, an alert of SSL 3 is called one of SSL/TLS.
  const sentence = tlsSentences[code.replace('SSL/TLS_ALERT', 'SSLV3_ALERT')];
  if (sentence !== undefined) return fault(sentence(broker, at, broker.tls.serverName ?? host, error));
  if (/^ERR_(SSL|TLS|OSSL)_|^CERT_|^EPROTO$/.test(code)) return fault(`the TLS handshake with ${at} failed: ${foreign(messageOf(error))}`);
  if (/before secure TLS connection/.test(messageOf(error))) {
    return fault(`${at} closed the connection during the TLS handshake: check that it is the broker's TLS port (5671)`);
  }
  return undefined;
}

/** Of an error with a code. */
function reasonOf(error: unknown): string {
  const { reason } = error as { readonly reason?: string };
  return foreign(reason ?? messageOf(error));
}

const networkSentences: Readonly<Record<string, (at: string) => string>> = {
  ECONNREFUSED: (at) => `nobody listens at ${at}: check broker.hostnames and broker.port, and that RabbitMQ is running there`,
  ETIMEDOUT: (at) => `${at} did not answer: check the address and the firewall`,
  EHOSTUNREACH: (at) => `there is no route to ${at}: check the address and this host's network`,
  ENETUNREACH: (at) => `there is no route to ${at}: check the address and this host's network`,
  ECONNRESET: (at) => `${at} reset the connection: check that RabbitMQ listens there and nothing between refuses it`,
};

function networkFault(error: unknown, broker: BrokerSettings, host: string): BrokerError {
  const at = addressOf(broker, host);
  const code = systemCode(error);
  const options = { cause: error };
  const suffix = code === undefined ? '' : ` (${code})`;
  if (typeof error === 'object' && error !== null && 'syscall' in error && error.syscall === 'getaddrinfo') {
    return new BrokerError('PSA_BROKER_UNREACHABLE', 'resolve', `the name "${host}" is not known: check broker.hostnames and this host's DNS${suffix}`, options);
  }
  const sentence = networkSentences[code ?? ''];
  // A TLS port answers plain AMQP with an alert and a reset, and whichever comes first is told.
  const tlsPort = broker.tls.enabled ? '' : ', or it is the TLS port: then set broker.tls.enabled to true';
  if (sentence !== undefined) {
    const hint = code === 'ECONNRESET' ? tlsPort : '';
    return new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', sentence(at) + hint + suffix, options);
  }
  if (/during opening handshake|Invalid frame|maxFrameSize|Unknown frame type|Frame on channel/i.test(messageOf(error))) {
    return new BrokerError(
      'PSA_BROKER_UNREACHABLE',
      'connect',
      `${at} ended the AMQP handshake: RabbitMQ is stopping there, or it is no AMQP port${tlsPort}`,
      options,
    );
  }
  return new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', `the connection to ${at} failed: ${foreign(messageOf(error))}${suffix}`, options);
}

/** What the loss of an open connection means. */
export function lossFault(error: unknown, broker: BrokerSettings, address: string): AgentError {
  if (error instanceof AgentError) return error;
  if (error instanceof Error && error.name === 'AbortError' && error.cause instanceof AgentError) return error.cause;
  const message = messageOf(error ?? 'closed');
  const lost = (text: string) => new BrokerError('PSA_BROKER_UNREACHABLE', 'connect', text, { cause: error });
  if (/maxFrameSize|Invalid frame|Unknown frame type|Too much content|[Uu]nexpected frame|unknown channel/.test(message)) {
    return new BrokerError('PSA_BROKER_CHANNEL', 'publish', `${address} sent what is no AMQP, or a frame beyond the limit: ${foreign(message)}`, { cause: error });
  }
  if (message === 'Heartbeat timeout') return lost(`${address} sent nothing for two heartbeats of ${String(broker.heartbeat)} s: the connection is dead`);
  if (replyCode(error) === 320) return lost(`the broker closed the connection of ${address}: ${serverText(message)}`);
  if (replyCode(error) !== undefined) {
    return new BrokerError('PSA_BROKER_CHANNEL', 'publish', `the broker closed the connection of ${address} for an error: ${serverText(message)}`, { cause: error });
  }
  return lost(`the connection to ${address} was lost: ${foreign(message)}`);
}

/** What the failure of the channel means, at the declaration of the exchange or while publishing. */
export function channelFault(error: unknown, broker: BrokerSettings, step: 'exchange' | 'publish'): AgentError {
  if (error instanceof AgentError) return error;
  const { exchange, username } = broker;
  const text = serverText(messageOf(error));
  const closed = (message: string) => new BrokerError('PSA_BROKER_CHANNEL', step, message, { cause: error });
  switch (replyCode(error)) {
    case 403: {
      const right = step === 'exchange' ? 'configure' : 'write';
      const advice = /internal/.test(text)
        ? 'the exchange is internal and takes nothing from publishers: use another exchange'
        : `give the user the ${right} permission (rabbitmqctl set_permissions)`;
      return new BrokerError(
        'PSA_BROKER_REFUSED',
        step,
        `the broker does not let user "${username}" ${step === 'exchange' ? 'declare' : 'publish to'} the exchange "${exchange.name}": ${advice}. It said: ${text}`,
        { cause: error },
      );
    }
    case 404:
      return closed(`the exchange "${exchange.name}" is gone, as it is when its last consumer leaves`);
    case 406:
      return closed(`the broker does not take what was asked of the exchange "${exchange.name}": ${text}`);
    default:
      return closed(`the channel was closed: ${text}`);
  }
}

/** The server's own text within a message of amqplib. */
function serverText(message: string): string {
  return foreign(/with message "(.*)"$/s.exec(message)?.[1] ?? message);
}

/** A text of the broker or of its certificate, as it may be told. */
function foreign(text: string): string {
  return display(text, 300);
}
