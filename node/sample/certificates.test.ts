import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arguments, Result } from '../catalog/value.js';
import { completeArguments } from '../config/validation.js';
import { SharedProvider } from '../providers/shared.js';
import { TestClock } from '../test/support/clock.js';
import { openReader, type Reading } from './reader.js';

const clock = new TestClock();
const day = 86_400;
const now = clock.wall() / 1000;

const row = (thumbprint: string, subject: string, days: number) => ({ thumbprint, subject, issuer: 'CN=Example CA', not_before: now - 100 * day, not_after: now + days * day });
const rows = [row('AA', 'CN=www.example.com, O=Example', 20), row('BB', 'CN=www.example.com, O=Example', 380.5), row('CC', 'CN=old.example.com', -2), row('DD', '', 5)];

async function reading(method: string, args: Arguments = {}, found: readonly ReturnType<typeof row>[] = rows): Promise<Reading> {
  const provider = new SharedProvider({
    platform: 'win32',
    read: (called, given) => {
      assert.deepEqual([called, given], ['certificates', { store: 'My', location: 'LocalMachine', path: null }]);
      return Promise.resolve({ rows: found, unreadable: 1 } as unknown as Result);
    },
    processes: () => Promise.reject(new Error('nobody asks')),
    close: () => undefined,
  });
  return await openReader(provider, clock, { method, args: completeArguments({ method, args, interval: 1 }) }).read();
}

test('certificate_expiry: the first to expire, how many, and how many have', async () => {
  const { result, reasons } = await reading('certificate_expiry');
  assert.deepEqual([result, reasons], [{ days_left: -2, count: 4, expired: 1, unreadable: 1 }, {}]);
  assert.deepEqual((await reading('certificate_expiry', { subject: 'cn=WWW.*' })).result, { days_left: 20, count: 2, expired: 0, unreadable: 1 });
});

test('certificate_expiry: where there is none, no days are left to one, and why is said', async () => {
  const { result, reasons } = await reading('certificate_expiry', { subject: '*nobody*' });
  assert.deepEqual(result, { days_left: null, count: 0, expired: 0, unreadable: 1 });
  assert.deepEqual(reasons, { days_left: 'there is no certificate of the subject "*nobody*" that could expire' });
  assert.match((await reading('certificate_expiry', {}, [])).reasons!['days_left']!, /^there is no certificate that could expire$/);
});

test('a certificate is valid to the last second, that one included', async () => {
  const last = [row('EE', 'CN=last', 0)];
  assert.deepEqual((await reading('certificate_expiry', {}, last)).result, { days_left: 0, count: 1, expired: 0, unreadable: 1 });
  assert.equal(((await reading('certificates', {}, last)).result as Record<string, Record<string, unknown>>)['EE']!['expired'], false);
});

test('certificates: those of a subject alone', async () => {
  assert.deepEqual(Object.keys((await reading('certificates', { subject: 'cn=OLD*' })).result as object), ['CC']);
});

test('certificates: each by its thumbprint', async () => {
  const result = (await reading('certificates')).result as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.keys(result), ['AA', 'BB', 'CC', 'DD']);
  assert.deepEqual([result['BB']!['days_left'], result['BB']!['expired'], result['CC']!['expired'], result['CC']!['days_left']], [380.5, false, true, -2]);
});

test('certificates by subject keep their path when they are renewed: the one that lasts longest counts', async () => {
  const result = (await reading('certificates', { by: 'subject' })).result as Record<string, Record<string, unknown>>;
  assert.deepEqual(Object.entries(result).map(([key, { thumbprint }]) => [key, thumbprint]), [
    ['CN=www.example.com, O=Example', 'BB'], ['CN=old.example.com', 'CC'], ['DD', 'DD'],
  ]);
});

test('certificates by subject: in whatever order they are told, and of two that last equally long the first', async () => {
  const thumbprints = async (...found: ReturnType<typeof row>[]): Promise<unknown> =>
    ((await reading('certificates', { by: 'subject' }, found)).result as Record<string, Record<string, unknown>>)['CN=a']!['thumbprint'];
  assert.equal(await thumbprints(row('AA', 'CN=a', 9), row('BB', 'CN=a', 1)), 'AA');
  assert.equal(await thumbprints(row('AA', 'CN=a', 9), row('BB', 'CN=a', 9)), 'AA');
});
