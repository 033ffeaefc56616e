// Wine of this machine, with changes by which programs start faster.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../dependencies.mjs';
import { madeOnce } from '../madeOnce.mjs';

/** Where Debian has Wine: its programs, its libraries, and the folder both are found from. */
const usr = '/usr';
const libraries = 'lib/x86_64-linux-gnu/wine';

/** What is changed in which of Wine's libraries: machine code that stands there once, and what stands there instead. */
const changes = {
  /*
   * Where a thread starts, Wine clears 960 KB of its stack, which is new and empty as it is. That touches 240 pages, 5 ms of CPU time
   * in a virtual machine, for each thread of each program; a collector has 75. What is cleared becomes one page.
   *
   *     and $~0xfff, %rcx; lea -0xf0000(%rcx), %rdi; mov %rdi, %rsp; sub %rdi, %rcx; xor %eax, %eax; shr $3, %rcx; rep stosq
   */
  'ntdll.dll': [['4881e100f0ffff488db90000f1ff4889fc4829f931c048c1e903f348ab', '4881e100f0ffff488db900f0ffff4889fc4829f931c048c1e903f348ab']],
  /*
   * What is started with CREATE_NO_WINDOW, as the module starts nssm.exe and node.exe, gets a conhost.exe of its own, which takes a third of
   * what nssm.exe does. It gets the console of the program that starts it where that has one (rax > 0; of those below some mean none).
   *
   *     test $0x8000000, %ebp [no bit]; je 1; movq $-2, 0x10(%r14)
   *  1: mov %gs:0x30, %rax; mov 0x60(%rax), %rax; mov $-1, %rdx; mov 0x20(%rax), %rax; mov 0x10(%rax), %rax; test %rax, %rax; cmove %rdx, %rax;
   *     mov %rax, 0x10(%r14); jmp 3; nop
   *  [1: push $0x60; pop %rax; mov %gs:(%rax), %rax; mov 0x20(%rax), %rax; mov 0x10(%rax), %rax; bt $27, %ebp; jnc 2; test %rax, %rax; jg 4;
   *     push $-2; pop %rax; jmp 4; 2: test %rax, %rax; jne 4; push $-1; pop %rax; 4: mov %rax, 0x10(%r14); jmp 3]
   */
  'kernelbase.dll': [
    ['f7c5000000080f842205000049c74610feffffff', 'f7c5000000000f842205000049c74610feffffff'],
    ['65488b042530000000488b406048c7c2ffffffff488b4020488b40104885c0480f44c249894610e974f4ffff0f1f4000',
      '6a605865488b00488b4020488b40100fbae51b730a4885c07f0d6afe58eb084885c075036aff5849894610e970f4ffff'],
  ],
};

/** The bytes of the library of this name so changed; undefined where they are another Wine's. */
export function changedLibrary(name, bytes) {
  const changed = Buffer.from(bytes);
  for (const [found, instead] of changes[name].map((codes) => codes.map((code) => Buffer.from(code, 'hex')))) {
    const at = bytes.indexOf(found);
    if (at < 0 || bytes.includes(found, at + 1)) return undefined;
    instead.copy(changed, at);
  }
  return changed;
}

/** The program that is Wine: of a folder of links to this machine's, made once for each version, with its own of those libraries; or `wine`, where one is not known. */
export async function fastWine() {
  const names = Object.keys(changes);
  const library = (name) => join(usr, libraries, 'x86_64-windows', name);
  const system = join(usr, libraries, 'x86_64-unix/ntdll.so');
  const read = (file) => readFile(file).catch(() => Buffer.alloc(0));
  const [unix, ...changed] = await Promise.all([read(system), ...names.map(async (name) => changedLibrary(name, await read(library(name))))]);
  if (changed.includes(undefined)) return 'wine';
  const hash = createHash('sha256').update(unix);
  for (const bytes of changed) hash.update(bytes);
  const target = join(root, 'build/windows', `wine-${hash.digest('hex').slice(0, 16)}`);
  const made = await madeOnce(target, async (folder) => {
    const [programs, own] = [join(folder, 'lib/wine'), join(folder, libraries)];
    await Promise.all([programs, own, join(folder, 'share')].map((name) => mkdir(name, { recursive: true })));
    // Wine finds its libraries from where its program is, and the others from where ntdll.so is: those two are no links.
    const linked = spawnSync('cp', ['-rs', join(usr, libraries, 'x86_64-unix'), join(usr, libraries, 'x86_64-windows'), own]);
    if (linked.status !== 0) return false;
    await Promise.all([system, ...names.map(library)].map((file) => rm(file.replace(usr, folder))));
    await Promise.all([
      ...names.map((name, at) => writeFile(library(name).replace(usr, folder), changed[at])),
      cp(system, system.replace(usr, folder)), cp(join(usr, 'lib/wine/wine64'), join(programs, 'wine64')),
      symlink(join(usr, 'lib/wine/wineserver'), join(programs, 'wineserver')), symlink(join(usr, 'share/wine'), join(folder, 'share/wine')),
    ]);
    return true;
  });
  return made === undefined ? 'wine' : join(made, 'lib/wine/wine64');
}
