// Wine of this machine, with one change by which programs start faster.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';

/** Where Debian has Wine: its programs, its libraries, and the folder both are found from. */
const usr = '/usr';
const libraries = 'lib/x86_64-linux-gnu/wine';

/**
 * In ntdll.dll, where a thread starts: Wine clears 960 KB of its stack, which is new and empty as it is. That touches 240 pages, 5 ms of CPU time
 * in a virtual machine, for each thread of each program; a collector has 75. What is cleared becomes one page.
 *
 *     and $~0xfff, %rcx; lea -0xf0000(%rcx), %rdi; mov %rdi, %rsp; sub %rdi, %rcx; xor %eax, %eax; shr $3, %rcx; rep stosq
 */
const clearing = Buffer.from('4881e100f0ffff488db90000f1ff4889fc4829f931c048c1e903f348ab', 'hex');
const depth = clearing.indexOf(Buffer.from('0000f1ff', 'hex'));

/** The bytes of ntdll.dll so changed; undefined where they are another Wine's. */
export function clearingLess(bytes) {
  const at = bytes.indexOf(clearing);
  if (at < 0 || bytes.includes(clearing, at + 1)) return undefined;
  const changed = Buffer.from(bytes);
  changed.writeInt32LE(-0x1000, at + depth);
  return changed;
}

/** The program that is Wine: of a folder of links to this machine's, made once for each version, with its own ntdll.dll; or `wine`, where that is not known. */
export async function fastWine() {
  const [library, system] = ['x86_64-windows/ntdll.dll', 'x86_64-unix/ntdll.so'].map((name) => join(usr, libraries, name));
  const [bytes, unix] = await Promise.all([library, system].map((file) => readFile(file).catch(() => Buffer.alloc(0))));
  const changed = clearingLess(bytes);
  if (changed === undefined) return 'wine';
  const target = join(root, 'build/windows', `wine-${createHash('sha256').update(bytes).update(unix).digest('hex').slice(0, 16)}`);
  const program = join(target, 'lib/wine/wine64');
  if (existsSync(program)) return program;
  const fresh = `${target}-${randomUUID()}`;
  const [programs, own] = [join(fresh, 'lib/wine'), join(fresh, libraries)];
  await Promise.all([programs, own, join(fresh, 'share')].map((folder) => mkdir(folder, { recursive: true })));
  // Wine finds its libraries from where its program is, and the others from where ntdll.so is: those two are no links.
  const linked = spawnSync('cp', ['-rs', join(usr, libraries, 'x86_64-unix'), join(usr, libraries, 'x86_64-windows'), own]);
  if (linked.status !== 0) {
    await rm(fresh, { recursive: true });
    return 'wine';
  }
  await Promise.all([library, system].map((file) => rm(file.replace(usr, fresh))));
  await Promise.all([
    writeFile(library.replace(usr, fresh), changed), cp(system, system.replace(usr, fresh)), cp(join(usr, 'lib/wine/wine64'), join(programs, 'wine64')),
    symlink(join(usr, 'lib/wine/wineserver'), join(programs, 'wineserver')), symlink(join(usr, 'share/wine'), join(fresh, 'share/wine')),
  ]);
  // Where two make it at once, the second one's is not needed.
  await rename(fresh, target).catch(() => rm(fresh, { recursive: true }));
  return program;
}
