import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { utmpRecord } from '../../test/support/utmp.js';
import { systemRoots } from './source.js';
import { parseUtmp, users } from './users.js';

const ada = { type: 7, user: 'ada', line: 'pts/0', host: '192.0.2.7', pid: 4711, started: 1_790_000_123 };
const adaSession = { name: 'ada', terminal: 'pts/0', host: '192.0.2.7', started: 1_790_000_123, pid: 4711 };
const sessions = mkdtempSync(join(tmpdir(), 'psutil-agent-sessions-'));
after(() => { rmSync(sessions, { recursive: true }); });

for (const architecture of ['x64', 'arm64']) {
  test(`sessions in the login records of ${architecture}; other records are none`, () => {
    const records = [{ ...ada, type: 2 }, ada, { ...ada, type: 8 }, { ...ada, line: '', host: ':0.0' }, { ...ada, host: ':0' }];
    const utmp = Buffer.concat([...records.map((record) => utmpRecord(record, architecture)), Buffer.alloc(7)]);
    assert.deepEqual(parseUtmp(utmp, architecture), [adaSession, { ...adaSession, terminal: null, host: 'localhost' }, { ...adaSession, host: 'localhost' }]);
  });
}

test('texts that fill their room end where it ends', () => {
  const [long] = parseUtmp(utmpRecord({ ...ada, user: 'u'.repeat(40), host: 'h'.repeat(300) }, 'x64'), 'x64') as [typeof adaSession];
  assert.equal(long.name.length, 32);
  assert.equal(long.host.length, 256);
});

test('login records of an unknown architecture are unavailable', () => {
  assert.throws(() => parseUtmp(Buffer.alloc(384), 'vax'), new UnavailableError('The layout of the login records on vax is not known.'));
});

const nobody = (): never => assert.fail('not to be asked');
const roots = { ...systemRoots, utmp: '/no such utmp', sessions };

test('login records that cannot be read are no empty ones', async () => {
  await assert.rejects(users({ ...roots, utmp: sessions }, nobody), (error) => error instanceof UnavailableError && error.message.startsWith(`The login records in ${sessions} cannot be read: EISDIR`));
});

test('neither login records nor logind: nobody, without asking', async () => {
  assert.deepEqual(await users({ ...roots, sessions: '/no such sessions' }, nobody), []);
  assert.deepEqual(await users(roots, nobody), []);
});

test('no login records but logind: its list, and an empty one is no answer', async () => {
  writeFileSync(join(sessions, '1'), '');
  const listed = { user: 'ada', tty: 'pts/0', ip: '192.0.2.7', date: '2026-10-01', time: '09:30' };
  const started = Date.parse('2026-10-01T09:30') / 1000;
  assert.deepEqual(await users(roots, () => Promise.resolve([listed])), [{ ...adaSession, started, pid: null }]);
  const [undated] = await users(roots, () => Promise.resolve([{ ...listed, date: '', time: '' }]));
  assert.deepEqual(undated, { name: 'ada', terminal: 'pts/0', host: '192.0.2.7', pid: null });
  await assert.rejects(users(roots, () => Promise.resolve([])), new UnavailableError('systemd-logind keeps 1 files of sessions, but the commands "who" and "w" list nobody.'));
  const utmp = join(sessions, 'utmp');
  writeFileSync(utmp, utmpRecord(ada, process.arch));
  assert.deepEqual(await users({ ...roots, utmp }, nobody), [adaSession], 'records come before logind');
  rmSync(utmp);
});
