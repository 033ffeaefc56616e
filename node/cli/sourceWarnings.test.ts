import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { told } from '../test/support/told.js';
import { runProgram } from './program.js';

describe('validate warns of what this host does not have', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-sources-'));
  after(() => rm(folder, { recursive: true }));
  const warnings = async (broker: object): Promise<{ pointer: string; message: string }[]> => {
    const path = join(folder, 'settings.json');
    writeFileSync(path, JSON.stringify({ broker: { hostnames: ['localhost'], ...broker }, psutil_config: [{ method: 'boot_time', interval: 5 }] }));
    const { out, result } = await told(() => runProgram(['validate', '--config', path, '--json']));
    assert.equal(result, 0);
    const read = JSON.parse(out) as { valid: boolean; warnings: { pointer: string; message: string }[] };
    assert.equal(read.valid, true);
    for (const { pointer, message } of read.warnings) assert.ok(message.startsWith(`${pointer}: `) && !message.includes('\n'), message);
    return read.warnings;
  };

  it('a password file that is not there, is empty or is a folder', async () => {
    writeFileSync(join(folder, 'password'), 'a\n');
    writeFileSync(join(folder, 'empty'), '\n');
    mkdirSync(join(folder, 'deep'));
    assert.deepEqual(await warnings({ password_file: 'password' }), [], 'relative to the file');
    for (const [file, said] of [['none', /ENOENT.*check broker\.password_file/], ['empty', /first line, which is empty/], ['deep', /cannot be read/]] as const) {
      const [{ pointer, message } = { pointer: '', message: '' }, ...more] = await warnings({ password_file: file });
      assert.deepEqual([pointer, more], ['/broker/password_file', []]);
      assert.match(message, said);
    }
  });

  it('a variable that is not set', async () => {
    const [{ message } = { message: '' }, ...more] = await warnings({ password_env: 'PSUTIL_AGENT_NO_SUCH_VARIABLE' });
    assert.deepEqual([message, more], ["/broker/password_env: the environment variable PSUTIL_AGENT_NO_SUCH_VARIABLE must hold the broker's password and is not set", []]);
    process.env['PSUTIL_AGENT_SUCH_A_VARIABLE'] = 'hunter2';
    try {
      assert.deepEqual(await warnings({ password_env: 'PSUTIL_AGENT_SUCH_A_VARIABLE' }), []);
    } finally {
      delete process.env['PSUTIL_AGENT_SUCH_A_VARIABLE'];
    }
  });

  it('a sealed password that cannot be opened here', async () => {
    assert.deepEqual((await warnings({ password_dpapi: 'AAAA' })).map(({ pointer }) => pointer), ['/broker/password_dpapi']);
  });

  it('each file of TLS that is not there, or is no PEM', async () => {
    writeFileSync(join(folder, 'ca.pem'), rootCertificates[0] ?? '');
    assert.deepEqual(await warnings({ password_file: 'password', tls: { enabled: true, ca_cert: 'ca.pem', client_cert: 'ca.pem', client_key: 'password' } }), []);
    const told = await warnings({ password_file: 'password', tls: { enabled: true, ca_cert: 'none.pem', client_cert: 'password', client_key: 'none.key' } });
    assert.deepEqual(told.map(({ pointer }) => pointer), ['/broker/tls/ca_cert', '/broker/tls/client_cert', '/broker/tls/client_key']);
    assert.match(told[0]!.message, /none\.pem cannot be read \(ENOENT/);
    assert.match(told[1]!.message, /must hold a certificate in PEM and holds none/);
  });
});
