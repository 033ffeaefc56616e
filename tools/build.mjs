// Builds dist/ from node/: the command `psutil-agent`. Run by `npm run build`, `npm start` and `npm test`; with --unchecked by who has the types checked elsewhere.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { installPackages, root } from './dependencies.mjs';

/** Runs one script of this package with Node; its output goes to stderr, so that stdout stays the program's. */
function node(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

installPackages();
// Only here, for node_modules may have been empty before.
const [{ build }, { bundleClone }] = await Promise.all([import('esbuild'), import('./bundle.mjs')]);

/** Compiles files one by one: esbuild takes a twentieth of the time that the compiler takes, which is left with the types. */
async function compile(files, format, extension) {
  await build({
    absWorkingDir: root, entryPoints: files.map((name) => `node/${name}`), outbase: 'node', outdir: 'dist', outExtension: { '.js': extension },
    format, platform: 'node', sourcemap: true, sourcesContent: false, charset: 'utf8', logLevel: 'warning',
  });
}

const sources = readdirSync(`${root}/node`, { recursive: true });
await compile(sources.filter((name) => name.endsWith('.ts')), 'esm', '.js');
await compile(sources.filter((name) => name.endsWith('.cts')), 'cjs', '.cjs');
if (!process.argv.includes('--unchecked')) node('node_modules/typescript/bin/tsc', '-p', '.');
node('dist/config/compile.js');
chmodSync(`${root}/dist/cli/launcher.cjs`, 0o755);
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
await bundleClone(version);
