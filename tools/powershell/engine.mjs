// The PowerShell and the Pester that the tests run on: the published ones, from NuGet, pinned and checked.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';

const home = join(root, 'build/powershell');
const project = join(root, 'tools/powershell/pester/pester.csproj');
const manifest = join(root, '.config/dotnet-tools.json');

/** NuGet's content hash of what no lock file of NuGet's covers: a tool, and a package that is only downloaded. */
const contentHashes = {
  'powershell/7.6.9': 'Mbe0ZL/+PD3apnlrNzTDwtAYNXTeYs/fdWpEYVmFYPEmCy8N42NMwiBg2Bh//OCoAUu2L7AXxWZKiY+2JFtSuQ==',
  'pester/5.9.1': 'ueNRfNTrcHycKxcPOiENFm4UJULpJJpNN6SVNo0MNmwDHJkmoMA6/UX07i3BClqFX09Wl09BbBLGJifWgSIXbg==',
};

/**
 * Restores PowerShell (the .NET tool of the manifest) and Pester (the package of the project) once, and gives `command`,
 * the words that start pwsh here, and `pester`, the path of Pester's manifest. Throws where the SDK or a package is
 * missing, or a package is not the pinned one.
 */
export async function powershellEngine() {
  const stamp = join(home, 'packages.json');
  const wanted = JSON.stringify([await readFile(manifest, 'utf8'), await readFile(project, 'utf8'), contentHashes]);
  const known = existsSync(stamp) ? JSON.parse(await readFile(stamp, 'utf8')) : {};
  if (known.wanted === wanted && existsSync(known.pwsh) && existsSync(known.pester)) return engineOf(known);
  await mkdir(home, { recursive: true });
  dotnet(['tool', 'restore', '--tool-manifest', manifest]);
  dotnet(['restore', '-v', 'quiet', project]);
  const assets = JSON.parse(await readFile(join(home, 'obj/pester/project.assets.json'), 'utf8'));
  const [packages] = Object.keys(assets.packageFolders);
  for (const [name, hash] of Object.entries(contentHashes)) await verify(join(packages, name), hash);
  const restored = {
    wanted,
    pwsh: join(packages, 'powershell/7.6.9/tools/net10.0/any', process.platform === 'win32' ? 'win' : 'unix', 'pwsh.dll'),
    pester: join(packages, 'pester/5.9.1/tools/Pester.psd1'),
  };
  await writeFile(stamp, JSON.stringify(restored));
  return engineOf(restored);
}

const engineOf = ({ pwsh, pester }) => ({ command: ['dotnet', pwsh], pester });

async function verify(folder, expected) {
  const { contentHash } = JSON.parse(await readFile(join(folder, '.nupkg.metadata'), 'utf8'));
  if (contentHash !== expected) throw new Error(`${folder} is not the pinned package: expected content hash ${expected}, found ${contentHash}`);
}

/** Runs the .NET SDK; throws with its words where it fails. */
export function dotnet(words) {
  const env = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
  const { status, stdout, stderr, error } = spawnSync('dotnet', words, { cwd: root, env, encoding: 'utf8' });
  if (error) throw new Error('The .NET SDK 10 (the command dotnet) is missing: the PowerShell tests need it. Install it from your distribution or from Microsoft.');
  if (status !== 0) throw new Error(`dotnet ${words.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`);
}
