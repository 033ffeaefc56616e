// Builds the copy that Stryker changes; run in it, with the packages of the clone around it.
import { spawnSync } from 'node:child_process';
import { root } from '../dependencies.mjs';

for (const words of [[`${root}/node_modules/typescript/bin/tsc`, '-p', '.'], ['dist/config/compile.js']]) {
  const { status } = spawnSync(process.execPath, words, { stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
