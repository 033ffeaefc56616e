import type { Result } from '../../catalog/value.js';
import { answerTimeout } from '../isolation.js';
import type { Handle } from './bindings.js';
import { unicodeText, wordSize } from './encoding.js';
import {
  PROCESS_HANDLE_SNAPSHOT_INFORMATION as Head, PROCESS_HANDLE_TABLE_ENTRY_INFO as Entry, UNICODE_STRING,
} from './layouts.js';
import type { WindowsProcess } from './process.js';
import { Access, statusFailure, withProcess } from './processHandle.js';
import { onThread } from './thread.js';

const ProcessHandleInformation = 51;
const ObjectNameInformation = 1;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
const FILE_TYPE_DISK = 1;
const DUPLICATE_SAME_ACCESS = 2;
const largestList = 16 * 1024 * 1024;

/** The files that a process has open. What Windows is asked of a handle may never be answered, so all of it is isolated. */
export function openFiles(one: WindowsProcess): Promise<Result[]> {
  return one.table.isolation.run(`The open files of process ${String(one.pid)}`, answerTimeout, () =>
    withProcess(one, Access.query | Access.duplicateHandle, async (process) => {
      const files: Result[] = [];
      for (const handle of await handlesOf(one, process)) {
        const path = await pathOf(one, process, handle);
        if (path !== undefined) files.push({ path, fd: -1 });
      }
      return files;
    }));
}

async function handlesOf(one: WindowsProcess, process: Handle): Promise<bigint[]> {
  const { win32 } = one.table;
  for (let size = 64 * 1024; ; size *= 2) {
    const list = Buffer.alloc(size);
    const { value: status } = await onThread(win32, win32.NtQueryInformationProcess, process, ProcessHandleInformation, list, size, Buffer.alloc(4));
    if (status === 0) {
      const entries = list.subarray(Head.size);
      const count = Math.min(Number(list.readBigUInt64LE(Head.NumberOfHandles)), Math.floor(entries.length / Entry.size));
      return Array.from({ length: count }, (_, at) => entries.subarray(at * Entry.size).readBigUInt64LE(Entry.HandleValue));
    }
    if (status !== STATUS_INFO_LENGTH_MISMATCH || size >= largestList) throw statusFailure(one, 'NtQueryInformationProcess(ProcessHandleInformation)', status);
  }
}

/** The path of a handle that is a file on a disk; none of any other, and of one that was closed meanwhile. */
async function pathOf(one: WindowsProcess, process: Handle, handle: bigint): Promise<string | undefined> {
  const { win32 } = one.table;
  const copy = Buffer.alloc(wordSize);
  if (win32.DuplicateHandle(process, handle, win32.GetCurrentProcess(), copy, 0, 0, DUPLICATE_SAME_ACCESS) === 0) return undefined;
  const file = copy.readBigInt64LE();
  try {
    if ((await onThread(win32, win32.GetFileType, file)).value !== FILE_TYPE_DISK) return undefined;
    const name = Buffer.alloc(UNICODE_STRING.size + 0x10000);
    const { value: status } = await onThread(win32, win32.NtQueryObject, file, ObjectNameInformation, name, name.length, Buffer.alloc(4));
    const path = status === 0 ? unicodeText(name, win32.addressOf(name)) : '';
    return path === undefined || path === '' ? undefined : one.table.drivePath(path);
  } finally {
    win32.CloseHandle(file);
  }
}
