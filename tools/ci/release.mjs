// What belongs to a release, in release/: the zip that `npm run package` made, the bill of materials of what the clone installs, checksums,
// and the notes.
//   node tools/ci/release.mjs v1.2.3 [--package FILE] [--out FOLDER]
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../dependencies.mjs';

const { values, positionals: [tag] } = parseArgs({ options: { package: { type: 'string' }, out: { type: 'string', default: join(root, 'release') } }, allowPositionals: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const zip = values.package ?? join(root, `PsutilAgent-${version}.zip`);
const notes = notesOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version);
if (tag !== `v${version}`) fail(`expected the tag v${version}, for package.json has that version; found ${tag ?? 'none'}`);
if (!existsSync(zip)) fail(`expected the package ${zip}, found none: npm run package`);
if (notes === '') fail(`expected notes under "## ${version}" in CHANGELOG.md, found none`);

rmSync(values.out, { recursive: true, force: true });
mkdirSync(values.out, { recursive: true });
const files = [`PsutilAgent-${version}.zip`, `PsutilAgent-${version}.sbom.cdx.json`];
copyFileSync(zip, join(values.out, files[0]));
const npm = process.platform === 'win32' ? ['npm.cmd', { shell: true }] : ['npm', {}];
writeFileSync(join(values.out, files[1]), execFileSync(npm[0], ['sbom', '--omit=dev', '--sbom-format=cyclonedx'], { cwd: root, maxBuffer: 2 ** 26, ...npm[1] }));
const sums = files.map((name) => `${createHash('sha256').update(readFileSync(join(values.out, name))).digest('hex')}  ${name}\n`);
writeFileSync(join(values.out, 'SHA256SUMS'), sums.join(''));
writeFileSync(join(values.out, 'notes.md'), `${notes}\n`);
console.log(`${values.out}: ${[...files, 'SHA256SUMS', 'notes.md'].join(', ')}`);

/** What stands under a version's heading. */
function notesOf(changelog, wanted) {
  const sections = changelog.split(/^## /m);
  return sections.find((section) => section.split(/\s/, 1)[0] === wanted)?.replace(/^.*\n/, '').trim() ?? '';
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
