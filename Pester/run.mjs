// Runs the Pester tests, all or the named ones: `node Pester/run.mjs [linux|wine] [paths]`. Here on real pwsh with Pester 5 or later where
// both are there, else on the test host; under Wine on the test host. PESTER_OUTPUT is Pester's verbosity.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildHost } from './host/build.mjs';
import { makeWindowsHost } from './windowsHost.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));

async function onLinux(files) {
  const command = hasRealPester() ? 'pwsh' : await buildHost({ rid: 'linux-x64', log: (line) => console.error(line) });
  const { status, error } = spawnSync(command, words(files), { env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  return status ?? 1;
}

async function underWine(files) {
  const host = await makeWindowsHost();
  try {
    const { code, out, err } = await host.runWords(words(files, (file) => host.prefix.path(file)), { timeout: 900 });
    console.log(`${out}\n${err}`);
    return code;
  } finally {
    await host.remove();
  }
}

/** Real pwsh counts only together with Pester. */
function hasRealPester() {
  const probe = 'if (@(Get-Module Pester -ListAvailable | Where-Object { $_.Version.Major -ge 5 }).Count -gt 0) { exit 0 } else { exit 1 }';
  return spawnSync('pwsh', ['-NoProfile', '-NonInteractive', '-Command', probe], { stdio: 'ignore' }).status === 0;
}

function words(files, toPath = (file) => file) {
  return ['-NoProfile', '-NonInteractive', '-File', toPath(path.join(here, 'run.ps1')),
    '-Path', files.map(toPath).join(','), '-Output', process.env.PESTER_OUTPUT ?? 'Normal'];
}

const [where = 'linux', ...given] = process.argv.slice(2);
const files = given.length > 0 ? given.map((file) => path.resolve(file)) : [here];
try {
  process.exitCode = await (where === 'wine' ? underWine : onLinux)(files);
} catch (error) {
  console.error(error.message);
  process.exitCode = error.exitCode ?? 1;
}
