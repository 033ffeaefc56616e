/** A Windows with the module on it, which all tests of a process share: to boot one and to lay the module out takes 5 s of CPU time. */
import { join } from 'node:path';
import { after, before } from 'node:test';
import { build } from 'esbuild';
import { layoutModule, makePrefix, root, type Prefix, type WineEnded } from './wine.js';

let made: Prefix | undefined;
const making = (async () => {
  made = await makePrefix();
  await layoutModule(join(made.drive, 'PsutilAgent'));
})();
before(() => making);
after(() => made?.remove());

export const windowsModule = {
  /** It is there when this resolves: a process's first hooks run side by side. */
  ready: making,
  get prefix(): Prefix {
    if (made === undefined) throw new Error('Windows is there from the first test on');
    return made;
  },
  /** The module's folder on this machine; in Windows it is C:\PsutilAgent. */
  get folder(): string {
    return join(this.prefix.drive, 'PsutilAgent');
  },
  /** Runs the command. */
  agent(...args: readonly string[]): Promise<WineEnded> {
    return this.prefix.wine([join(this.folder, 'bin/node.exe'), 'C:\\PsutilAgent\\dist\\cli\\launcher.cjs', ...args]);
  },
  /** Runs a program of this folder as one file: Wine takes a second of CPU time for the 200 that it is of. */
  async program(name: string, args: readonly string[] = [], timeout?: number): Promise<WineEnded> {
    const outfile = join(this.folder, 'dist/test', `${name}.mjs`);
    await build({
      absWorkingDir: root, entryPoints: [`dist/test/support/${name}.js`], outfile, bundle: true, platform: 'node', format: 'esm', external: ['koffi', 'systeminformation'], logLevel: 'error',
    });
    return await this.prefix.wine([join(this.folder, 'bin/node.exe'), this.prefix.path(outfile), ...args], timeout === undefined ? {} : { timeout });
  },
};
