import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import { realpath, stat } from '../model/fileCalls.js';
import { ErrorCodes, SpoolError, systemCode } from '../model/errors.js';

/**
 * Takes a folder for this process alone; gives what lets go of it. It is a name that the system gives to one process at a
 * time and takes back when that ends, however it ends: a named pipe on Windows, an abstract socket on Linux.
 * @throws SpoolError PSA_SPOOL_LOCKED where another process has it; other errors as they come.
 */
export async function lock(folder: string): Promise<() => Promise<void>> {
  const server = createServer((socket) => socket.destroy());
  const name = await nameOf(folder);
  // Wine gives a pipe's name to any number of servers.
  if (process.platform === 'win32' && (await answers(name))) throw locked(folder, undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(systemCode(error) === 'EADDRINUSE' ? locked(folder, error) : error);
    });
    server.once('listening', resolve);
    listen(server, name);
  });
  // It must not keep the process.
  server.unref();
  return () => new Promise((resolve) => { server.close(() => { resolve(); }); });
}

/** Listens on a name. Node's own `listen` loads `cluster` first, and by it three modules more: a megabyte, for a process that shares nothing. */
function listen(server: Server & { readonly _listen2?: (name: string, port: -1, family: -1) => void }, name: string): void {
  if (server._listen2 === undefined) server.listen({ path: name, exclusive: true });
  else server._listen2(name, -1, -1);
}

function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => { resolve(false); });
  });
}

async function nameOf(folder: string): Promise<string> {
  if (process.platform === 'win32') {
    const path = (await realpath(folder)).toLowerCase();
    return `\\\\.\\pipe\\psutil-agent-spool-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  }
  // By what the folder is: the same path may be another one elsewhere, and another path the same.
  const { dev, ino } = await stat(folder, { bigint: true });
  return `\0psutil-agent-spool-${String(dev)}-${String(ino)}`;
}

function locked(path: string, cause: unknown): SpoolError {
  const message = `The spool at ${path} is in use: ${ErrorCodes.PSA_SPOOL_LOCKED}. Stop that one, or give this one a spool.path of its own.`;
  return new SpoolError('PSA_SPOOL_LOCKED', message, { cause });
}
