/** The PowerShell session on the real pwsh. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readConfiguration } from '../../config/reader.js';
import { systemClock } from '../../model/clock.js';
import { pwshIn } from '../../test/support/powershell.js';
import { until } from '../../test/support/wait.js';
import { PowerShellSession } from './powershell.js';

/** For a command that ends: many more milliseconds than a slow machine needs. */
const ample = 60_000;

describe('A PowerShell session', () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-powershell-'));
  const executable = join(folder, 'pwsh');
  let session: PowerShellSession;

  before(async () => {
    await pwshIn(folder);
    session = new PowerShellSession({ clock: systemClock, executable });
  });
  after(() => {
    session.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pid = async (): Promise<number> => Number(await session.run('$PID', ample));
  const running = (id: number): boolean => existsSync(`/proc/${String(id)}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${String(id)}/status`, 'utf8'));
  const fails = async (command: string, reason: RegExp, timeout = ample): Promise<void> => {
    await assert.rejects(session.run(command, timeout), (error: Error) => {
      assert.equal(error.name, 'UnavailableError');
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /\p{Cc}/u);
      return true;
    });
  };

  it('passes on no variable that changes how programs load code', async () => {
    process.env['NODE_OPTIONS'] = '--no-warnings';
    process.env['NODE_POWERSHELL'] = '/bin/false';
    try {
      assert.equal(await session.run('"$env:NODE_OPTIONS$env:NODE_POWERSHELL"', ample), '');
    } finally {
      delete process.env['NODE_OPTIONS'];
      delete process.env['NODE_POWERSHELL'];
    }
  });

  it('gives numbers, text, objects and lists, in UTF-8', async () => {
    assert.equal(await session.run('1 + 1', ample), 2);
    assert.equal(await session.run('2.5', ample), 2.5);
    assert.equal(await session.run('$true', ample), true);
    assert.equal(await session.run('"Grüße, \u4e16\u754c"', ample), 'Grüße, \u4e16\u754c');
    assert.deepEqual(await session.run('[pscustomobject]@{ Length = 3; Inner = @{ Depth = 2 } }', ample), { Length: 3, Inner: { Depth: 2 } });
    assert.deepEqual(await session.run('1, 2, 3', ample), [1, 2, 3]);
    assert.equal(await session.run('$total = 0\nforeach ($i in 1..4) {\n  $total += $i\n}\n$total', ample), 10);
  });

  it('is one process for all commands, and keeps nothing of one for the next', async () => {
    const first = await pid();
    await session.run('$left = 5; 1', ample);
    assert.equal(await session.run('if ($null -eq $left) { 0 } else { $left }', ample), 0);
    assert.equal(await pid(), first);
  });

  it('runs commands asked for at once one after another', async () => {
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map((n) => session.run(`Start-Sleep -Milliseconds 5; ${String(n)}`, ample))), [1, 2, 3, 4]);
  });

  it('tells errors in the command\'s own words', async () => {
    await fails('Get-Item /nowhere/at/all', /the command failed: .*\/nowhere\/at\/all/);
    await fails('throw "out of `e[31mred"', /the command failed: out of /);
    await fails('if (', /the command failed: .*/);
    await fails('$null', /gave nothing/);
    assert.equal(await session.run('Write-Error "half"; 7', ample), 7, 'a value counts, whatever was said on the way');
  });

  it('tells of scheduled tasks by the command of examples/scheduled-tasks.yaml', async () => {
    const { document } = readConfiguration(fileURLToPath(new URL('../../../examples/scheduled-tasks.yaml', import.meta.url)));
    // Here, where there are none, functions of the cmdlets' names give what Windows gives.
    const tasks = String.raw`
      function Get-ScheduledTask {
        [pscustomobject]@{ TaskPath = '\Backup\'; TaskName = 'Nightly'; State = 'Ready'; Info = @{ LastTaskResult = [uint32] 0; NumberOfMissedRuns = 2; LastRunTime = (Get-Date).AddHours(-1) } }
        [pscustomobject]@{ TaskPath = '\'; TaskName = 'Broken v1.2'; State = 'Ready'; Info = @{ LastTaskResult = [uint32] 2147942402; NumberOfMissedRuns = 0; LastRunTime = (Get-Date) } }
        [pscustomobject]@{ TaskPath = '\'; TaskName = 'Never'; State = 'Ready'; Info = @{ LastTaskResult = [uint32] 267011; NumberOfMissedRuns = 0; LastRunTime = [datetime] '1999-11-30' } }
        [pscustomobject]@{ TaskPath = '\'; TaskName = 'Off'; State = 'Disabled'; Info = @{ LastTaskResult = [uint32] 1 } }
        [pscustomobject]@{ TaskPath = '\Microsoft\Windows\Defrag\'; TaskName = 'ScheduledDefrag'; State = 'Ready'; Info = @{ LastTaskResult = [uint32] 1 } }
      }
      function Get-ScheduledTaskInfo { param([Parameter(ValueFromPipeline)] $Task) process { $Task.Info } }
    `;
    const told = (await session.run(`${tasks}\n${String(document.psutil_config[0]?.args?.['command'])}`, ample)) as Record<string, Record<string, number>>;
    const { age, ...nightly } = told['Backup\\Nightly']!;
    assert.ok(age! >= 3600 && age! < 3700, String(age));
    assert.deepEqual(nightly, { result: 0, failed: 0, missed: 2 });
    assert.deepEqual([told['Broken v1.2']!['failed'], told['Broken v1.2']!['result']], [1, 2_147_942_402]);
    assert.deepEqual(told['Never'], { result: 267011, failed: 0, missed: 0 });
    assert.equal(Object.keys(told).length, 3);
  });

  it('bounds what a command gives and what it prints', async () => {
    const before = await pid();
    await fails('while ($true) { 1 }', /more than 1000 objects/);
    await fails('"x" * 5MB', /characters of JSON, at most/);
    assert.equal(await session.run('Write-Host ("y" * 100kb); 3', ample), 3);
    assert.equal(await pid(), before);
    await fails('while ($true) { [Console]::Out.WriteLine("z" * 10000) }', /wrote more than \d+ bytes to the console; its PowerShell was ended/);
    assert.notEqual(await pid(), before);
    assert.equal(running(before), false);
  });

  it('ends one that hangs, with all that a command has started, also what left it', async () => {
    const before = await pid();
    const file = join(folder, 'pids');
    const child = `setsid sh -c 'echo $$ >> ${file}; exec sleep 1000' > /dev/null 2>&1 &`;
    await session.run(`sh -c "${child.replaceAll('$', '`$')}" ; 1`, ample);
    await until('the child', () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'));
    const [id] = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    assert.equal(running(id ?? 0), true);
    await fails('Start-Sleep -Seconds 1000', /has not ended within 0\.5 s; its PowerShell was ended/, 500);
    await until('it is gone', () => !running(id ?? 0));
    await until('the old process is gone', () => !running(before));
    assert.notEqual(await pid(), before);
  });

  it('ends one that reads its input or ends its host, and goes on with a new one', async () => {
    for (const [command, reason, timeout] of [
      ['[Console]::In.ReadToEnd()', /has not ended within 1 s/, 1000],
      ['[Environment]::Exit(3)', /ended/, ample],
      ['exit', /ended|no answer/, ample],
    ] as const) {
      const before = await pid();
      await fails(command, reason, timeout);
      await until(`${command}: the old process is gone`, () => !running(before));
      assert.notEqual(await pid(), before);
    }
    await fails('Read-Host "say"', /the command failed/);
  });

  it('says so where there is no PowerShell', async () => {
    const none = new PowerShellSession({ clock: systemClock, executable: join(folder, 'nothing') });
    await assert.rejects(none.run('1', ample), /PowerShell ended or could not be started/);
    none.close();
  });

  it('ends with its close, and whatever waits is told', async () => {
    const id = Number(await session.run('$PID', ample));
    const [hanging, waiting] = [session.run('Start-Sleep -Seconds 1000', ample), session.run('1', ample)];
    hanging.catch(() => undefined);
    waiting.catch(() => undefined);
    session.close();
    await assert.rejects(hanging);
    await assert.rejects(waiting, /stopping/);
    await until('the process is gone', () => !running(id));
    assert.ok(readdirSync(folder).length > 0);
  });
});
