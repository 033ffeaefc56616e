import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { test } from 'node:test';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { structure } from '../../test/support/structure.js';
import { CERT_CONTEXT } from './layouts.js';
import { windowsProvider } from './provider.js';

const known = rootCertificates.slice(0, 40).map((pem) => new X509Certificate(pem));

/** A Windows whose store My of the local machine holds these, each in DER. */
function storing(encoded: readonly Buffer[], ended = 0x80092004) {
  const open = new Set<number>();
  const contexts = new Set<number>();
  const fake: FakeWindows = new FakeWindows({
    CertOpenStore: (...args: [number, number, number, number, string]) => {
      assert.deepEqual(args.slice(0, 3), [10, 0, 0]);
      if (args[4] === 'Root') { fake.lastError = 5; return 0; }
      if (args[4] !== 'My' || args[3] !== (0x20000 | 0x4000 | 0x8000)) { fake.lastError = 2; return 0; }
      open.add(77);
      return 77;
    },
    CertEnumCertificatesInStore: (store: number, previous: number) => {
      assert.ok(open.has(store) && contexts.size === (previous === 0 ? 0 : 1) && (previous === 0 || contexts.has(previous)));
      contexts.clear();
      const next = previous + 1;
      if (next > encoded.length) { fake.lastError = ended; return 0; }
      contexts.add(next);
      return next;
    },
    bytesAt: (address: bigint, length: number) => {
      const at = Number(address) % 1000 - 1;
      const one = encoded[at]!;
      assert.ok(length <= 100_000, 'no memory is read beyond what a certificate may be');
      if (address < 1000n) return structure(CERT_CONTEXT, { pbCertEncoded: 1001n + BigInt(at), cbCertEncoded: one.length });
      assert.equal(length, one.length);
      return Buffer.from(one);
    },
    CertCloseStore: (store: number, flags: number) => { assert.equal(flags, 0); return open.delete(store) ? 1 : 0; },
    FormatMessageW: () => 0,
  });
  return { provider: windowsProvider(fake.win32), left: () => open.size + contexts.size };
}

const args = { store: 'My', location: 'LocalMachine', path: null };

test('a store\'s certificates are read out of its contexts, and everything is let go of', async () => {
  const { provider, left } = storing(known.map(({ raw }) => raw));
  const { rows, unreadable } = (await provider.read('certificates', args)) as unknown as { rows: Record<string, string | number>[]; unreadable: number };
  assert.equal(unreadable, 0);
  assert.deepEqual(rows.map(({ thumbprint }) => thumbprint), known.map(({ fingerprint }) => fingerprint.replaceAll(':', '')));
  assert.deepEqual(rows.map(({ not_after }) => not_after), known.map(({ validTo }) => Date.parse(validTo) / 1000));
  assert.equal(left(), 0);
});

test('a store without end is given up, and everything let go of', async () => {
  let [open, contexts] = [0, 0];
  const { win32 } = new FakeWindows({
    CertOpenStore: () => { open += 1; return 77; }, CertCloseStore: () => { open -= 1; return 1; },
    CertEnumCertificatesInStore: (_: number, previous: number) => { if (previous === 0) contexts += 1; return previous + 1; },
    CertFreeCertificateContext: () => { contexts -= 1; return 1; },
    bytesAt: (_: bigint, length: number) => (length === CERT_CONTEXT.size ? structure(CERT_CONTEXT, { pbCertEncoded: 1n, cbCertEncoded: 7 }) : Buffer.alloc(length)),
  });
  await assert.rejects(windowsProvider(win32).read('certificates', args), { message: /^The certificate store LocalMachine\\My holds more than \d+ certificates$/ });
  assert.deepEqual([open, contexts], [0, 0]);
});

test('what is no certificate, or is said to be larger than any, costs itself alone', async () => {
  const { provider } = storing([known[0]!.raw, Buffer.from('rubbish'), Buffer.alloc(0), Buffer.alloc(200_000), known[1]!.raw]);
  const { rows, unreadable } = (await provider.read('certificates', args)) as unknown as { rows: unknown[]; unreadable: number };
  assert.deepEqual([rows.length, unreadable], [2, 3]);
});

test('a store that every Windows has, and in which nothing was ever put, is empty', async () => {
  for (const [store, location] of [['My', 'CurrentUser'], ['trustedpublisher', 'LocalMachine']] as const) {
    assert.deepEqual(await storing([]).provider.read('certificates', { ...args, store, location }), { rows: [], unreadable: 0 });
  }
});

test('an empty store has none; one that is not there, and one that breaks off, say so', async () => {
  for (const end of [0x80092004, 18]) assert.deepEqual(await storing([], end).provider.read('certificates', args), { rows: [], unreadable: 0 });
  await assert.rejects(storing([]).provider.read('certificates', { ...args, store: 'Root' }), { message: 'CertOpenStore of LocalMachine\\Root failed with Win32 error 5' });
  await assert.rejects(storing([]).provider.read('certificates', { ...args, store: 'Nothing' }), { message: 'there is no certificate store "Nothing" in LocalMachine' });
  await assert.rejects(storing([]).provider.read('certificates', { ...args, store: 'WebHosting', location: 'CurrentUser' }), /no certificate store "WebHosting" in CurrentUser/);
  const broken = storing([known[0]!.raw], 5);
  await assert.rejects(broken.provider.read('certificates', args), { message: 'CertEnumCertificatesInStore of LocalMachine\\My failed with Win32 error 5' });
  assert.equal(broken.left(), 0);
});
