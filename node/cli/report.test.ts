import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { PlatformError, UsageError } from '../model/errors.js';
import { writeReportData } from '../test/support/reportData.js';
import { told } from '../test/support/told.js';
import { runProgram } from './program.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-report-cli-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const data = join(home, 'db');
writeReportData(data, Date.now());

describe('report', () => {
  it('writes the page whole, over one that is there, for this account alone', async () => {
    const file = join(home, 'out', 'r.html');
    mkdirSync(join(home, 'out'));
    writeFileSync(file, 'old');
    const { out, result } = await told(() => runProgram(['report', '--data', data, '--output', file, '--json']));
    const page = readFileSync(file, 'utf8');
    assert.deepEqual([JSON.parse(out), result], [{ file, bytes: Buffer.byteLength(page) }, 0]);
    assert.match(page, /^<!DOCTYPE html>[^]*<h1>db \(db_7f3k2a\)<\/h1>[^]*<\/html>\n$/);
    assert.deepEqual(readdirSync(join(home, 'out')), ['r.html']);
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('goes to stdout too, and takes the directory from the settings', async () => {
    const { out } = await told(() => runProgram(['report', '--config', join(data, 'settings.json'), '--hours', '1', '--output', '-']));
    assert.match(out, /\(1 h\), times in UTC/);
    assert.equal(out.match(/<figure/g)?.length, 9);
  });

  it('tells of a directory that has no settings', async () => {
    const bare = join(home, 'bare');
    writeReportData(bare, Date.now());
    rmSync(join(bare, 'settings.json'));
    const { out } = await told(() => runProgram(['report', '--data', bare, '--output', '-']));
    assert.match(out, /<h1>bare<\/h1>/);
    assert.match(out, /The settings are not shown: their file is not in the data directory\. Name it with --config\./);
  });

  it('goes through no link, and says where it cannot be written', { skip: process.platform === 'win32' }, async () => {
    const victim = join(home, 'victim');
    writeFileSync(victim, 'precious');
    symlinkSync(victim, join(home, 'link.html'));
    for (const [output, reason] of [[join(home, 'link.html'), /it is a link/], [home, /it is no file/], [join(home, 'none', 'r.html'), /ENOENT/]] as const) {
      await assert.rejects(runProgram(['report', '--data', data, '--output', output]), (error) => error instanceof PlatformError && error.code === 'PSA_OUTPUT' && reason.test(error.message) && /check --output$/.test(error.message));
    }
    assert.equal(readFileSync(victim, 'utf8'), 'precious');
  });

  it('tells what is wrong with the call', async () => {
    for (const [words, reason] of [
      [[], /expected --data DIR or --config FILE/], [['--data', data, '--hours', '0'], /--hours: expected a number of at least 0\.1, found "0"/], [['--data', data, '--hours', '1e9'], /at most 744/],
    ] as const) await assert.rejects(runProgram(['report', ...words]), (error) => error instanceof UsageError && reason.test(error.message));
    await assert.rejects(runProgram(['report', '--data', join(home, 'none')]), (error) => error instanceof PlatformError && /expected the data directory of a collector, found none; check --data$/.test(error.message));
  });
});
