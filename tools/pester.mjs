// Runs Pester tests on the real pwsh with the real Pester: `node tools/pester.mjs [files]`, without files all of Pester/.
// PESTER_OUTPUT is Pester's verbosity (Normal, Detailed).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { root } from './dependencies.mjs';
import { engineEnv, powershellEngine } from './powershell/engine.mjs';

const files = process.argv.slice(2).map((file) => path.resolve(file));
const { command: [program, ...words], pester } = await powershellEngine();
const links = process.platform === 'win32' ? undefined : linkPrograms();
const { status, error } = spawnSync(program, [
  ...words, '-NoProfile', '-NonInteractive', '-File', path.join(root, 'tools/powershell/run.ps1'), '-Pester', pester,
  '-Path', (files.length > 0 ? files : [path.join(root, 'Pester')]).join(','), '-Output', process.env.PESTER_OUTPUT ?? 'Normal',
], { env: { ...process.env, ...engineEnv, ...(links && { PATH: links }) }, stdio: ['ignore', 'inherit', 'inherit'] });
if (links) rmSync(links, { recursive: true });
if (error) throw error;
process.exitCode = status ?? 1;

/**
 * A folder that is PATH for the tests, with links to what they find there: PowerShell on Unix looks at every file of every folder on PATH for
 * each program that is asked for by its name, and the module asks for node at each of its calls.
 */
function linkPrograms() {
  const folder = mkdtempSync(path.join(root, 'build/path-'));
  const { stdout } = spawnSync('sh', ['-c', 'command -v dotnet'], { encoding: 'utf8' });
  for (const [name, target] of [['node', process.execPath], ['dotnet', stdout.trim()]]) symlinkSync(target, path.join(folder, name));
  return folder;
}
