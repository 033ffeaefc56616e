import { warning, type Warning } from '../config/fault.js';
import { messageOf } from '../model/errors.js';
import type { BrokerSettings, PasswordSource, TlsSettings } from '../model/settings.js';
import { answerTimeout } from '../providers/isolation.js';
import { unprotect } from '../providers/secret.js';
import { readPassword } from '../transport/credentials.js';
import { tlsOptions } from '../transport/tls.js';

const passwordKeys: Readonly<Record<PasswordSource['kind'], string>> = { plain: 'password', file: 'password_file', environment: 'password_env', dpapi: 'password_dpapi' };
const tlsFiles: readonly (readonly [key: string, setting: 'caCert' | 'clientCert' | 'clientKey'])[] = [
  ['ca_cert', 'caCert'], ['client_cert', 'clientCert'], ['client_key', 'clientKey'],
];

/**
 * What a broker's settings name and this host does not have now: the password, each file of TLS. Warnings, for the collector may
 * run elsewhere, or later; the words are those of the connection that would fail.
 *
 * @param timeout milliseconds that a file may take to be read.
 */
export async function sourceWarnings(broker: BrokerSettings | undefined, timeout = answerTimeout): Promise<Warning[]> {
  if (broker === undefined) return [];
  const { password, tls } = broker;
  const files = tls.enabled ? tlsFiles.filter(([, setting]) => tls[setting] !== undefined) : [];
  const warnings = await Promise.all([
    attempt(`/broker/${passwordKeys[password.kind]}`, () => readPassword(password, unprotect, timeout)),
    ...files.map(([key, setting]) => attempt(`/broker/tls/${key}`, () => tlsOptions(alone(tls, setting), '', timeout))),
  ]);
  return warnings.flat();
}

/** The settings with one of their files alone. */
function alone({ enabled, verify, ...files }: TlsSettings, setting: 'caCert' | 'clientCert' | 'clientKey'): TlsSettings {
  return { enabled, verify, [setting]: files[setting] };
}

async function attempt(pointer: string, use: () => Promise<unknown>): Promise<Warning[]> {
  try {
    await use();
    return [];
  } catch (error) {
    const key = `${pointer.slice(1).replaceAll('/', '.')}: `;
    const message = messageOf(error);
    return [warning(pointer, message.startsWith(key) ? message.slice(key.length) : message)];
  }
}
