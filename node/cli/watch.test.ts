import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UsageError } from '../model/errors.js';
import { noBroker } from '../output/lines.js';
import { writeStatus } from '../status/file.js';
import type { StatusReport } from '../status/report.js';
import { told, type Told } from '../test/support/told.js';
import { runProgram } from './program.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-watch-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const watch = (...args: string[]): Promise<Told<unknown>> => told(() => runProgram(['watch', ...args]));
const objects = (text: string): Record<string, unknown>[] => text.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
const report: StatusReport = {
  version: '1', state: 'sampling', pid: process.pid, account: null, since: 'S', updated: 'U', summary: 'all is well', reload: null, taken: 7, skipped: 0, unavailable: 0,
  ...noBroker, entries: [],
};

describe('watch', { skip: process.platform === 'win32' }, () => {
  it('reads each method with the arguments behind it, a line a reading', async () => {
    const start = performance.now();
    const { out, result } = await watch('boot_time', 'disk_usage', 'path=/', 'disk_usage', 'path=/no/such', '--count', '2', '--interval', '0.1');
    assert.ok(performance.now() - start >= 95, 'an interval between the two');
    const lines = objects(out);
    assert.deepEqual([result, lines.length], [0, 6]);
    const boot = lines.find(({ method }) => method === 'boot_time') as { values: { path: string; value: number; unit: string }[]; time: string };
    assert.deepEqual(Object.keys(boot), ['method', 'args', 'time', 'values', 'fault']);
    assert.deepEqual([boot.values[0]?.path, boot.values[0]?.unit], ['', 's']);
    const [there, gone] = ['/', '/no/such'].map((path) => lines.filter(({ args }) => (args as { path?: string }).path === path));
    assert.deepEqual([there?.[0]?.['fault'], (there?.[0]?.['values'] as unknown[] | undefined)?.length], [null, 4]);
    assert.match(String(gone?.[1]?.['fault']), /no\/such/);
  });

  it('shows a running collector by its folder or its settings, a line a new status', async () => {
    writeStatus(home, report);
    const config = join(home, 'settings.json');
    writeFileSync(config, JSON.stringify({ status: { path: home }, psutil_config: [{ method: 'boot_time', interval: 5 }] }));
    for (const where of [['--data', home], ['--config', config]]) {
      const { out, result } = await watch(...where, '--count', '3', '--interval', '0.1');
      assert.deepEqual([objects(out), result], [[report], 0], 'told once, not three times');
    }
  });

  it('is plain lines on a terminal that can do no more', async () => {
    const before = process.env['TERM'];
    process.env['TERM'] = 'dumb';
    try {
      const { out } = await told(() => runProgram(['watch', '--data', home, '--count', '1']), { terminal: true });
      assert.equal(out, '7 taken\n');
    } finally {
      if (before === undefined) delete process.env['TERM'];
      else process.env['TERM'] = before;
    }
  });

  it('says what is wrong with a call', async () => {
    const cases: [string[], string][] = [
      [[], 'expected METHOD, --data DIR or --config FILE, found none: try psutil-agent watch cpu_percent virtual_memory'],
      [['cpu_percent', '--data', 'x'], 'expected METHOD, --data DIR or --config FILE, found METHOD and --data DIR'],
      [['cpu_percnt'], 'expected a psutil function of the catalog (psutil-agent methods lists them), found "cpu_percnt"; did you mean "cpu_percent"?'],
      [['path=/'], 'expected a psutil function of the catalog (psutil-agent methods lists them), found "path=/"'],
      [['boot_time', 'pids', '--result-argument', 'count'], '--result-argument: expected one METHOD beside it, found 2'],
      [['boot_time', '--interval', '0.05'], '--interval: expected a number of at least 0.1, found "0.05"'],
      [['boot_time', '--count', '0'], '--count: expected a number of at least 1, found "0"'],
    ];
    for (const [args, message] of cases) {
      const { error, out } = await watch(...args);
      assert.ok(error instanceof UsageError, args.join(' '));
      assert.deepEqual([error.message, out], [message, '']);
    }
  });
});
