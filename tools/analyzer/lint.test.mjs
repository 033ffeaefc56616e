// The lint finds what it is there for: faults planted in a file, each by its own rule; and nothing in a file without any.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { lintPowerShell } from '../lint-powershell.mjs';

const faulty = `function Get-Planted {
    param($Text)
    $unused = 1
    $value = $true ? 1 : 2
    Remove-Service -Name x
    gci $value
    ConvertFrom-Json $Text -AsHashtable
}
`;

const clean = `function Get-Clean {
    param($Text)
    ConvertFrom-Json -InputObject $Text
}
`;

test('PSScriptAnalyzer catches what 5.1 lacks and what is untidy', { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'psutil-planted-'));
  try {
    const file = path.join(folder, 'Get-Planted.ps1');
    await writeFile(file, faulty);
    await writeFile(path.join(folder, 'Get-Clean.ps1'), clean);
    const { code, output } = await lintPowerShell({ paths: [folder] });
    assert.equal(code, 1);
    assert.match(output, /Get-Planted\.ps1:4:\d+: Error PSUseCompatibleSyntax: .*ternary/);
    assert.match(output, /Get-Planted\.ps1:5:\d+: Warning PSUseCompatibleCommands: .*'Remove-Service'/);
    assert.match(output, /Get-Planted\.ps1:7:\d+: Warning PSUseCompatibleCommands: .*'AsHashtable'/);
    assert.match(output, /Get-Planted\.ps1:3:\d+: Warning PSUseDeclaredVarsMoreThanAssignments: /);
    assert.match(output, /Get-Planted\.ps1:6:\d+: Warning PSAvoidUsingCmdletAliases: .*'gci'/);
    assert.doesNotMatch(output, /Get-Clean/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
