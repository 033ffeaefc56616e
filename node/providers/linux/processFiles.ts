import { stat } from 'node:fs/promises';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { answerTimeout, isolation } from '../isolation.js';
import { parseConnections, tablesOf } from './connections.js';
import { descriptors, socketsOf } from './descriptors.js';
import { fileText } from './processText.js';
import { ProcessEnded } from '../processTable.js';

/** psutil's open_files: the regular files that a process has open. A file may lie on a volume that is dead, so each process is asked once at a time. */
export function openFiles(pid: number, folder: string): Promise<Result[]> {
  return isolation.run(`The open files of process ${String(pid)}`, answerTimeout, async () => {
    const files: Result[] = [];
    for (const [fd, path] of descriptors(pid, folder)) {
      if (!path.startsWith('/') || !(await stat(path).then((found) => found.isFile(), () => false))) continue;
      const information = optional(() => fileText(pid, `${folder}fdinfo/${String(fd)}`));
      if (information === undefined) continue;
      const flags = parseInt(/^flags:\s*(\d+)/m.exec(information)?.[1] ?? '0', 8);
      files.push({ path, fd, position: Number(/^pos:\s*(\d+)/m.exec(information)?.[1] ?? 0), mode: modeOf(flags), flags });
    }
    return files;
  });
}

function optional<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  }
}

const O_ACCMODE = 0o3;
const O_APPEND = 0o2000;

/** Python's mode of a file opened with these flags. */
function modeOf(flags: number): string {
  const mode = ['r', 'w', 'w+'][flags & O_ACCMODE] ?? 'r';
  return ((flags & O_APPEND) !== 0 ? mode.replace('w', 'a') : mode).replace('w+', 'r+');
}

/** psutil's net_connections of one process: its sockets of TCP and UDP. */
export function processConnections(pid: number, folder: string): Result[] {
  const owners = new Map(socketsOf(pid, folder).map(([inode, owner]) => [inode, [owner]]));
  if (owners.size === 0) return [];
  return tablesOf('inet').flatMap((table) => {
    const text = optional(() => fileText(pid, `${folder}net/${table.file}`));
    if (text === undefined && !table.file.endsWith('6')) throw new ProcessEnded(pid);
    return parseConnections(table, text ?? '', owners).filter((row) => row.pid !== null).map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'pid')));
  });
}
