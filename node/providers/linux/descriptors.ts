import { UnavailableError } from '../../model/errors.js';
import { fileNames, linkText } from './processText.js';

/** Whose a socket is. */
export interface SocketOwner {
  readonly pid: number;
  readonly fd: number;
}

/** The descriptors of a process and what they point to; those that were closed meanwhile are left out. */
export function descriptors(pid: number, folder: string): [fd: number, target: string][] {
  return fileNames(pid, `${folder}fd`).map(Number).sort((one, other) => one - other).flatMap((fd) => {
    try {
      return [[fd, linkText(pid, `${folder}fd/${String(fd)}`)] as [number, string]];
    } catch (error) {
      if (error instanceof UnavailableError) return [];
      throw error;
    }
  });
}

/** The sockets of a process by their inodes. */
export function socketsOf(pid: number, folder: string): [inode: string, owner: SocketOwner][] {
  return descriptors(pid, folder).flatMap(([fd, target]) => {
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    return inode === undefined ? [] : [[inode, { pid, fd }] as [string, SocketOwner]];
  });
}
