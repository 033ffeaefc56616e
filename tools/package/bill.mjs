// The bill of materials: CycloneDX 1.6, the same text from the same components.
import { createHash } from 'node:crypto';

/** The JSON text, from components of components.mjs. The serial number is made of the content. */
export function billOfMaterials({ name, version, components }) {
  const main = {
    type: 'application', 'bom-ref': name, name, version,
    purl: `pkg:generic/${name}@${version}`,
    licenses: [{ license: { id: 'Apache-2.0' } }],
  };
  const content = {
    metadata: { component: main },
    components: components.map(entryOf),
    dependencies: [
      { ref: name, dependsOn: components.map(({ ref }) => ref) },
      ...components.map(({ ref, dependsOn }) => ({ ref, dependsOn: [...dependsOn].sort() })),
    ],
  };
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: serialOf(JSON.stringify(content)), version: 1, ...content };
  return `${JSON.stringify(bill, null, 1)}\n`;
}

function entryOf({ name, version, license, purl, ref, hash }) {
  const [group, plain] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: ref.endsWith('.exe') ? 'application' : 'library',
    'bom-ref': ref,
    ...(group === undefined ? {} : { group }),
    name: plain,
    ...(version === undefined ? {} : { version }),
    ...(hash === undefined ? {} : { hashes: [hash] }),
    // CycloneDX knows SPDX ids and, for anything else, names.
    licenses: [{ license: license.includes(' ') ? { name: license } : { id: license } }],
    ...(purl === undefined ? {} : { purl }),
  };
}

function serialOf(text) {
  const digits = createHash('sha256').update(text).digest('hex');
  const variant = ((parseInt(digits[16], 16) & 3) | 8).toString(16);
  return `urn:uuid:${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}
