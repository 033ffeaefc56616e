// `npm run package`: PsutilAgent-<version>.zip at the repository's root, the same bytes from the same commit on every
// machine. `--out FILE` puts it elsewhere; `--no-build` takes dist/ as it is.
import { parseArgs } from 'node:util';
import { makePackage } from './package/make.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' }, 'no-build': { type: 'boolean', default: false } } });
if (!values['no-build']) await import('./build.mjs');
try {
  const { file, bytes, sha256, largest } = await makePackage({ out: values.out });
  const mib = (size) => `${(size / 2 ** 20).toFixed(1)} MiB`;
  console.log(`${file}\n  ${mib(bytes)}, SHA-256 ${sha256}`);
  for (const { name, packed } of largest) console.log(`  ${mib(packed).padStart(10)}  ${name}`);
} catch (error) {
  console.error(`The package was not made: ${error.message}`);
  process.exitCode = 1;
}
