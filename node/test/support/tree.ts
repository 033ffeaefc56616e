import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { systemRoots, type Roots } from '../../providers/linux/source.js';

/** The kernel's files as a test wants them: by path below `proc`, `sys` and `dev`, their text, or what a link points to. Gone after the tests of the file. */
export function kernelTree(files: Readonly<Record<string, string | { readonly target: string }>>): Roots {
  const root = mkdtempSync(join(tmpdir(), 'psutil-agent-kernel-'));
  after(() => { rmSync(root, { recursive: true, force: true }); });
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string') writeFileSync(file, content);
    else symlinkSync(content.target, file);
  }
  return { ...systemRoots, proc: join(root, 'proc'), sys: join(root, 'sys'), dev: join(root, 'dev') };
}
