// The collector as one CommonJS file; native modules lie beside it.
import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../windows/prefix.mjs';

/** Native modules are asked for beside main.js, not where their packages would search. */
const native = {
  name: 'native',
  setup({ onResolve }) {
    onResolve({ filter: /^@koromix\/koffi-win32-x64$/ }, () => ({ path: './koffi.node', external: true }));
    onResolve({ filter: /^@koromix\// }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^\.\/binding(\.js)?$/ }, ({ importer }) =>
      /[\\/]node_modules[\\/]classic-level[\\/]/.test(importer) ? { path: './classic-level.node', external: true } : undefined);
  },
};

/**
 * Bundles dist/cli/main.js. Gives the code, the files that esbuild's metafile names as in it (`inputs`), and the packages
 * these are of, as their places in the lock file (`packages`); both sorted.
 */
export async function bundle(version) {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run npm run build.');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/cli/main.js'],
    outfile: 'collector/main.js',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    define: { PSUTIL_AGENT_VERSION: JSON.stringify(version) },
    // Its ES module finds its parts through import.meta, which CommonJS has not.
    alias: { koffi: './node_modules/koffi/index.cjs' },
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [native],
  });
  const used = Object.entries(metafile.outputs['collector/main.js'].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const inputs = used.map(([path]) => path).sort();
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter((path) => path !== undefined);
  return { code: Buffer.from(outputFiles[0].contents), inputs, packages: [...new Set(packages)].sort() };
}
