import { copyFileSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { windowsPowershell, type Prefix } from './wine.js';

/** Puts the real PowerShell where Windows PowerShell is, in a prefix whose own does nothing; gives the environment that it wants. */
export async function installPowershell(prefix: Prefix): Promise<Readonly<Record<string, string>>> {
  const { program, env } = await windowsPowershell();
  const [from, to] = [dirname(program), join(prefix.drive, 'windows/system32/WindowsPowerShell/v1.0')];
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) symlinkSync(join(from, name), join(to, name));
  copyFileSync(program, join(to, 'powershell.exe'));
  return env;
}
