// Builds pwsh-host, the stand-in for pwsh, into build/host-<rid>. Skipped while its sources are unchanged.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '..', '..');
const PLATFORM = 5;

export class HostBuildError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Builds the host for 'linux-x64' (needs the .NET runtime) or 'win-x64' (self-contained). Answers with the path to run. */
export async function buildHost({ rid = 'linux-x64', log = () => {} } = {}) {
  if (!['linux-x64', 'win-x64'].includes(rid)) {
    throw new HostBuildError(`pwsh-host is built for linux-x64 or win-x64, not for ${rid}.`, 2);
  }
  const out = path.join(root, 'build', `host-${rid}`);
  const executable = path.join(out, rid === 'win-x64' ? 'pwsh-host.exe' : 'pwsh-host');
  const stamp = path.join(root, 'build', `host-${rid}.sha256`);
  const hash = await hashSources(here);
  if (existsSync(executable) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
    return executable;
  }
  return locked(path.join(root, 'build', 'host.lock'), async () => {
    if (existsSync(executable) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === hash) {
      return executable;
    }
    const current = await hashSources(here);
    const started = Date.now();
    const fresh = `${out}.new`;
    await rm(fresh, { recursive: true, force: true });
    await dotnet(['publish', '-c', 'Release', '-r', rid, rid === 'win-x64' ? '--self-contained' : '--no-self-contained',
      '-v', 'quiet', '--nologo', '-o', fresh, path.join(here, 'PsutilAgent.PowerShellHost.csproj')]);
    await rm(stamp, { force: true });
    await rm(out, { recursive: true, force: true });
    await rename(fresh, out);
    await writeFile(stamp, current);
    log(`pwsh-host for ${rid} built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
    return executable;
  });
}

// One build at a time: two test runs may ask for the host at once. A lock left by a dead process is taken over.
async function locked(lock, action) {
  await mkdir(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
      const left = owner > 0 ? !isAlive(owner) : Date.now() - (await stat(lock).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs > 10_000;
      if (left) await rm(lock, { force: true });
      else await new Promise((resolve) => { setTimeout(resolve, 250); });
    }
  }
  try {
    return await action();
  } finally {
    await rm(lock, { force: true });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function hashSources(folder) {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(cs|csproj|props|json|mjs|psd1|psm1|ps1|ps1xml)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.startsWith(path.join(folder, 'tests')))
    .sort();
  for (const file of files) {
    hash.update(path.relative(folder, file)).update('\0').update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

function dotnet(args) {
  const env = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
  return new Promise((resolve, reject) => {
    const child = spawn('dotnet', args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let text = '';
    child.stdout.on('data', (part) => { text += part; });
    child.stderr.on('data', (part) => { text += part; });
    child.on('error', () => reject(new HostBuildError(
      'The .NET SDK 10 is a prerequisite of the PowerShell tests where there is no pwsh: `dotnet` was not found. '
      + 'Install the package dotnet-sdk-10.0 of your system, or see https://dotnet.microsoft.com/download/dotnet/10.0.', PLATFORM)));
    child.on('close', (code) => {
      if (code === 0) {
        resolve();
      } else if (/NETSDK1045|No \.NET SDKs were found|not possible to find any installed \.NET SDKs/.test(text)) {
        reject(new HostBuildError(`The .NET SDK 10 is a prerequisite of the PowerShell tests; the one found cannot build net10.0.\n${text}`, PLATFORM));
      } else {
        reject(new HostBuildError(`dotnet publish failed with exit code ${code}.\n${text}`));
      }
    });
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await buildHost({ rid: process.argv[2] ?? 'linux-x64', log: (line) => console.error(line) }));
  } catch (error) {
    console.error(error.message);
    process.exitCode = error.exitCode ?? 1;
  }
}
