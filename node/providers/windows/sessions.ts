import type { Result } from '../../catalog/value.js';
import { MissingFunction, type Win32 } from './bindings.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import { onThread } from './thread.js';
import { unixTime, wideText, wordSize } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { WTS_CLIENT_ADDRESS as ClientAddress, WTS_SESSION_INFOW as Session, WTSINFOW } from './layouts.js';

const WTS_CURRENT_SERVER = 0;
/** Kinds of WTSQuerySessionInformationW. */
const Kind = { WTSUserName: 5, WTSClientAddress: 14, WTSSessionInfo: 24 } as const;
const AF_INET = 2;

/** A row of psutil.users; Windows knows neither terminal nor process of a session. */
export interface User {
  readonly [key: string]: Result;
  readonly name: string;
  readonly host: string | null;
  /** Seconds since 1970; null where Windows does not tell. */
  readonly started: number | null;
}

/** Users with a session, local or remote (WTSEnumerateSessionsW); none where Windows has no such service. */
export function users(win32: Win32, isolation: Isolation): Promise<User[]> {
  return isolation.run('The list of sessions', answerTimeout, async () => {
    const rows: User[] = [];
    for (const session of await sessionIds(win32)) {
      const name = await sessionInformation(win32, session, 'WTSUserName');
      const user = name && wideText(name);
      // Sessions without a user are the system's own.
      if (user === undefined || user === '') continue;
      const address = await sessionInformation(win32, session, 'WTSClientAddress');
      const information = await sessionInformation(win32, session, 'WTSSessionInfo');
      rows.push({ name: user, terminal: null, host: parseClientAddress(address), started: parseConnectTime(information), pid: null });
    }
    return rows;
  });
}

/** The IPv4 address in a WTS_CLIENT_ADDRESS; null for a local session. */
export function parseClientAddress(buffer: Buffer | undefined): string | null {
  if (buffer === undefined || buffer.length < ClientAddress.size) return null;
  if (buffer.readUInt32LE(ClientAddress.AddressFamily) !== AF_INET) return null;
  const start = ClientAddress.Address + 2;
  return buffer.subarray(start, start + 4).join('.');
}

/** When the session of a WTSINFOW was connected. */
export function parseConnectTime(buffer: Buffer | undefined): number | null {
  if (buffer === undefined || buffer.length < WTSINFOW.size) return null;
  const ticks = buffer.readBigInt64LE(WTSINFOW.ConnectTime);
  return ticks === 0n ? null : unixTime(ticks);
}

/** The sessions; none where Windows has no such service, as a Nano Server. */
async function sessionIds(win32: Win32): Promise<number[]> {
  try {
    return await enumerated(win32);
  } catch (error) {
    if (error instanceof MissingFunction) return [];
    throw error;
  }
}

async function enumerated(win32: Win32): Promise<number[]> {
  const [memory, count] = [Buffer.alloc(wordSize), Buffer.alloc(4)];
  const { value, code } = await onThread(win32, win32.WTSEnumerateSessionsW, WTS_CURRENT_SERVER, 0, 1, memory, count);
  if (value === 0) {
    if (code === ErrorCode.CALL_NOT_IMPLEMENTED) return [];
    throw failure('WTSEnumerateSessionsW', code);
  }
  const sessions = taken(win32, memory, count.readUInt32LE() * Session.size);
  return Array.from({ length: sessions.length / Session.size }, (_, index) => sessions.subarray(index * Session.size).readUInt32LE(Session.SessionId));
}

/** What Windows tells of a session; absent where it does not, as for a session that has just ended. */
async function sessionInformation(win32: Win32, session: number, kind: keyof typeof Kind): Promise<Buffer | undefined> {
  const [memory, bytes] = [Buffer.alloc(wordSize), Buffer.alloc(4)];
  const { value } = await onThread(win32, win32.WTSQuerySessionInformationW, WTS_CURRENT_SERVER, session, Kind[kind], memory, bytes);
  return value === 0 ? undefined : taken(win32, memory, bytes.readUInt32LE());
}

/** A copy of the memory that a WTS function gave a pointer to, and frees it. */
function taken(win32: Win32, pointer: Buffer, length: number): Buffer {
  const address = pointer.readBigUInt64LE();
  try {
    return win32.bytesAt(address, length);
  } finally {
    win32.WTSFreeMemory(address);
  }
}
