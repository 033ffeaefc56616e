import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { AgentError, ExitCode, UsageError } from '../model/errors.js';
import { told } from '../test/support/told.js';
import type { DryRow } from './dryRun.js';
import { runProgram } from './program.js';

describe('sample --config', { skip: process.platform === 'win32' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-dry-run-'));
  after(() => rm(folder, { recursive: true }));
  const written = (document: unknown): string => {
    const path = join(folder, 'settings.json');
    writeFileSync(path, JSON.stringify(document));
    return path;
  };
  const entries = [
    { method: 'virtual_memory', result_argument: 'total', interval: 5, alias: 'memory', scale: 2, unit: 'twice' },
    { method: 'disk_usage', args: { path: '/no/such/path' }, interval: 5 },
    { method: 'cpu_percent', interval: 60 },
    { method: 'net_io_counters', args: { pernic: true }, result_argument: 'lo.bytes_sent', rate: true, interval: 5 },
    { method: 'cpu_times', result_argument: '*', interval: 5 },
  ];

  it('gives a row for each value in the order of the entries, as it would be published, and the reason where there is none', async () => {
    const { out, error, result } = await told(() => runProgram(['sample', '--config', written({ psutil_config: entries })]));
    assert.deepEqual([error, result], [undefined, ExitCode.ok]);
    const rows = out.trimEnd().split('\n').map((line) => JSON.parse(line) as DryRow);
    const [memory, disk, busy, sent, ...times] = rows;
    assert.deepEqual(Object.keys(memory!), ['index', 'name', 'method', 'path', 'value', 'unit', 'time', 'reason']);
    const { value, time, ...rest } = memory!;
    assert.deepEqual(rest, { index: 0, name: 'memory', method: 'virtual_memory', path: '', unit: 'twice', reason: null });
    assert.ok(Number(value) > 2e6 && Math.abs(Date.parse(time) - Date.now()) < 600_000);
    assert.deepEqual([disk!.index, disk!.name, disk!.value], [1, 'disk_usage', null]);
    assert.match(disk!.reason!, /no.such.path/);
    assert.ok(busy!.value! >= 0 && busy!.value! <= 100, 'a percentage over a tenth of a second, not over the interval');
    assert.deepEqual([sent!.index, sent!.reason, sent!.unit], [3, null, 'B/s']);
    assert.deepEqual(times.map(({ index }) => index), times.map(() => 4));
    assert.ok(times.some(({ path }) => path === 'user'));
  });

  it('is a table at a terminal, what comes from outside made safe', async () => {
    const settings = { psutil_config: [{ ...entries[0], alias: 'mem\u202eory' }, entries[1]] };
    const { out } = await told(() => runProgram(['sample', '--config', written(settings)]), { terminal: true });
    const [memory, disk] = out.trimEnd().split('\n');
    assert.match(memory!, /^mem\\u202eory +[\d.e+]+ twice$/);
    assert.match(disk!, /^disk_usage {2,}.*no.such.path/);
  });

  it('ends with 5 where no entry gives a value, with 3 and every fault where the configuration is none', async () => {
    assert.equal((await told(() => runProgram(['sample', '--config', written([entries[1]])]))).result, ExitCode.platform);
    const { error } = await told(() => runProgram(['sample', '--config', written([{ method: 'x', interval: 1 }, { method: 'boot_time', interval: 0 }])]));
    assert.ok(error instanceof AgentError);
    assert.deepEqual([error.exitCode, error.code], [ExitCode.configuration, 'PSA_CONFIG_INVALID']);
  });

  it('takes no method and no option of one call beside it', async () => {
    const { error } = await told(() => runProgram(['sample', 'boot_time', '--config', written(entries), '--count', '2']));
    assert.ok(error instanceof UsageError);
    assert.equal(error.message, '--config: expected it alone, for a configuration has methods of its own, found "boot_time", --count beside it');
  });
});
