// `npm run package`: PsutilAgent-<version>.zip at the repository's root, the same bytes from the same commit on every
// machine. `--out FILE` puts it elsewhere; `--no-build` takes dist/ as it is. `--project-uri URL` is the public place of the project:
// it makes ProjectUri, LicenseUri, ReleaseNotes and what Get-Help -Online opens; `--files-uri URL` is where the files of this version stand,
// URL/blob/v<version> (GitHub's way) unless given. `--stored` does not deflate the programs: for tests.
import { parseArgs } from 'node:util';
import { makePackage } from './package/make.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' }, 'project-uri': { type: 'string' }, 'files-uri': { type: 'string' }, 'no-build': { type: 'boolean', default: false }, stored: { type: 'boolean' } } });
if (!values['no-build']) await import('./build.mjs');
try {
  const { file, bytes, sha256, largest } = await makePackage({ out: values.out, projectUri: values['project-uri'], filesUri: values['files-uri'], stored: values.stored });
  const mib = (size) => `${(size / 2 ** 20).toFixed(1)} MiB`;
  console.log(`${file}\n  ${mib(bytes)}, SHA-256 ${sha256}`);
  for (const { name, packed } of largest) console.log(`  ${mib(packed).padStart(10)}  ${name}`);
  if (values['project-uri'] === undefined) console.log('  without --project-uri: Get-Help -Online has no page to open');
} catch (error) {
  console.error(`The package was not made: ${error.message}`);
  process.exitCode = 1;
}
