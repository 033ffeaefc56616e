import { fork, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mountFuse } from './fuse.js';
import { startNameServer } from './nameServer.js';

/**
 * A host whose network volumes and name server can stop answering: a mount namespace of its own, so that nothing else on this
 * machine sees them. Linux, root. Also a command:
 *
 *     node dist/test/support/deadHost.js VOLUMES [PROGRAM ARGS...]
 *
 * makes so many volumes, prints their folders, lets them and the name server die, and runs the program among them, or waits to be ended.
 */
export interface DeadHost {
  /** Folders of the volumes; they answer until they are told not to. */
  readonly volumes: readonly string[];
  /** Any host name is 127.0.0.1 there, until the name server dies; then a look-up lasts for minutes. */
  tell(state: HostState): Promise<void>;
  /** The words that run a program among them, for `spawn`; it has the same process id, and starts in the folder `/`. */
  words(program: string, ...args: string[]): [program: string, ...args: string[]];
  /** Ends every call that hangs, and the namespace with the last of its programs. */
  close(): Promise<void>;
}

/** What is to answer from now on; what is not named stays as it is. */
export interface HostState {
  readonly volumes?: 'alive' | 'dead';
  readonly names?: 'alive' | 'dead';
}

const program = fileURLToPath(import.meta.url);

/** Makes a host with so many volumes. Throws where this is not root. */
export async function startDeadHost(volumes: number): Promise<DeadHost> {
  if (process.getuid?.() !== 0) throw new Error('volumes and name servers that hang take root: a FUSE file system in a mount namespace');
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-dead-'));
  const child = fork(program, [home, String(volumes)], {
    execPath: 'unshare', execArgv: ['--mount', '--propagation', 'private', process.execPath], stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await answered(child);
  return {
    volumes: foldersOf(home, volumes),
    async tell(state) {
      const done = answered(child);
      child.send(state);
      await done;
    },
    words: (name, ...args) => ['nsenter', `--mount=/proc/${String(child.pid)}/ns/mnt`, '--', name, ...args],
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode === null && child.kill()) await gone;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function answered(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => { reject(new Error(`the host of dead volumes ended with ${String(code)}`)); };
    child.once('exit', gone);
    child.once('message', () => {
      child.off('exit', gone);
      resolve();
    });
  });
}

function foldersOf(home: string, volumes: number): string[] {
  return Array.from({ length: volumes }, (_, index) => join(home, `volume${String(index)}`));
}

/** The process inside the namespace: mounts, answers, and does as it is told until its parent goes. */
async function serve(home: string, count: number): Promise<void> {
  const volumes = foldersOf(home, count).map((path) => {
    mkdirSync(path);
    return mountFuse(path);
  });
  const address = `127.${String(randomInt(1, 255))}.${String(randomInt(256))}.${String(randomInt(1, 255))}`;
  const names = await startNameServer(address);
  writeFileSync(join(home, 'resolv.conf'), `nameserver ${address}\noptions timeout:30 attempts:5\n`);
  if (spawnSync('mount', ['--bind', join(home, 'resolv.conf'), '/etc/resolv.conf']).status !== 0) throw new Error('/etc/resolv.conf cannot be replaced in a mount namespace');
  process.on('message', (state: HostState) => {
    for (const volume of volumes) if (state.volumes !== undefined) volume.dead = state.volumes === 'dead';
    if (state.names !== undefined) names.dead = state.names === 'dead';
    process.send?.('done');
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}

async function main(count: number, command: readonly string[]): Promise<void> {
  const host = await startDeadHost(count);
  await host.tell({ volumes: 'dead', names: 'dead' });
  for (const path of host.volumes) console.error(path);
  const [name, ...words] = host.words(command[0] ?? 'sleep', ...(command.length > 0 ? command.slice(1) : ['infinity']));
  const child = spawn(name, words, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal); });
  const code = await new Promise<number>((resolve) => child.once('exit', (ended) => { resolve(ended ?? 1); }));
  await host.close();
  process.exit(code);
}

if (process.argv[1] === program) {
  const [first = '1', second = '1'] = process.argv.slice(2);
  if (process.send !== undefined) await serve(first, Number(second));
  else await main(Number(first), process.argv.slice(3));
}
