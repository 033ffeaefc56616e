/** Windows on this machine, for tests: what tools/windows/prefix.mjs gives, with types. */

/** How a Windows program ended. */
export interface WineEnded {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A fresh Wine prefix of the test's own. */
export interface Prefix {
  /** Drive C: as a folder of this machine. */
  readonly drive: string;
  wine(args: readonly string[], options?: { env?: Readonly<Record<string, string>>; timeout?: number }): Promise<WineEnded>;
  boot(): Promise<void>;
  /** Ends every process at once. */
  powerCut(): Promise<void>;
  remove(): Promise<void>;
  /** The Windows path of a file of this machine. */
  path(file: string): string;
}

interface PrefixModule {
  makePrefix(): Promise<Prefix>;
  layoutModule(target: string): Promise<void>;
}

const tools = (await import(new URL('../../../tools/windows/prefix.mjs', import.meta.url).href)) as PrefixModule;

/** Makes a prefix; throws where Wine is missing, naming the packages. */
export const makePrefix = (): Promise<Prefix> => tools.makePrefix();

/** Lays out the module folder (bin/node.exe, dist/, the win32 packages) at a target. */
export const layoutModule = (target: string): Promise<void> => tools.layoutModule(target);
