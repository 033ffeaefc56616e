/** Windows on this machine, for tests: what tools/windows gives, with types. */
import { fileURLToPath } from 'node:url';

/** The folder of package.json. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** How a Windows program ended. */
export interface WineEnded {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** How a Windows program is run: added to its environment, the seconds it may take, its folder (here), with a console, and what its output's files are called. */
export interface WineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
  readonly cwd?: string;
  readonly console?: boolean;
  readonly output?: string;
}

/** A fresh Wine prefix of the test's own. */
export interface Prefix {
  /** The temporary folder that holds it, and may hold more. */
  readonly home: string;
  /** Drive C: as a folder of this machine. */
  readonly drive: string;
  wine(args: readonly string[], options?: WineOptions): Promise<WineEnded>;
  boot(): Promise<void>;
  /** Ends every process at once. */
  powerCut(): Promise<void>;
  remove(): Promise<void>;
  /** The Windows path of a file of this machine. */
  path(file: string): string;
}

const tool = (name: string): Promise<unknown> => import(new URL(`../../../tools/${name}`, import.meta.url).href);
const windows = (await tool('windows/prefix.mjs')) as { makePrefix(): Promise<Prefix> };
const module = (await tool('windows/module.mjs')) as { layoutModule(target: string): Promise<void> };
const engine = (await tool('powershell/engine.mjs')) as {
  engineEnv: Readonly<Record<string, string>>;
  powershellEngine(): Promise<{ readonly command: readonly string[]; readonly pester: string }>;
  windowsPowershell(): Promise<string>;
};
const sections = (await tool('windows/sections.mjs')) as { alignSections(bytes: Buffer): Buffer };

/** A program's bytes laid out so that Wine starts it fast. */
export const alignSections = (bytes: Buffer): Buffer => sections.alignSections(bytes);

/** Makes a prefix; throws where Wine is missing, naming the packages. */
export const makePrefix = (): Promise<Prefix> => windows.makePrefix();

/** Lays out the module folder (bin/node.exe, the command, the win32 packages) at a target. */
export const layoutModule = (target: string): Promise<void> => module.layoutModule(target);

/** pwsh.exe for a prefix: the program, what its environment says to it, and the Pester to run there. */
export async function windowsPowershell(): Promise<{ program: string; env: Readonly<Record<string, string>>; pester: string }> {
  const [program, { pester }] = await Promise.all([engine.windowsPowershell(), engine.powershellEngine()]);
  return { program, env: engine.engineEnv, pester };
}

/** pwsh of this machine: the words that start it, and what its environment says to it. */
export async function linuxPowershell(): Promise<{ command: readonly string[]; env: Readonly<Record<string, string>> }> {
  return { command: (await engine.powershellEngine()).command, env: engine.engineEnv };
}
