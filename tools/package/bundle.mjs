// The collector as the package has it: one file for Windows, its native modules beside it.
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { bundle } from '../bundle.mjs';
import { root } from '../dependencies.mjs';

/** Native modules are asked for beside the collector, not where their packages would search. */
const native = {
  name: 'native',
  setup({ onResolve }) {
    onResolve({ filter: /^@koromix\/koffi-win32-x64$/ }, () => ({ path: './koffi.node', external: true }));
    onResolve({ filter: /^@koromix\// }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * The files of the collector's folder by name, the files of the clone that are in them (`inputs`), and the packages these
 * are of, as their places in the lock file (`packages`); both sorted.
 */
export async function packageCollector(version) {
  const { files, inputs } = await bundle(version, {
    target: 'node22',
    // Its ES module finds its parts through import.meta, which CommonJS has not.
    alias: { koffi: './node_modules/koffi/index.cjs' },
    plugins: [native],
  });
  const packages = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter((path) => path !== undefined);
  return {
    files: { 'main.js': Buffer.from(readFileSync(join(root, 'dist/cli/launcher.cjs'), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '')), ...files },
    inputs,
    packages: [...new Set(packages)].sort(),
  };
}
