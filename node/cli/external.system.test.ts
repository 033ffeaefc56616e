/** Sources outside psutil through the command: PowerShell and systeminformation beside an entry that must not notice them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { command, psutilAgent } from '../test/support/command.js';
import { pwshIn } from '../test/support/powershell.js';
import { until } from '../test/support/wait.js';

interface Message {
  readonly name: string;
  readonly path: string;
  readonly metric: number;
}
interface Status {
  readonly entries: readonly { readonly name: string; readonly last_error: { readonly message: string } | null }[];
}

describe('psutil-agent with sources outside psutil', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-external-'));
  const env = { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, PSUTIL_AGENT_EXTERNAL_TEST: folder };

  before(() => pwshIn(folder));
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  /** Processes that carry this test's variable. */
  const left = (): string[] => readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`PSUTIL_AGENT_EXTERNAL_TEST=${folder}\0`);
    } catch {
      return false;
    }
  });

  it('sample: a number by its path, a whole object, an error in one sentence', async () => {
    const total = await psutilAgent(['sample', 'systeminformation.mem', '--result-argument', 'total', '--json'], { env });
    assert.equal(total.code, 0, total.err);
    assert.equal((JSON.parse(total.out) as { result: number }).result, totalmem());
    // One PowerShell answers both; one is the answer to the first reading, the other to the second.
    const command = 'if ($env:SEEN) { throw "no such thing" } else { $env:SEEN = 1; [pscustomobject]@{ A = 1; B = @{ C = 2 } } }';
    const { code, out, err } = await psutilAgent(['sample', 'powershell', `command=${command}`, '--count', '2', '--interval', '0'], { env });
    assert.deepEqual((JSON.parse(out) as { result: unknown }).result, { A: 1, B: { C: 2 } });
    assert.equal(code, 5);
    assert.match(err, /the command failed: no such thing/);
    assert.doesNotMatch(err, / {4}at /);
  });

  it('run: each with its own value or reason, none touching another, nothing left running', async () => {
    const settings = {
      allow_powershell: true,
      status: { path: folder, interval: 0.5 }, log: { path: folder },
      psutil_config: [
        { method: 'virtual_memory', result_argument: 'total', interval: 0.2, alias: 'healthy' },
        { method: 'powershell', args: { command: '6 * 7' }, interval: 0.5, alias: 'answer' },
        // What hangs does so once: each time costs a new PowerShell.
        { method: 'powershell', args: { command: 'Start-Sleep -Seconds 1000', timeout: 1 }, interval: 600, alias: 'hanging' },
        { method: 'powershell', args: { command: '@{ Depth = @{ One = 1; Two = 2 } }' }, result_argument: 'Depth.*', interval: 1, alias: 'nested' },
        { method: 'systeminformation.mem', result_argument: 'total', interval: 1, alias: 'si' },
        { method: 'systeminformation.mem', result_argument: 'nothing', interval: 1, alias: 'si_missing' },
      ],
    };
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify(settings));
    const child = spawn(process.execPath, [command, 'run', '--config', file], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    const messages: Message[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      messages.push(...lines.map((line) => JSON.parse(line) as Message));
    });
    const of = (name: string): Message[] => messages.filter((message) => message.name === name);
    const error = (name: string): string => {
      try {
        const { entries } = JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as Status;
        return entries.find((entry) => entry.name === name)?.last_error?.message ?? '';
      } catch {
        return '';
      }
    };
    await until('values of all that give some', () => of('answer').length >= 2 && of('nested').length >= 2 && of('si').length >= 2);
    await until('the reasons of those that do not', () => error('hanging') !== '' && error('si_missing') !== '');
    assert.match(error('hanging'), /has not ended within 1 s; its PowerShell was ended/);
    assert.match(error('si_missing'), /there is no nothing here/);
    assert.ok(of('answer').every(({ metric, path }) => metric === 42 && path === ''));
    assert.deepEqual([...new Set(of('nested').map(({ path, metric }) => `${path} ${String(metric)}`))].sort(), ['Depth_One 1', 'Depth_Two 2']);
    assert.ok(of('si').every(({ metric, path }) => metric === totalmem() && path === ''));
    const [seen, answered] = [of('healthy').length, of('answer').length];
    await until('the healthy ones go on, one in the PowerShell after that which was ended', () => of('healthy').length > seen + 5 && of('answer').length > answered + 1);
    child.kill('SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(code, 0);
    await until('nothing is left running', () => left().length === 0);
  });
});
