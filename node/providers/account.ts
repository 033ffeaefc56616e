import { userInfo } from 'node:os';
import { openKoffi } from './koffi.js';

/** The account that this process runs as. */
export interface Account {
  /** null where the system does not tell. */
  readonly name: string | null;
  /** Whether it is SYSTEM, an administrator or root, to whom every reading is open; null where the system does not tell. */
  readonly privileged: boolean | null;
}

/** Asks the system for the account of this process. Never rejects. */
export async function ownAccount(): Promise<Account> {
  return { name: userName(), privileged: await isPrivileged().catch(() => null) };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // An account without a profile, as NT SERVICE's may be.
    return process.env['USERNAME'] ?? null;
  }
}

async function isPrivileged(): Promise<boolean> {
  if (process.platform !== 'win32') return process.getuid?.() === 0;
  const koffi = await openKoffi();
  const isAdministrator = koffi.load('shell32.dll').func('int32_t __stdcall IsUserAnAdmin()') as () => number;
  return isAdministrator() !== 0;
}
