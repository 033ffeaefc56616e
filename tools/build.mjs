// Builds dist/ from node/: the command `psutil-agent`. Run by `npm run build`, `npm start` and `npm test`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs one tool of this package with Node; its output goes to stderr, so that stdout stays the program's. */
function tool(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

tool('node_modules/typescript/bin/tsc', '-p', '.');
tool('dist/config/compile.js');
