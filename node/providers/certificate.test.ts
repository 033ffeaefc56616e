import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { after, test } from 'node:test';
import { UnavailableError } from '../model/errors.js';
import { fileCertificates, readCertificates } from './certificate.js';

const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-certificate-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const known = rootCertificates.slice(0, 50).map((pem) => new X509Certificate(pem));

test('a file of PEM gives its certificates in their order, whatever stands between them', async () => {
  const path = file('bundle.pem', rootCertificates.slice(0, 50).map((pem, at) => `# the ${String(at)}th\r\n${pem.replaceAll('\n', '\r\n')}\r\n`).join('\n'));
  const { rows, unreadable } = await readCertificates(await fileCertificates(path));
  assert.equal(unreadable, 0);
  assert.deepEqual(rows.map(({ thumbprint }) => thumbprint), known.map(({ fingerprint }) => fingerprint.replaceAll(':', '')));
  assert.deepEqual(rows.map(({ not_before }) => not_before), known.map(({ validFrom }) => Date.parse(validFrom) / 1000));
  for (const [at, { subject }] of rows.entries()) assert.equal(subject, known[at]!.subject.split('\n').reverse().join(', '));
});

test('a file of DER is one certificate', async () => {
  const { rows } = await readCertificates(await fileCertificates(file('one.cer', known[0]!.raw)));
  assert.equal(rows.length, 1);
});

test('a key beside a certificate is no certificate, and one that is damaged costs itself', async () => {
  const damaged = rootCertificates[1]!.replace(/[A-Za-z0-9]{40}/, 'A'.repeat(40));
  const path = file('mixed.pem', `${rootCertificates[0]!}\n-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n${damaged}\n`);
  const { rows, unreadable } = await readCertificates(await fileCertificates(path));
  assert.deepEqual([rows.length, unreadable], [1, 1]);
});

test('what is no file of certificates is refused in one sentence', async () => {
  const refused = (path: string, reason: RegExp): Promise<void> => assert.rejects(fileCertificates(path), (error) => error instanceof UnavailableError && reason.test(error.message));
  await refused(file('text', 'nothing here\n'), /expected to hold certificates in PEM or DER and has none/);
  await refused(file('empty', ''), /has none/);
  await refused(file('huge', Buffer.alloc(4 * 1024 * 1024 + 1)), /more than 4194304 bytes/);
  await refused(join(folder, 'nothing'), /cannot be read \(ENOENT\)/);
  await refused(folder, /cannot be read \(EISDIR\)/);
});
