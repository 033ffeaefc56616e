import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type ConnectionOptions } from 'node:tls';
import type { TlsSettings } from '../model/settings.js';
import { BrokerError, messageOf } from '../model/errors.js';
import { firstBytes } from '../providers/file.js';

/**
 * The options of one TLS connection, its files read now. Throws BrokerError PSA_BROKER_TLS naming the file that cannot
 * be used.
 *
 * @param timeout milliseconds that a file may take to be read.
 */
export async function tlsOptions(settings: TlsSettings, host: string, timeout: number): Promise<Omit<ConnectionOptions, 'timeout'>> {
  const { caCert, clientCert, clientKey } = settings;
  const name = settings.serverName ?? host;
  const ca = caCert === undefined ? undefined : await certificates(caCert, 'ca_cert', timeout);
  const cert = clientCert === undefined ? undefined : await certificates(clientCert, 'client_cert', timeout);
  const key = clientKey === undefined ? undefined : await pem(clientKey, 'client_key', timeout);
  if (cert !== undefined && key !== undefined) checkPair(cert, key, settings);
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: settings.verify,
    // Not by `servername` alone: that must not be an address, and a certificate may well be for one.
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** More than any list of authorities. */
const longestFile = 4 * 1024 * 1024;

async function pem(path: string, setting: string, timeout: number): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await firstBytes(path, longestFile + 1, timeout);
  } catch (error) {
    throw unusable(`broker.tls.${setting}: ${path} cannot be read (${messageOf(error)}): check the path and its permissions`, error);
  }
  if (bytes.length > longestFile) throw unusable(`broker.tls.${setting}: ${path} must be a file in PEM, and has more than 4 MiB`);
  return bytes.toString('utf8');
}

const certificatePattern = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A PEM file of certificates. Node takes a file without any as an empty list of authorities, in silence. */
async function certificates(path: string, setting: string, timeout: number): Promise<string> {
  const text = await pem(path, setting, timeout);
  const found = text.match(certificatePattern) ?? [];
  if (found.length === 0) throw unusable(`broker.tls.${setting}: ${path} must hold a certificate in PEM and holds none`);
  for (const certificate of found) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw unusable(`broker.tls.${setting}: ${path} holds a damaged certificate (${messageOf(error)})`, error);
    }
  }
  return text;
}

function checkPair(cert: string, key: string, settings: TlsSettings): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw unusable(
      `broker.tls.client_key: ${settings.clientKey ?? ''} must be the private key, without a passphrase, of ${settings.clientCert ?? ''} (${messageOf(error)})`,
      error,
    );
  }
}

function unusable(message: string, cause?: unknown): BrokerError {
  return new BrokerError('PSA_BROKER_TLS', 'tls', message, { cause });
}
