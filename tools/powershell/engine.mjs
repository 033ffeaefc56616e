// The PowerShell and the Pester that the tests run on: the published ones, from NuGet, pinned and checked.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../dependencies.mjs';
import { copyFolder } from '../windows/prefix.mjs';
import { alignSections } from '../windows/sections.mjs';

const home = join(root, 'build/powershell');
const sources = join(root, 'tools/powershell');
const manifest = join(root, '.config/dotnet-tools.json');
const pesterProject = join(sources, 'pester/pester.csproj');

/** NuGet's content hash of what no lock file of NuGet's covers: a tool, and a package that is only downloaded. */
const contentHashes = {
  'powershell/7.6.9': 'Mbe0ZL/+PD3apnlrNzTDwtAYNXTeYs/fdWpEYVmFYPEmCy8N42NMwiBg2Bh//OCoAUu2L7AXxWZKiY+2JFtSuQ==',
  'pester/5.9.1': 'ueNRfNTrcHycKxcPOiENFm4UJULpJJpNN6SVNo0MNmwDHJkmoMA6/UX07i3BClqFX09Wl09BbBLGJifWgSIXbg==',
};
/** What compiles for Linux beforehand, where it runs. */
const compiler = 'microsoft.netcore.app.crossgen2.linux-x64/10.0.12';
if (process.platform === 'linux' && process.arch === 'x64') contentHashes[compiler] = 'qJloVIBdpVV+lDD+0vp07L9wmaZ7AwbC+XbdvVZB4qpyrXMrZaRmxOlyMAyBzXEUcoFWQgO6fSlKbIeumN/j9A==';

/**
 * What PowerShell is told wherever it runs here: no colours, no telemetry, no look for updates; and whatever is not machine code yet is
 * compiled once, quickly. To compile what is used often a second time, better, costs more than it gives in a test run, which ends before: a
 * third of the CPU time, under Wine the half. The heap's young generation is 32 MB: by the processor's cache, of which Wine knows nothing,
 * it is a quarter of one, and collected 7,000 times in a run of Pester. Code's memory stays writable: a twentieth.
 */
export const engineEnv = {
  NO_COLOR: '1', POWERSHELL_TELEMETRY_OPTOUT: '1', POWERSHELL_UPDATECHECK: 'Off',
  DOTNET_TieredCompilation: '0', DOTNET_JITMinOpts: '1', DOTNET_GCgen0size: '0x2000000', DOTNET_EnableWriteXorExecute: '0',
};

/**
 * Restores PowerShell (the .NET tool of the manifest) and Pester (the package of the project) once, and gives `command`,
 * the words that start pwsh here, and `pester`, the path of Pester's manifest. Throws where the SDK or a package is
 * missing, or a package is not the pinned one.
 */
export async function powershellEngine() {
  const packages = await once('packages.json', [manifest, pesterProject], async () => {
    await dotnet(['tool', 'restore', '--tool-manifest', manifest]);
    await dotnet(['restore', '-v', 'quiet', pesterProject]);
    const assets = JSON.parse(await readFile(join(home, 'obj/pester/project.assets.json'), 'utf8'));
    const [folder] = Object.keys(assets.packageFolders);
    for (const [name, hash] of Object.entries(contentHashes)) await verify(join(folder, name), hash);
    return folder;
  });
  const tool = join(packages, 'powershell/7.6.9/tools/net10.0/any', process.platform === 'win32' ? 'win' : 'unix');
  return {
    // On Unix each command that starts or ends would be told to the system's log, for a fifteenth of all CPU time.
    command: ['dotnet', compiler in contentHashes ? await compiledPowershell(packages, tool) : join(tool, 'pwsh.dll'), '-SettingsFile', join(sources, 'settings.json')],
    pester: join(packages, 'pester/5.9.1/tools/Pester.psd1'),
  };
}

/**
 * A copy of the tool whose main parts are machine code, as the released PowerShell for Linux has them and the tool has not: a start costs 0.6 s
 * of CPU time instead of 1.5, a run of Pester a fifth less. To compile them takes 18.
 */
function compiledPowershell(packages, tool) {
  return once('linux.json', [manifest], async () => {
    const folder = join(home, 'linux');
    const fresh = await mkdtemp(`${folder}-`);
    await copyFolder(`${tool}/.`, fresh, { linked: true });
    const parts = ['System.Management.Automation', ...['ConsoleHost', 'Commands.Management', 'Commands.Utility'].map((name) => `Microsoft.PowerShell.${name}`)];
    const runtime = /^Microsoft\.NETCore\.App (10\.\S+) \[(.+)\]$/m.exec(await dotnet(['--list-runtimes']));
    for (const part of parts.map((name) => `${name}.dll`)) {
      // A further name of the package's own file.
      await rm(join(fresh, part));
      const words = [join(tool, part), '--out', join(fresh, part), '--reference', join(runtime[2], runtime[1], '*.dll'), '--reference', join(tool, '*.dll'), '--targetos', 'linux', '--targetarch', 'x64'];
      await run(join(packages, compiler, 'tools/crossgen2'), words);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return join(folder, 'pwsh.dll');
  });
}

/** Publishes pwsh.exe for win-x64 once, complete with its modules, and gives its path. Throws as `powershellEngine`. */
export function windowsPowershell() {
  const project = join(sources, 'windows');
  return once('windows.json', [...['pwsh.csproj', 'Program.cs', 'packages.lock.json', 'powershell.config.json'].map((name) => join(project, name)), join(root, 'tools/windows/sections.mjs')], async () => {
    const folder = join(home, 'windows');
    const fresh = await mkdtemp(`${folder}-`);
    await dotnet(['publish', '-c', 'Release', '-v', 'quiet', '--nologo', '-o', fresh, project]);
    await copyFolder(join(fresh, 'runtimes/win/lib/net10.0/Modules'), join(fresh, 'Modules'), { linked: true });
    for (const name of (await readdir(fresh)).filter((one) => /\.(dll|exe)$/.test(one))) {
      const bytes = await readFile(join(fresh, name));
      const aligned = alignSections(bytes);
      if (aligned !== bytes) await writeFile(join(fresh, name), aligned);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return join(folder, 'pwsh.exe');
  });
}

/** What `make` gave for these inputs and versions, kept in a stamp file as long as the path it gave is there. */
async function once(stamp, inputs, make) {
  const hash = createHash('sha256').update(JSON.stringify(contentHashes));
  for (const input of inputs) hash.update(await readFile(input));
  const wanted = hash.digest('hex');
  const file = join(home, stamp);
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (known.wanted === wanted && existsSync(known.path)) return known.path;
  await mkdir(home, { recursive: true });
  const path = await make();
  await writeFile(file, JSON.stringify({ wanted, path }));
  return path;
}

async function verify(folder, expected) {
  const { contentHash } = JSON.parse(await readFile(join(folder, '.nupkg.metadata'), 'utf8'));
  if (contentHash !== expected) throw new Error(`${folder} is not the pinned package: expected content hash ${expected}, found ${contentHash}`);
}

/** Runs the .NET SDK and gives what it prints; throws with its words where it fails. */
function dotnet(words) {
  return run('dotnet', words, { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' });
}

async function run(program, words, env = process.env) {
  try {
    const { stdout } = await promisify(execFile)(program, words, { cwd: root, env });
    return stdout;
  } catch (error) {
    if (error.code === 'ENOENT' && program === 'dotnet') throw new Error('The .NET SDK 10 (the command dotnet) is missing: the PowerShell tests need it. Install it from your distribution or from Microsoft.', { cause: error });
    throw new Error(`${program} ${words.join(' ')} ended with ${String(error.code)}:\n${error.stdout}${error.stderr}`, { cause: error });
  }
}
