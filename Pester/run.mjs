// Runs the Pester tests: on real pwsh with Pester 5 or later where both are there, else on the test host. Here or under Wine.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { buildHost } from './host/build.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

/**
 * Runs tests and answers {code, engine, output}. `where` is 'linux' (this machine, whatever it is) or 'wine'; a Wine run uses the prefix that
 * `env.WINEPREFIX` names, or makes one and ends it. `real: false` takes the test host even where pwsh is there.
 */
export async function runPester({
  where = 'linux', paths = [here], tag = [], excludeTag = [], verbosity = 'Normal', env = {}, real = true, timeout = 900_000, print = true,
} = {}) {
  const args = ['-NoProfile', '-NonInteractive', '-File', path.join(here, 'run.ps1'), '-Path', paths.join(','), '-Output', verbosity];
  if (tag.length > 0) args.push('-Tag', tag.join(','));
  if (excludeTag.length > 0) args.push('-ExcludeTag', excludeTag.join(','));
  const folder = await mkdtemp(path.join(os.tmpdir(), 'psutil-pester-'));
  const prefix = where === 'wine' && !env.WINEPREFIX ? path.join(folder, 'prefix') : undefined;
  const settings = { ...process.env, NO_COLOR: '1', ...env, ...(prefix ? { WINEPREFIX: prefix } : {}) };
  try {
    const { engine, command } = await chooseEngine(where, real);
    if (where === 'wine') Object.assign(settings, { WINEDEBUG: '-all', DOTNET_EnableWriteXorExecute: '0' });
    if (prefix) bootWine(settings);
    const wineArgs = where === 'wine' ? args.map((arg) => toWine(arg)) : args;
    const { code, output } = await run([...command, ...wineArgs], settings, folder, timeout);
    if (print) process.stdout.write(output);
    return { code, engine, output };
  } finally {
    if (prefix) spawnSync('wineserver', ['-k'], { env: settings });
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

// Real pwsh counts only together with Pester.
async function chooseEngine(where, real) {
  if (where === 'wine') {
    return { engine: 'test host', command: ['wine', await buildHost({ rid: 'win-x64', log: (line) => console.error(line) })] };
  }
  if (real) {
    const probe = spawnSync('pwsh', ['-NoProfile', '-NonInteractive', '-Command',
      'if (@(Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 }).Count -gt 0) { exit 0 } else { exit 1 }'], { stdio: 'ignore' });
    if (probe.status === 0) return { engine: 'pwsh', command: ['pwsh'] };
  }
  return { engine: 'test host', command: [await buildHost({ rid: 'linux-x64', log: (line) => console.error(line) })] };
}

function bootWine(env) {
  for (const args of [['wineboot', '-i'], ['wine', 'winecfg', '-v', 'win10']]) {
    const result = spawnSync(args[0], args.slice(1), { env, stdio: 'ignore', timeout: 120_000 });
    if (result.error) throw new Error(`${args[0]} is missing: install the packages wine and wine64 to run the tests under Wine.`);
  }
}

function toWine(arg) {
  return arg.split(',').map((part) => (part.startsWith('/') ? `Z:${part.replaceAll('/', '\\')}` : part)).join(',');
}

// Files, not pipes, behind stdout and stderr: under Wine pipes of Linux do not work.
async function run([command, ...args], env, folder, timeout) {
  const out = path.join(folder, 'out');
  const file = openSync(out, 'w');
  const code = await new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', file, file], timeout, killSignal: 'SIGKILL' });
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(signal ? 124 : status));
  });
  closeSync(file);
  const output = await readFile(out, 'utf8');
  return { code, output: output.replace(/^wine: Read access denied.*\r?\n/gm, '') };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [where = 'linux', ...paths] = process.argv.slice(2);
  try {
    const { code } = await runPester({ where, ...(paths.length > 0 ? { paths: paths.map((item) => path.resolve(item)) } : {}), verbosity: process.env.PESTER_OUTPUT ?? 'Normal' });
    process.exitCode = code;
  } catch (error) {
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
