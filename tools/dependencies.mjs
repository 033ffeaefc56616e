// npm packages of this clone, installed where they are missing or older than the lock file.
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** npm as this Node runs it, on Windows too, where npm is a batch file: command, words and options for a child process. */
export function npm(args) {
  const cli = process.env.npm_execpath;
  const [command, words] = cli?.endsWith('npm-cli.js') ? [process.execPath, [cli, ...args]] : ['npm', args];
  return [command, words, { cwd: root, shell: command === 'npm' && process.platform === 'win32' }];
}

/** `npm ci`, unless node_modules is as new as the lock file. Its output goes to stderr: stdout is the program's. */
export function installPackages() {
  const marker = `${root}/node_modules/.package-lock.json`;
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(`${root}/package-lock.json`).mtimeMs) return;
  const [command, words, options] = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  console.error('Installing the packages of package-lock.json, once ...');
  const { status } = spawnSync(command, words, { ...options, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error('npm ci failed: the npm registry must be reachable once, to install the packages of package-lock.json.');
  process.exit(status ?? 1);
}

/** The packages that the lock file of a folder names, by their places. */
export async function lockOf(folder) {
  return JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')).packages;
}

/**
 * `npm ci` of the package in `source`, in `folder`, with more words; skipped where the same lock file is installed there. What `check` throws
 * for is not counted as installed.
 */
export async function installInto(folder, source, more = [], check = () => undefined) {
  const lock = await readFile(join(source, 'package-lock.json'));
  const stamp = join(folder, 'installed');
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  await mkdir(folder, { recursive: true });
  await Promise.all(['package.json', 'package-lock.json'].map((name) => cp(join(source, name), join(folder, name))));
  await cp(join(root, '.npmrc'), join(folder, '.npmrc'));
  const [command, words, options] = npm(['ci', '--ignore-scripts', ...more]);
  await promisify(execFile)(command, words, { ...options, cwd: folder });
  await check();
  await writeFile(stamp, digest);
}
