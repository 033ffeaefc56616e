import { answerTimeout } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { wideText, wordSize } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import type { WindowsProcess } from './process.js';
import { Access, withProcess } from './processHandle.js';
import { onThread } from './thread.js';

const TOKEN_QUERY = 8;
const TokenUser = 1;
/** A TOKEN_USER: the address of its SID, attributes, and behind them the SID. */
const sidOffset = 16;

/** Names of accounts by their SIDs: those of a host are few, and asking for one may take a domain controller. */
const names = new Map<string, string>();
const mostNames = 1000;

/** DOMAIN\user that a process runs as. */
export async function accountOf(one: WindowsProcess): Promise<string> {
  const sid = userOf(one);
  const key = sid.toString('hex');
  const known = names.get(key);
  if (known !== undefined) return known;
  const name = await one.table.isolation.run(`The account ${key}`, answerTimeout, () => accountName(one.table.win32, sid));
  if (names.size >= mostNames) names.clear();
  names.set(key, name);
  return name;
}

/** The SID of the user that a process runs as. */
function userOf(one: WindowsProcess): Buffer {
  const { win32 } = one.table;
  return withProcess(one, Access.queryLimited, (process) => {
    const handle = Buffer.alloc(wordSize);
    if (win32.OpenProcessToken(process, TOKEN_QUERY, handle) === 0) {
      throw failure(`OpenProcessToken of the process ${String(one.pid)}`, win32.GetLastError());
    }
    const token = handle.readBigInt64LE();
    try {
      const length = Buffer.alloc(4);
      win32.GetTokenInformation(token, TokenUser, null, 0, length);
      const user = Buffer.alloc(length.readUInt32LE());
      if (user.length <= sidOffset || win32.GetTokenInformation(token, TokenUser, user, user.length, length) === 0) {
        throw failure(`GetTokenInformation of the process ${String(one.pid)}`, win32.GetLastError() || ErrorCode.INSUFFICIENT_BUFFER);
      }
      return user.subarray(Number(user.readBigUInt64LE() - win32.addressOf(user)));
    } finally {
      win32.CloseHandle(token);
    }
  });
}

async function accountName(win32: Win32, sid: Buffer): Promise<string> {
  const [name, domain] = [Buffer.alloc(2 * 257), Buffer.alloc(2 * 257)];
  const [nameLength, domainLength] = [Buffer.alloc(4), Buffer.alloc(4)];
  nameLength.writeUInt32LE(257);
  domainLength.writeUInt32LE(257);
  const { value, code } = await onThread(win32, win32.LookupAccountSidW, null, sid, name, nameLength, domain, domainLength, Buffer.alloc(4));
  if (value === 0) throw failure('LookupAccountSidW', code);
  return `${wideText(domain)}\\${wideText(name)}`;
}
