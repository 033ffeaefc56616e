// Windows on this machine, for tests: a throw-away Wine prefix. Wine is given files for its output and nothing to read:
// node.exe hangs there on Linux pipes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, link, mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../dependencies.mjs';
import { madeOnce } from '../madeOnce.mjs';
import { fastWine } from './wine.mjs';

/**
 * A fresh Wine prefix that calls itself Windows 10, in a temporary folder of its own. `wine(args, options)` runs a
 * program to its end and gives `{ code, out, err }`; `powerCut()` and `boot()` are a power cut and the start after it;
 * `remove()` ends everything in the prefix and deletes it. Throws where Wine is missing.
 */
export async function makePrefix() {
  const [installed, wine] = [await installedWindows(), await fastWine()];
  const prefix = new Prefix(await mkdtemp(join(tmpdir(), 'psutil-agent-wine-')), wine);
  try {
    await copyWindows(installed, join(prefix.home, 'wine'));
    await prefix.boot();
  } catch (error) {
    await prefix.remove();
    throw error;
  }
  return prefix;
}

const program = /\.(dll|drv|exe|ocx|sys|nls|node)$/;

/**
 * Copies a folder by `cp`, which takes a tenth of the CPU time that Node does; `linked`: as further names of the same files. Whether it was:
 * another file system has no such names, and gets a copy by copyLinked.
 */
export async function copyFolder(from, to, { linked = false } = {}) {
  if (spawnSync('cp', [linked ? '-al' : '-a', from, to]).status === 0) return true;
  await rm(to, { recursive: true, force: true });
  await copyLinked(from, to);
  return false;
}

/** As copyLinked for all of Windows, by links that `cp` makes; what is no program gets its own copy. */
async function copyWindows(from, to) {
  if (!(await copyFolder(from, to, { linked: true }))) return;
  const files = (await readdir(from, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !program.test(entry.name));
  await Promise.all(files.map(async (entry) => {
    const file = join(entry.parentPath, entry.name);
    const target = join(to, relative(from, file));
    await rm(target);
    await cp(file, target);
  }));
}

/**
 * Copies a file or folder; programs become further names of the same files where the file system lets
 * them: nothing writes into one, and they are 650 of Windows' 700 MB.
 */
export function copyLinked(from, to) {
  const filter = (source, target) => !program.test(source) || link(source, target).then(() => false, () => true);
  return cp(from, to, { recursive: true, verbatimSymlinks: true, filter });
}

/** Windows as Wine installs it, switched off: made once for each version of Wine, and copied for each prefix. */
export async function installedWindows() {
  const { error, stdout } = spawnSync('wine', ['--version'], { encoding: 'utf8' });
  if (error) throw new Error('wine is missing: apt-get install wine wine64');
  return madeOnce(join(root, 'build/windows', `quiet-${/wine-[\w.]+/.exec(stdout)?.[0] ?? 'wine'}`), async (folder) => {
    const prefix = new Prefix(await mkdtemp(join(tmpdir(), 'psutil-agent-wine-')));
    try {
      await prefix.install();
      await copyFolder(join(prefix.home, 'wine'), folder, { linked: true });
    } finally {
      await prefix.remove();
    }
  });
}

/**
 * Wine without random addresses, where this machine lets it. Debian's wine64 lies at 0x7d000000 and the kernel puts its heap
 * at random within the gigabyte behind; one process in some thousand gets it where Windows keeps its shared page, 0x7ffe0000,
 * and is lost: "failed to map the shared user data". Room for a stack keeps Linux's libraries away from the top addresses,
 * which Wine tries one by one: with 8 MiB every program starts at half the speed.
 */
const launcher = ['prlimit', '--stack=536870912:', 'setarch', '-R'];

/** What `npm run mutation` says to the code that it changes, wherever that runs. */
function ofMutation() {
  const { __STRYKER_ACTIVE_MUTANT__, MUTATION_COVERAGE, NODE_OPTIONS = '' } = process.env;
  if (__STRYKER_ACTIVE_MUTANT__ !== undefined) return { __STRYKER_ACTIVE_MUTANT__ };
  return MUTATION_COVERAGE === undefined ? {} : { MUTATION_COVERAGE, NODE_OPTIONS: NODE_OPTIONS.replace('--require /', '--require Z:/') };
}

/**
 * Keys of the registry that each program looks through as it starts, and no test asks for: the time zones before UTC's, fonts for other
 * scripts. Those of COM, two thirds of all, which each boot reads. And the buses of game pads and of USB, whose drivers each boot starts
 * with a process of their own.
 */
const unread = /^\[(?:Software\\\\(?:Microsoft\\\\Windows NT\\\\CurrentVersion\\\\(?:Time Zones\\\\(?!Greenwich|UTC)|FontLink)|Classes\\\\(?:CLSID|Interface))|System\\\\CurrentControlSet\\\\Enum\\\\ROOT\\\\WINE)/;

/** What tells programs of devices that come and go, and starts with Windows: here it starts when it is asked for. */
const plugPlay = /(?<=^\[System\\\\CurrentControlSet\\\\Services\\\\PlugPlay\][^[]*"Start"=dword:0000000)2/m;

class Prefix {
  #runs = 0;
  #launcher = spawnSync(launcher[0], [...launcher.slice(1), 'true']).status === 0 ? launcher : [];
  /** The program that is Wine. */
  #wine;
  /** Fontconfig's file, which names no folder. */
  #fonts;

  constructor(home, wine = 'wine') {
    this.home = home;
    this.#wine = wine;
    this.#fonts = join(home, 'wine/fonts.conf');
    /** The prefix's drive C: as a folder here. */
    this.drive = join(home, 'wine/drive_c');
    this.env = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      LANG: 'C.UTF-8',
      TMPDIR: tmpdir(),
      WINEPREFIX: join(home, 'wine'),
      WINEDEBUG: '-all',
      // What one program starts another with.
      ...(wine === 'wine' ? {} : { WINELOADER: wine }),
      // Each program that may open a window reads every font of this machine otherwise.
      FONTCONFIG_FILE: this.#fonts,
      // Each start of Windows looks through the start menu otherwise.
      WINEDLLOVERRIDES: 'winemenubuilder.exe=d',
      // .NET under Wine crashes in longer scripts otherwise.
      DOTNET_EnableWriteXorExecute: '0',
      ...ofMutation(),
    };
  }

  /**
   * Runs a program; `env` is added to its environment, `timeout` is in seconds, `cwd` a folder here. `console`: in a
   * console of its own, without which pwsh.exe does not start. `output`: its output and errors go to files here of this name.
   */
  async wine(args, { env = {}, timeout = 300, cwd = this.home, console = false, output = String((this.#runs += 1)) } = {}) {
    const files = ['out', 'err'].map((name) => join(this.home, `${output}.${name}`));
    const read = () => Promise.all(files.map((file) => readFile(file, 'utf8')));
    const [program, ...words] = args;
    const line = [this.#file(program), ...words];
    try {
      const code = await (console ? this.#runInConsole(line, env, files, timeout, cwd) : this.#run(this.#wine, line, env, files, timeout, cwd));
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
  async install() {
    const code = await this.#run('wineboot', ['-i'], {}, [], 180);
    if (code !== 0) throw new Error(`wineboot ended with ${String(code)}`);
    await this.check(['winecfg', '-v', 'win10']);
    await this.powerCut();
    const registry = join(this.home, 'wine/system.reg');
    const keys = (await readFile(registry, 'latin1')).split(/^(?=\[)/m);
    await writeFile(registry, keys.filter((key) => !unread.test(key)).join('').replace(plugPlay, '3'), 'latin1');
    await writeFile(this.#fonts, '<fontconfig/>\n');
    // koffi asks for it at each of 46 functions of Node's, before it takes them from node.exe: one that is none ends each search through PATH.
    await writeFile(join(this.drive, 'windows/system32/node.dll'), '');
    // A user's folders are links to this one's home: a copy must not lead here.
    for (const entry of await readdir(join(this.drive, 'users'), { recursive: true, withFileTypes: true })) {
      if (!entry.isSymbolicLink()) continue;
      const link = join(entry.parentPath, entry.name);
      await rm(link);
      await mkdir(link);
    }
  }

  /**
   * Starts Windows, and with it the services that start by themselves, by a session that lasts until the power cut: the first program starts
   * Windows and runs when it is there. Wine ends its services with the last program, and a program that comes at that moment gets a second
   * services.exe beside the one that is going; the two do not know each other's services. So does what comes with `wineboot`.
   */
  async boot() {
    const session = this.#spawn(this.#wine, [this.#file('cmd'), '/c', 'set /p wait=up'], { stdio: ['pipe', 'pipe', 'ignore'] });
    const parts = [session, session.stdin, session.stdout];
    for (const part of parts) part.on('error', () => undefined);
    const failed = new Promise((resolve, reject) => {
      session.once('error', reject).once('exit', (code) => { reject(new Error(`Windows did not start: its first program ended with ${String(code)}`)); });
    });
    const limit = setTimeout(() => session.kill('SIGKILL'), 300_000);
    try {
      await Promise.race([once(session.stdout, 'data'), failed]);
    } finally {
      clearTimeout(limit);
    }
    session.stdout.destroy();
    for (const part of parts) part.unref();
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

  /** A program's file here. What has none it would have start.exe start: a program more, and one that stays as long. */
  #file(program) {
    const file = /^C:/i.test(program) ? program.slice(3).replaceAll('\\', '/') : `windows/system32/${program}.exe`;
    return program.includes('/') ? program : join(this.drive, file);
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

  /** Wine gives a console to what has a terminal for its input: `script` makes one. */
  #runInConsole(args, env, [out, err], seconds, cwd) {
    const line = ['exec', ...[...this.#launcher, this.#wine, ...args].map(quote), '>', quote(out), '2>', quote(err)].join(' ');
    return ended(spawn('script', ['-qec', line, '/dev/null'], { env: { ...this.env, TERM: 'xterm', ...env }, cwd, stdio: 'ignore' }), 'wine', seconds);
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

/** A word for the shell. */
function quote(word) {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
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
