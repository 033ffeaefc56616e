// The package: what a Windows host needs and nothing else, as a zip of one module folder, laid out as the PowerShell
// Gallery takes it.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { moduleFiles } from '../windows/module.mjs';
import { aligned, windowsParts } from '../windows/parts.mjs';
import { zip } from './archive.mjs';
import { billOfMaterials } from './bill.mjs';
import { packageCollector } from './bundle.mjs';
import { componentsOf } from './components.mjs';
import { notices } from './notices.mjs';

/** The module's name: the folder in the zip and the manifest in it. */
const moduleName = 'PsutilAgent';
const shipped = [...moduleFiles, 'cloudify', 'docs', 'LICENSE', 'README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
/** The command on Windows: its own node.exe, whatever else is on PATH. */
const launcher = '@"%~dp0bin\\node.exe" "%~dp0collector\\main.js" %*\r\n';

/**
 * Makes the package from dist/ and this clone. Gives the zip's path, its size in bytes, its SHA-256, and its largest
 * files with what they take up in it. With `projectUri` the module knows its public place (see addUris). `stored`: programs are not
 * deflated, which is nearly all of the time it takes. `forWine`: they are copies that Wine starts fast. Throws where a part is
 * missing or not the pinned one, or a URI is none.
 */
export async function makePackage({ out, projectUri, filesUri, stored = false, forWine = false } = {}) {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const parts = await windowsParts();
  const files = new Map();
  for (const item of shipped) await addTree(files, item);
  if (projectUri !== undefined) addUris(files, version, projectUri, filesUri);
  joinModule(files);
  checkVersion(files.get(`${moduleName}.psd1`), version);

  const { files: collector, packages } = await packageCollector(version);
  const components = await componentsOf(packages, parts);
  for (const [file, data] of Object.entries(collector)) files.set(`collector/${file}`, data);
  // Whatever package.json lies above the module, main.js is CommonJS.
  files.set('collector/package.json', Buffer.from('{ "type": "commonjs" }\n'));
  files.set('collector/koffi.node', await readFile(join(parts.koffi, 'win32_x64/koffi.node')));
  files.set('psutil-agent.cmd', Buffer.from(launcher));
  files.set('bin/node.exe', await readFile(forWine ? await aligned(parts.node) : parts.node));
  files.set('bin/nssm.exe', await readFile(parts.nssm));
  files.set('THIRD-PARTY-NOTICES.txt', Buffer.from(notices(components)));
  files.set('sbom.cdx.json', Buffer.from(billOfMaterials({ name: moduleName, npmName: name, version, components })));
  const digests = new Map([...files].map(([path, data]) => [path, digest(data)]));
  for (const name of forWine ? ['nssm'] : ['node', 'nssm']) if (digests.get(`bin/${name}.exe`) !== parts.hashes[name]) throw new Error(`${parts[name]} is not the pinned one: delete the folder build/windows/parts, and make the package again.`);
  files.set('SHA256SUMS', Buffer.from([...digests.keys()].sort().map((path) => `${digests.get(path)}  ${path}\n`).join('')));

  const { bytes, packed } = zip(new Map([...files].map(([path, data]) => [`${moduleName}/${path}`, data])), stored ? /\.exe$/ : undefined);
  const file = out ?? join(root, `${moduleName}-${version}.zip`);
  // Nobody finds half a package under its name.
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
  const largest = [...packed].sort((a, b) => b.packed - a.packed).slice(0, 6);
  return { file, bytes: bytes.length, sha256: digest(bytes), largest };
}

/** Adds a file, or all files of a folder but tests, to `files`. Line ends are LF, whatever git made of them. */
async function addTree(files, item) {
  const path = join(root, item);
  if (!existsSync(path)) {
    if (item === 'README.md') return;
    throw new Error(`${item} is missing from the clone: check it out again.`);
  }
  const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  if (entries === undefined) {
    const bytes = await readFile(path);
    // A picture is no text.
    files.set(item, bytes.includes(0) ? bytes : Buffer.from(bytes.toString('utf8').replaceAll('\r\n', '\n')));
    return;
  }
  for (const entry of entries) {
    if (!entry.name.startsWith('.') && !entry.name.endsWith('.Tests.ps1')) await addTree(files, `${item}/${entry.name}`);
  }
}

/** Puts the module's functions into its psm1, in the place of what loads their files: one file imports faster, and is one to sign. */
function joinModule(files) {
  const sources = [...files.keys()].filter((path) => /^(Private|Public)\/[^/]+\.ps1$/.test(path)).sort();
  const loader = /^foreach \(\$folder in 'Private', 'Public'\) \{\n[^]*?^\}\n/m;
  const main = files.get(`${moduleName}.psm1`).toString();
  if (!loader.test(main)) throw new Error(`${moduleName}.psm1 has not the loop that loads Private/ and Public/: correct it, or joinModule.`);
  const functions = sources.map((path) => files.get(path).toString()).join('\n');
  files.set(`${moduleName}.psm1`, Buffer.from(main.replace(loader, () => functions)));
  for (const path of sources) files.delete(path);
}

/** Puts the project's public place into the manifest, and each cmdlet's page into the cmdlet: Get-Help -Online opens http and https only. */
export function addUris(files, version, projectUri, filesUri = `${projectUri.replace(/\/$/, '')}/blob/v${version}`) {
  for (const uri of [projectUri, filesUri]) if (!/^https?:\/\/[\w.-]+[^\s'"]*$/.test(uri)) throw new Error(`expected an address with http or https, found ${uri}.`);
  const base = filesUri.replace(/\/$/, '');
  const replace = (path, pattern, text) => {
    const before = files.get(path).toString();
    if (!pattern.test(before)) throw new Error(`${path} has not what is to be replaced, ${String(pattern)}: correct it, or addUris.`);
    files.set(path, Buffer.from(before.replace(pattern, text)));
  };
  replace(`${moduleName}.psd1`, /^( *)ReleaseNotes = .*$/m, (_, indent) => [
    `ProjectUri   = '${projectUri}'`, `LicenseUri   = '${base}/LICENSE'`, `ReleaseNotes = '${base}/CHANGELOG.md'`,
  ].map((line) => `${indent}${line}`).join('\n'));
  for (const path of [...files.keys()].filter((name) => name.startsWith('Public/'))) {
    const page = `${base}/docs/cmdlets.md#${path.slice('Public/'.length, -'.ps1'.length).toLowerCase()}`;
    replace(path, /\[CmdletBinding\((.*)\)\]/, (_, given) => `[CmdletBinding(${given === '' ? '' : `${given}, `}HelpUri = '${page}')]`);
  }
}

function checkVersion(manifest, version) {
  const found = /ModuleVersion\s*=\s*'([^']+)'/.exec(manifest.toString())?.[1];
  if (found !== version) throw new Error(`package.json says version ${version}, ${moduleName}.psd1 says ${found}: make them the same.`);
}

function digest(data) {
  return createHash('sha256').update(data).digest('hex');
}
