import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface EngineModule {
  readonly engineEnv: Readonly<Record<string, string>>;
  readonly powershellEngine: () => Promise<{ readonly command: readonly string[] }>;
}

/** Puts a program `pwsh` into a folder that starts the PowerShell which the tests run on; gives its path. */
export async function pwshIn(folder: string): Promise<string> {
  const { engineEnv, powershellEngine } = (await import(new URL('../../../tools/powershell/engine.mjs', import.meta.url).href)) as EngineModule;
  const { command } = await powershellEngine();
  const program = join(folder, 'pwsh');
  const settings = Object.entries(engineEnv).map(([name, value]) => `${name}='${value}'`).join(' ');
  writeFileSync(program, `#!/bin/sh\nexec env ${settings} ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}
