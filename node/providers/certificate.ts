/** Certificates as every system has them: X.509, in DER or in a file of PEM. */
import { X509Certificate } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Result } from '../catalog/value.js';
import { messageOf, systemCode, UnavailableError } from '../model/errors.js';
import { firstBytes } from './file.js';
import { answerTimeout } from './isolation.js';

/** A file with more bytes is no file of certificates. */
const mostBytes = 4 * 1024 * 1024;
/** Certificates that are read before others have their turn: each takes a tenth of a millisecond. */
const atOnce = 32;
/** The longest text of a subject; a certificate may hold any. */
const mostCharacters = 255;

/** A certificate as a raw reading tells it. */
export interface CertificateRow {
  readonly [key: string]: Result;
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Seconds since 1970. */
  readonly not_before: number;
  readonly not_after: number;
}

/** The certificates that could be read, and how many could not. */
export async function readCertificates(encoded: readonly Buffer[]): Promise<{ readonly rows: readonly CertificateRow[]; readonly unreadable: number }> {
  const rows: CertificateRow[] = [];
  for (const [at, one] of encoded.entries()) {
    if (at % atOnce === atOnce - 1) await nextTurn();
    const row = certificateRow(one);
    if (row !== undefined) rows.push(row);
  }
  return { rows, unreadable: encoded.length - rows.length };
}

/** A certificate in DER or PEM; undefined where it is none. */
function certificateRow(encoded: Buffer): CertificateRow | undefined {
  try {
    const certificate = new X509Certificate(encoded);
    const [not_before, not_after] = [certificate.validFrom, certificate.validTo].map((text) => Date.parse(text) / 1000) as [number, number];
    if (!Number.isFinite(not_before) || !Number.isFinite(not_after)) return undefined;
    const thumbprint = certificate.fingerprint.replaceAll(':', '');
    return { thumbprint, subject: nameText(certificate.subject), issuer: nameText(certificate.issuer), not_before, not_after };
  } catch {
    // OpenSSL's words say no more than that it is none.
    return undefined;
  }
}

/** A name in one line and in Windows' order, the most particular part first; Node gives a part a line, an empty name as undefined. */
function nameText(name: string | undefined): string {
  return (name ?? '').split('\n').reverse().join(', ').slice(0, mostCharacters);
}

/** The certificates in a file, each encoded. Throws UnavailableError where there is none, or no file. */
export async function fileCertificates(path: string): Promise<Buffer[]> {
  const bytes = await firstBytes(path, mostBytes + 1, answerTimeout).catch((error: unknown) => {
    if (error instanceof UnavailableError) throw error;
    throw new UnavailableError(`${path} was expected to hold certificates and cannot be read (${systemCode(error) ?? messageOf(error)})`);
  });
  if (bytes.length > mostBytes) throw new UnavailableError(`${path} was expected to hold certificates and has more than ${String(mostBytes)} bytes`);
  const blocks = bytes.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g);
  if (blocks !== null) return blocks.map((block) => Buffer.from(block));
  // DER begins with a sequence.
  if (bytes[0] === 0x30) return [bytes];
  throw new UnavailableError(`${path} was expected to hold certificates in PEM or DER and has none`);
}
