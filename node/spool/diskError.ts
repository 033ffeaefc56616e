import { messageOf, SpoolError, systemCode } from '../model/errors.js';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space there, or lower spool.max_bytes',
  EDQUOT: 'the disk quota is used up: free some space there, or lower spool.max_bytes',
  EROFS: 'the file system is read-only: set spool.path to a directory that can be written',
  EACCES: 'this account has no permission to write there: grant it, or set spool.path to another directory',
  EPERM: 'this account has no permission to write there: grant it, or set spool.path to another directory',
  ENOENT: 'the drive or a directory above it is missing: attach it, or set spool.path to another directory',
  ENOTDIR: 'a part of the path is a file: set spool.path to a directory',
  EEXIST: 'there is a file of that name: set spool.path to a directory',
  ELOOP: 'a file in it is a symbolic link, through which nothing is written: remove it',
  EMFILE: 'this process has too many files open',
  EIO: 'the device reports input/output errors: check the disk',
  ETIMEDOUT: 'the disk does not answer: check the drive, or set spool.path to a local directory',
};

/** The error of a spool that cannot be used, with the system's reason in words. */
export function diskError(path: string, error: unknown): SpoolError {
  if (error instanceof SpoolError) return error;
  const reason = reasons[systemCode(error) ?? ''] ?? messageOf(error);
  return new SpoolError('PSA_SPOOL_UNUSABLE', `The spool at ${path} cannot be written: ${reason}.`, { cause: error });
}

/** An error of ours that looks like the system's. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
