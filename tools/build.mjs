// Builds dist/ from node/: the command `psutil-agent`. Run by `npm run build`, `npm start` and `npm test`; with --unchecked by who has the types checked elsewhere.
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { installPackages, root } from './dependencies.mjs';

/** Runs one script of this package with Node; its output goes to stderr, so that stdout stays the program's. */
function node(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

installPackages();
node('node_modules/typescript/bin/tsc', '-p', '.', ...(process.argv.includes('--unchecked') ? ['--noCheck'] : []));
node('dist/config/compile.js');
chmodSync(`${root}/dist/cli/launcher.cjs`, 0o755);
const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
// Only here, for node_modules may have been empty before.
await (await import('./bundle.mjs')).bundleClone(version);
