import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError, systemCode } from '../model/errors.js';
import { readPassword } from './credentials.js';

let folder: string;
before(async () => { folder = await mkdtemp(join(tmpdir(), 'psutil-agent-secret-')); });
after(() => rm(folder, { recursive: true }));

const unavailable = (message: RegExp) => (error: unknown) =>
  error instanceof ConfigError && error.code === 'PSA_SECRET_UNAVAILABLE' && message.test(error.message) && error.faults.length === 0;

describe('readPassword', () => {
  it('takes the first line of a file as it is, without a byte order mark or line end', async () => {
    const path = join(folder, 'password');
    await writeFile(path, '\uFEFF pass word \r\nanother\r\n');
    assert.equal(await readPassword({ kind: 'file', path }), ' pass word ');
    await writeFile(path, 'changed');
    assert.equal(await readPassword({ kind: 'file', path }), 'changed');
  });

  it('refuses an empty file and a missing one', async () => {
    const path = join(folder, 'empty');
    await writeFile(path, '\nsecret on the wrong line');
    await assert.rejects(readPassword({ kind: 'file', path }), unavailable(/first line, which is empty/));
    await assert.rejects(readPassword({ kind: 'file', path: join(folder, 'none') }), unavailable(/cannot be read.*ENOENT/));
    await assert.rejects(readPassword({ kind: 'file', path: join(folder, 'none') }), (error: Error) => systemCode(error.cause) === 'ENOENT');
  });

  it('takes what Windows writes: UTF-16 and UTF-8 with a byte order mark, any line end', async () => {
    const path = join(folder, 'windows');
    const utf16 = Buffer.from('\uFEFFpäss wörd\r\n', 'utf16le');
    for (const bytes of [utf16, Buffer.from(utf16).swap16(), Buffer.from('\uFEFFpäss wörd\n'), Buffer.from('päss wörd\r'), Buffer.from('päss wörd')]) {
      await writeFile(path, bytes);
      assert.equal(await readPassword({ kind: 'file', path }), 'päss wörd');
    }
  });

  it('refuses other bytes, saying what they are and nothing of the secret', async () => {
    const path = join(folder, 'bytes');
    const cases: readonly [Buffer, RegExp][] = [
      [Buffer.from('hunter2ä', 'latin1'), /bytes that are no UTF-8/],
      [Buffer.from('hunter2', 'utf16le'), /zero bytes, as UTF-16 without a byte order mark has/],
      [Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('hunter2', 'utf16le'), Buffer.from([0x31])]), /a mark of UTF-16LE and bytes that are not/],
      [Buffer.from('\uFEFFhunter2\0', 'utf16le'), /found a zero character:/],
      [Buffer.from('\uFEFFhunter2\0'), /found a zero character:/],
      [Buffer.alloc(100_000, 'hunter2'), /more than 64 KiB/],
    ];
    for (const [bytes, message] of cases) {
      await writeFile(path, bytes);
      await assert.rejects(readPassword({ kind: 'file', path }), (error) => {
        assert.ok(error instanceof ConfigError && error.code === 'PSA_SECRET_UNAVAILABLE');
        assert.match(error.message, message);
        assert.ok(error.message.includes(path));
        assert.doesNotMatch(error.message + (error.stack ?? ''), /hunter/);
        return true;
      });
    }
  });

  it('does not read a device to its end', async () => {
    await assert.rejects(readPassword({ kind: 'file', path: '/dev/zero' }), unavailable(/more than 64 KiB/));
  });

  it('takes an environment variable, if it is set', async () => {
    process.env['PSUTIL_AGENT_TEST_PASSWORD'] = 'from outside';
    assert.equal(await readPassword({ kind: 'environment', variable: 'PSUTIL_AGENT_TEST_PASSWORD' }), 'from outside');
    process.env['PSUTIL_AGENT_TEST_PASSWORD'] = '';
    await assert.rejects(readPassword({ kind: 'environment', variable: 'PSUTIL_AGENT_TEST_PASSWORD' }), unavailable(/is empty/));
    delete process.env['PSUTIL_AGENT_TEST_PASSWORD'];
    await assert.rejects(readPassword({ kind: 'environment', variable: 'PSUTIL_AGENT_TEST_PASSWORD' }), unavailable(/is not set/));
  });

  it('unprotects a DPAPI blob, and says where that cannot be', async () => {
    const blob = Buffer.from('sealed').toString('base64');
    assert.equal(await readPassword({ kind: 'dpapi', blob }, (sealed) => Promise.resolve(Buffer.from(`open ${sealed.toString()}`))), 'open sealed');
    await assert.rejects(readPassword({ kind: 'dpapi', blob }), unavailable(/on Windows only/));
    await assert.rejects(readPassword({ kind: 'dpapi', blob }, () => Promise.reject(new Error('wrong machine'))), unavailable(/wrong machine/));
  });
});
