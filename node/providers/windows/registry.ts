import type { Handle, Win32 } from './bindings.js';
import { wordSize } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { onThread } from './thread.js';

/** HKEY_LOCAL_MACHINE. */
const localMachine = 0x80000002 | 0;
/** KEY_READ of the 64-bit registry. */
const access = 0x20019 | 0x100;
/** Bytes of a value; more than any that is read here has. */
const mostBytes = 16 * 1024 * 1024;

/** What a value holds: its registry type and its bytes. */
export interface RegistryValue {
  readonly type: number;
  readonly data: Buffer;
}

/** Whether a key is there, in HKEY_LOCAL_MACHINE. Throws UnavailableError where Windows refuses to say. */
export async function keyExists(win32: Win32, path: string): Promise<boolean> {
  return (await withKey(win32, path, () => Promise.resolve(true))) ?? false;
}

/** A value of a key in HKEY_LOCAL_MACHINE; undefined where there is no such value or key. Throws UnavailableError. */
export function registryValue(win32: Win32, path: string, name: string): Promise<RegistryValue | undefined> {
  return withKey(win32, path, async (key) => {
    for (let size = 1024; ; ) {
      const [type, data, length] = [Buffer.alloc(4), Buffer.alloc(size), Buffer.alloc(4)];
      length.writeUInt32LE(size);
      const { value: code } = await onThread(win32, win32.RegQueryValueExW, key, name, null, type, data, length);
      if (code === 0) return { type: type.readUInt32LE(), data: data.subarray(0, length.readUInt32LE()) };
      if (code === ErrorCode.FILE_NOT_FOUND) return undefined;
      // It may have grown since Windows told its length.
      size = 2 * Math.max(size, length.readUInt32LE());
      if (code !== ErrorCode.MORE_DATA || size > mostBytes) throw failure(`RegQueryValueExW of HKLM\\${path}\\${name}`, code, win32);
    }
  });
}

async function withKey<T>(win32: Win32, path: string, use: (key: Handle) => Promise<T>): Promise<T | undefined> {
  const handle = Buffer.alloc(wordSize);
  const { value: code } = await onThread(win32, win32.RegOpenKeyExW, localMachine, path, 0, access, handle);
  if (code === ErrorCode.FILE_NOT_FOUND) return undefined;
  if (code !== 0) throw failure(`RegOpenKeyExW of HKLM\\${path}`, code, win32);
  const key = handle.readBigInt64LE();
  try {
    return await use(key);
  } finally {
    win32.RegCloseKey(key);
  }
}
