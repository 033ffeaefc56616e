// The collector as one CommonJS file: dist/cli/collector.cjs for a clone, and the package's, whose native modules lie beside it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './dependencies.mjs';

/** What only the clone's node_modules holds: packages with native parts. */
const nativePackages = ['koffi'];

/**
 * Bundles dist/cli/main.js; `options` are esbuild's. Gives the code and the files that esbuild's metafile names as in it.
 */
export async function bundle(version, options = {}) {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run npm run build.');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['dist/cli/main.js'],
    outfile: 'collector.cjs',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    logLevel: 'error',
    // The code is no module that Node has loaded, so it can only require.
    supported: { 'dynamic-import': false },
    define: { PSUTIL_AGENT_VERSION: JSON.stringify(version) },
    logOverride: { 'empty-import-meta': 'silent' },
    ...options,
  });
  const used = Object.entries(metafile.outputs['collector.cjs'].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  // The launcher is what has the line for Unix shells.
  const code = outputFiles[0].text.replace(/^#!.*\n/, '');
  return { code: Buffer.from(code), inputs: used.map(([path]) => path).sort() };
}

/** Writes dist/cli/collector.cjs, and beside it the code that this Node has compiled of it. */
export async function bundleClone(version) {
  const { code } = await bundle(version, { external: nativePackages });
  const target = join(root, 'dist/cli/collector.cjs');
  writeFileSync(target, code);
  rmSync(`${target}.cache`, { force: true });
  cacheCode(target);
}

/** Runs the collector for a moment, with a broker that is not there, and keeps the code that V8 has compiled for it. */
function cacheCode(target) {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-build-'));
  try {
    const settings = {
      broker: { hostnames: ['127.0.0.1'], port: 1 },
      psutil_config: ['virtual_memory', 'cpu_times_percent', 'net_if_addrs', 'net_io_counters'].map((method) => ({ method, interval: 0.2 })),
      status: { path: home }, log: { path: home },
    };
    const config = join(home, 'settings.json');
    writeFileSync(config, JSON.stringify(settings));
    const script = `
      process.argv = [process.execPath, 'psutil-agent', 'run', '--config', ${JSON.stringify(config)}, '--duration', '1'];
      const script = require(${JSON.stringify(join(root, 'dist/cli/launcher.cjs'))});
      process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(`${target}.cache`)}, script.createCachedData()));`;
    const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(`the collector ended with ${status} while its compiled code was to be kept: ${stderr}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
