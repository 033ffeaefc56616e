// What the collector is measured on: the Node that a package brings, as npm has it for Linux, and code compiled beforehand by it.
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheCode } from '../../tools/bundle.mjs';
import { root } from '../../tools/dependencies.mjs';
import { home, shippedNode } from './node.mjs';

/** The command as a clone has it, with code that this Node has compiled. */
function prepareCommand(node) {
  const [from, to] = [join(root, 'dist/cli'), join(home, 'dist/cli')];
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((one) => one.endsWith('.cjs'))) cpSync(join(from, name), join(to, name));
  cacheCode(join(to, 'collector.cjs'), node);
  return join(to, 'launcher.cjs');
}

const { node, version } = await shippedNode();
/** The Node and the collector's command. What is set on this machine for every Node (certificates to be read at each start) is not the collector's. */
export const runtime = { node, version, command: prepareCommand(node), env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };
