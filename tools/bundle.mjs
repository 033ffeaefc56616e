// The collector as a CommonJS file, and systeminformation as another: in dist/cli for a clone, and the package's, whose native modules lie beside them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import Module, { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { root } from './dependencies.mjs';

/** What only the clone's node_modules holds: packages with native parts. */
const nativePackages = ['koffi'];

/** What is used seldom and by few: files of their own, so that it is not in every collector's memory. */
const apart = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^(systeminformation|js-yaml)$/ }, ({ path, kind, namespace }) => (
      kind === 'entry-point' || (path === 'js-yaml' && namespace !== 'seldom') ? undefined : { path: `./${path}.cjs`, external: true }
    ));
  },
};

/**
 * Modules of Node that most runs never need, and YAML, are loaded when something of them is used: tls and crypto alone touch 3 MB. Of `assert` and
 * `worker_threads` the libraries want so little that it stands here.
 */
const seldom = {
  name: 'seldom',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?(assert|child_process|crypto|dgram|dns(\/promises)?|fs\/promises|timers\/promises|tls|worker_threads|js-yaml)$/ }, ({ path, kind, namespace }) => {
      const name = path.replace('node:', '');
      if (kind === 'entry-point') return undefined;
      if (namespace !== 'seldom') return { path: name, namespace: 'seldom' };
      return builtinModules.includes(name) ? { path: name, external: true } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'seldom' }, async ({ path }) => {
      if (path === 'assert') return { contents: 'const assert = module.exports = (value, message) => { if (!value) throw new Error(message ?? "assertion failed"); }; assert.equal = (one, other, message) => { assert(one === other, message); };' };
      if (path === 'worker_threads') return { contents: 'exports.isMainThread = true;' };
      const module = await import(path);
      const members = Object.entries(module.default ?? module).map(([name, value]) => {
        // Some put a function by for later when they are loaded.
        const call = typeof value === 'function' && /^[a-z]/.test(name);
        return call ? `${name}: (...words) => require("${path}").${name}(...words)` : `get ${name}() { return require("${path}").${name}; }`;
      });
      return { contents: `module.exports = { ${members.join(', ')} };`, resolveDir: root };
    });
  },
};

/**
 * Bundles dist/cli/main.js; `options` are esbuild's. Gives the files by name, and those that esbuild's metafile names as in them.
 */
export async function bundle(version, { plugins = [], ...options } = {}) {
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run npm run build.');
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { collector: 'dist/cli/main.js', systeminformation: 'systeminformation', 'js-yaml': 'js-yaml', validators: 'dist/config/validators.cjs' },
    outdir: '.',
    outExtension: { '.js': '.cjs' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // As which the launcher reads it.
    charset: 'ascii',
    logLevel: 'error',
    // The code is no module that Node has loaded, so it can only require.
    supported: { 'dynamic-import': false },
    define: { PSUTIL_AGENT_VERSION: JSON.stringify(version), 'import.meta.url': '__filename' },
    logOverride: { 'empty-import-meta': 'silent' },
    plugins: [apart, seldom, ...plugins],
    ...options,
  });
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs)).filter(([path, { bytesInOutput }]) => bytesInOutput > 0 && !path.startsWith('seldom:'));
  // The launcher is what has the line for Unix shells; it runs the function that a module is.
  const files = outputFiles.map(({ path, text }) => {
    const [name, code] = [basename(path), text.replace(/^#!.*\n/, '')];
    return [name, Buffer.from(name === 'collector.cjs' ? Module.wrap(code) : code)];
  });
  return { files: Object.fromEntries(files), inputs: used.map(([path]) => path).sort() };
}

/** Writes dist/cli/collector.cjs and what belongs to it, and beside it the code that this Node has compiled of it. */
export async function bundleClone(version) {
  const { files } = await bundle(version, { external: nativePackages });
  for (const [name, code] of Object.entries(files)) writeFileSync(join(root, 'dist/cli', name), code);
  const target = join(root, 'dist/cli/collector.cjs');
  cacheCode(target);
}

/** Runs the collector for a moment, with a broker that is not there, and keeps beside it the code that this Node, or another, has compiled of it. */
export function cacheCode(target, node = process.execPath) {
  rmSync(`${target}.cache`, { force: true });
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
      const script = require(${JSON.stringify(join(dirname(target), 'launcher.cjs'))});
      process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(`${target}.cache`)}, script.createCachedData()));`;
    const { status, stderr } = spawnSync(node, ['-e', script], { cwd: root, encoding: 'utf8', timeout: 60_000 });
    if (status !== 0) throw new Error(`the collector ended with ${status} while its compiled code was to be kept: ${stderr}`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
