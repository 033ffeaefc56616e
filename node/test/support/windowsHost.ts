/** A Windows host for tests: a Wine prefix of its own with a PowerShell, and nothing installed. */
import { build } from 'esbuild';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { layoutModule, makePrefix, root, windowsPowershell, type Prefix, type WineEnded, type WineOptions } from './wine.js';

/** PowerShell looks at every drive; Wine tells of Z:, this machine's root folder, that it has no label. */
export const withoutDrives = (errors: string): string => errors.replaceAll(/^wine: Read access denied for device .*\r?\n/gm, '');

/** Makes the host; `remove()` ends and deletes it. Throws where Wine or the .NET SDK is missing. */
export async function makeWindowsHost(): Promise<WindowsHost> {
  const shell = await windowsPowershell();
  return new WindowsHost(await makePrefix(), shell);
}

/** What runs in the host's PowerShell. */
export class WindowsHost {
  readonly #shell: Awaited<ReturnType<typeof windowsPowershell>>;
  #scripts = 0;
  readonly prefix: Prefix;
  readonly drive: string;
  /** Where modules are installed for all users. */
  readonly modules: string;

  constructor(prefix: Prefix, shell: Awaited<ReturnType<typeof windowsPowershell>>) {
    this.#shell = shell;
    this.prefix = prefix;
    this.drive = prefix.drive;
    this.modules = join(prefix.drive, 'Program Files/WindowsPowerShell/Modules');
  }

  /** Runs PowerShell with these words. */
  async runWords(words: readonly string[], options: WineOptions = {}): Promise<WineEnded> {
    const env = { ...this.#shell.env, ...options.env };
    const { code, out, err } = await this.prefix.wine([this.#shell.program, ...words], { ...options, env, console: true });
    return { code, out, err: withoutDrives(err) };
  }

  /** Runs a script file of the host (its Windows path), as `powershell -File` does. */
  runFile(path: string, words: readonly string[] = [], options: WineOptions = {}): Promise<WineEnded> {
    return this.runWords(['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass', '-File', path, ...words], options);
  }

  /**
   * Runs lines of PowerShell with the modules of all users within reach; the last thing they write is read as JSON.
   * Throws with all output where they fail. They run in a PowerShell of their own, or where `run` has the script file run.
   */
  async run(lines: string, run: (path: string) => Promise<WineEnded> = (path) => this.runFile(path)): Promise<unknown> {
    this.#scripts += 1;
    const file = join(this.drive, 'scripts', `${String(this.#scripts)}.ps1`);
    const text = [
      "$ErrorActionPreference = 'Stop'", 'Set-StrictMode -Version Latest',
      "$env:PSModulePath += ';C:\\Program Files\\WindowsPowerShell\\Modules'",
      // What is told beside is no answer.
      'try { . {', lines, '} 6>$null } catch { [Console]::Error.WriteLine("$($_.FullyQualifiedErrorId): $($_.Exception.Message)"); exit 1 }',
    ].join('\n');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    const { code, out, err } = await run(this.prefix.path(file));
    if (code !== 0) throw new Error(`The script ended with ${String(code)}:\n${lines}\n${out}\n${err}`);
    const line = out.trim().split(/\r?\n/).at(-1) ?? '';
    return line === '' ? undefined : JSON.parse(line);
  }

  /** Lays the module of this clone out among the programs, its Pester tests in it, and gives the folder. */
  async layOut(): Promise<string> {
    const module = join(this.drive, 'Program Files/PsutilAgent');
    await layoutModule(module);
    // The collector that answers for all of Pester's calls, a program of tests, as one file: Wine takes 2 s of CPU time for the 200 that it is of.
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    await build({
      absWorkingDir: root, entryPoints: ['dist/test/support/collectorServer.js'], outfile: join(module, 'dist/cli/collectorServer.cjs'), bundle: true, platform: 'node', format: 'cjs',
      external: ['koffi', 'systeminformation'], define: { PSUTIL_AGENT_VERSION: JSON.stringify(version), 'import.meta.url': '__filename' }, logLevel: 'error',
    });
    await cp(join(root, 'Pester'), join(module, 'Pester'), { recursive: true });
    return module;
  }

  /**
   * Runs files of Pester/, in a folder that layOut() gave, in one PowerShell; `filter` are words of tools/powershell/run.ps1. Throws with
   * all output, what failed first, where a test failed.
   */
  async pester(module: string, files: readonly string[], filter: readonly string[] = [], options: WineOptions = {}): Promise<void> {
    const path = (file: string): string => this.prefix.path(file);
    const { code, out, err } = await this.runFile(path(join(root, 'tools/powershell/run.ps1')),
      ['-Pester', path(this.#shell.pester), '-Path', files.map((name) => path(join(module, 'Pester', name))).join(','), ...filter], options);
    console.log(out.trim().split(/\r?\n/).slice(-2).join('\n'));
    const failures = out.split(/^(?=\s*\[[+!-]\] |\s*Describing )/m).filter((part) => part.trimStart().startsWith('[-]'));
    if (code !== 0) throw new Error(`${failures.join('')}\nAll of it:\n${out}\n${err}`);
  }

  /** Writes what was in a zip into a folder here, its `top` folder's name left out. */
  async unpack(files: Readonly<Record<string, Uint8Array>>, folder: string, top: string): Promise<void> {
    for (const [name, data] of Object.entries(files)) {
      if (name.endsWith('/')) continue;
      const file = join(folder, name.slice(top.length + 1));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, data);
      if (name.endsWith('.exe')) await chmod(file, 0o755);
    }
  }

  /** Every file and folder of drive C: but what Windows keeps for itself and PowerShell writes of its own accord. */
  files(): string[] {
    const own = /^windows\/(?!temp\/)|\/AppData\/Local\/Microsoft(\/PowerShell(\/(ModuleAnalysisCache|StartupProfileData).*)?)?$/;
    // With types, it does not follow Wine's links to this machine's folders.
    return readdirSync(this.drive, { recursive: true, withFileTypes: true })
      .map((entry) => join(entry.parentPath, entry.name).slice(this.drive.length + 1))
      .filter((name) => !own.test(name));
  }

  /** What the registry of the machine holds, as Wine keeps it; after a power cut or a while. */
  registry(): string {
    return readFileSync(join(dirname(this.drive), 'system.reg'), 'latin1');
  }

  remove(): Promise<void> {
    return this.prefix.remove();
  }
}
