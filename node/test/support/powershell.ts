import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface EngineModule {
  readonly powershellEngine: () => Promise<{ readonly command: readonly string[] }>;
}

/** Puts a program `pwsh` into a folder that starts the PowerShell which the tests run on; gives its path. */
export async function pwshIn(folder: string): Promise<string> {
  const { powershellEngine } = (await import(new URL('../../../tools/powershell/engine.mjs', import.meta.url).href)) as EngineModule;
  const { command } = await powershellEngine();
  const program = join(folder, 'pwsh');
  writeFileSync(program, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`);
  chmodSync(program, 0o755);
  return program;
}
