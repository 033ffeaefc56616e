// A Windows host for tests of what is delivered: a Wine prefix of its own with a PowerShell, and nothing installed.
import { unzipSync } from 'fflate';
import { readdirSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makePrefix } from '../tools/windows/prefix.mjs';
import { buildHost } from './host/build.mjs';

/** Makes the host; `remove()` ends and deletes it. */
export async function makeWindowsHost() {
  const shell = await buildHost({ rid: 'win-x64', log: (line) => console.error(line) });
  return new WindowsHost(await makePrefix(), shell);
}

class WindowsHost {
  #scripts = 0;

  constructor(prefix, shell) {
    this.prefix = prefix;
    this.shell = shell;
    this.drive = prefix.drive;
    /** Where modules are installed for all users. */
    this.modules = join(prefix.drive, 'Program Files/WindowsPowerShell/Modules');
  }

  /** Runs PowerShell with these words. */
  runWords(words, { env = {}, timeout = 300 } = {}) {
    return this.prefix.wine([this.shell, ...words], { env, timeout });
  }

  /** Runs a script file of the host (its Windows path), as `powershell -File` does. */
  runFile(path, options) {
    return this.runWords(['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', path], options);
  }

  /**
   * Runs lines of PowerShell with the modules of all users within reach; the last thing they write is read as JSON.
   * Throws with all output where they fail.
   */
  async run(lines, options) {
    this.#scripts += 1;
    const file = join(this.drive, 'scripts', `${String(this.#scripts)}.ps1`);
    const text = [
      "$ErrorActionPreference = 'Stop'", 'Set-StrictMode -Version Latest',
      "$env:PSModulePath += ';C:\\Program Files\\WindowsPowerShell\\Modules'",
      'try {', lines, '} catch { [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId): $($_.Exception.Message)"); exit 1 }',
    ].join('\n');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    const { code, out, err } = await this.runFile(this.prefix.path(file), options);
    if (code !== 0) throw new Error(`The script ended with ${String(code)}:\n${lines}\n${out}\n${err}`);
    const line = out.trim().split(/\r?\n/).at(-1) ?? '';
    return line === '' ? undefined : JSON.parse(line);
  }

  /** Unpacks a zip's bytes into a folder here, its `top` folder's name left out. */
  async unpack(bytes, folder, top) {
    for (const [name, data] of Object.entries(unzipSync(bytes))) {
      if (name.endsWith('/')) continue;
      const file = join(folder, name.slice(top.length + 1));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data);
      if (name.endsWith('.exe')) await chmod(file, 0o755);
    }
  }

  /** Every file and folder of drive C: but what Windows keeps for itself and PowerShell writes of its own accord. */
  files() {
    const own = /^windows\/(?!temp\/)|\/AppData\/Local\/Microsoft(\/PowerShell(\/(ModuleAnalysisCache|StartupProfileData).*)?)?$/;
    // With types, it does not follow Wine's links to this machine's folders.
    return readdirSync(this.drive, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name).slice(this.drive.length + 1))
      .filter((name) => !own.test(name));
  }

  /** What the registry of the machine holds, as Wine keeps it; after a power cut or a while. */
  registry() {
    return readFile(join(dirname(this.drive), 'system.reg'), 'utf8');
  }

  remove() {
    return this.prefix.remove();
  }
}
