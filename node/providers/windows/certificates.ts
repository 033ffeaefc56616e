import { UnavailableError } from '../../model/errors.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { Handle, Win32 } from './bindings.js';
import { u64 } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { CERT_CONTEXT as Context } from './layouts.js';
import { onThread, type Answer } from './thread.js';

const CERT_STORE_PROV_SYSTEM_W = 10;
const CERT_STORE_OPEN_EXISTING_FLAG = 0x4000;
const CERT_STORE_READONLY_FLAG = 0x8000;
/** CERT_SYSTEM_STORE_LOCAL_MACHINE and _CURRENT_USER. */
const locations: Readonly<Record<string, number>> = { LocalMachine: 0x20000, CurrentUser: 0x10000 };

/** Stores that every Windows has; one of them in which nothing was ever put has no place in the registry yet, and is empty. */
const everyWindows = /^(my|root|ca|authroot|trust|disallowed|trustedpeople|trustedpublisher|addressbook|smartcardroot)$/i;

/** A store with more is no store of a host. */
const mostCertificates = 10_000;
/** No certificate is larger; what says that it is, is none. */
const mostBytes = 64 * 1024;

/** The certificates of a store, each in DER; archived ones are left out, as Windows does. Throws UnavailableError. */
export function storeCertificates(win32: Win32, isolation: Isolation, location: string, store: string): Promise<Buffer[]> {
  return isolation.run(`The certificate store ${location}\\${store}`, answerTimeout, async () => {
    const flags = (locations[location] ?? 0) | CERT_STORE_OPEN_EXISTING_FLAG | CERT_STORE_READONLY_FLAG;
    const { value: handle, code } = await onThread(win32, win32.CertOpenStore, CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, store);
    if (BigInt(handle) === 0n) {
      if (code === ErrorCode.FILE_NOT_FOUND && everyWindows.test(store)) return [];
      throw code === ErrorCode.FILE_NOT_FOUND ? new UnavailableError(`there is no certificate store "${store}" in ${location}`) : failure(`CertOpenStore of ${location}\\${store}`, code, win32);
    }
    try {
      return await certificatesIn(win32, handle, `${location}\\${store}`);
    } finally {
      win32.CertCloseStore(handle, 0);
    }
  });
}

async function certificatesIn(win32: Win32, store: Handle, name: string): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (let context: Handle = 0; ; ) {
    // The call frees the context that it goes on from.
    const { value, code }: Answer<Handle> = await onThread(win32, win32.CertEnumCertificatesInStore, store, context);
    context = value;
    if (BigInt(context) === 0n) {
      if (code === ErrorCode.CRYPT_NOT_FOUND || code === ErrorCode.NO_MORE_FILES) return found;
      throw failure(`CertEnumCertificatesInStore of ${name}`, code, win32);
    }
    if (found.length === mostCertificates) {
      win32.CertFreeCertificateContext(context);
      throw new UnavailableError(`The certificate store ${name} holds more than ${String(mostCertificates)} certificates`);
    }
    found.push(encodedIn(win32, win32.bytesAt(BigInt(context), Context.size)));
  }
}

/** A copy of the certificate of a CERT_CONTEXT; empty where its size is impossible. */
function encodedIn(win32: Win32, context: Buffer): Buffer {
  const size = context.readUInt32LE(Context.cbCertEncoded);
  return size > mostBytes ? Buffer.alloc(0) : win32.bytesAt(BigInt(u64(context, Context.pbCertEncoded)), size);
}
