import { join } from 'node:path';
import { SpoolError } from '../model/errors.js';
import { lstat, readdir } from '../model/fileCalls.js';
import { systemError } from './diskError.js';
import { diskFiles, type Files, type OpenFile } from './files.js';
import { folderName } from './folder.js';
import { SegmentLog } from './segmentLog.js';

/**
 * The samples that the spool at a path holds, and the bytes of their records, while no collector has it. Nothing is changed, and no
 * link is followed. Rejects with SpoolError where it is a link or of another version, and with the system's errors.
 */
export async function countSpool(path: string): Promise<{ readonly count: number; readonly bytes: number }> {
  const folder = join(path, folderName);
  const versions = (await readdir(path)).filter((name) => /^v\d+$/.test(name));
  if (versions.some((name) => name !== folderName)) {
    throw new SpoolError('PSA_SPOOL_DAMAGED', `The spool at ${path} is of another version too, whose samples this one cannot count.`);
  }
  if (versions.length === 0) return { count: 0, bytes: 0 };
  for (const one of [path, folder]) {
    if ((await lstat(one)).isSymbolicLink()) throw new SpoolError('PSA_SPOOL_UNUSABLE', `The spool at ${path} cannot be looked at: ${one} is a link.`);
  }
  const log = await SegmentLog.open({ files: readOnly(diskFiles), folder, segmentBytes: Infinity, onLoss: () => undefined });
  const { count, bytes } = log;
  await log.close();
  return { count, bytes };
}

/** Files of which nothing is changed: what a log would mend when it is opened stays as it is. */
function readOnly(files: Files): Files {
  const refuse = (): Promise<never> => Promise.reject(systemError('EROFS'));
  const open = async (path: string): Promise<OpenFile> => {
    const file = await files.open(path, 'read');
    return {
      read: (into, length, at) => file.read(into, length, at), unlinked: () => file.unlinked(), close: () => file.close(),
      write: refuse, truncate: () => Promise.resolve(), sync: refuse,
    };
  };
  return { ...files, create: refuse, open, remove: () => Promise.resolve(), makeFolder: refuse };
}
