import { ConfigError, messageOf } from '../../model/errors.js';
import type { Win32 } from './bindings.js';

/** DATA_BLOB on x64: cbData u32 at 0, pbData pointer at 8. */
const blobSize = 16;
const pointerOffset = 8;
/** CRYPTPROTECT_UI_FORBIDDEN: a service has nobody to ask. */
const uiForbidden = 1;

/**
 * Opens what CryptProtectData has sealed on this machine (DPAPI, CryptUnprotectData).
 * @throws ConfigError PSA_SECRET_UNAVAILABLE where it was sealed elsewhere or is no DPAPI blob.
 */
export function unprotectData(win32: Win32, sealed: Buffer): Buffer {
  const [input, output] = [blobOf(win32, sealed), Buffer.alloc(blobSize)];
  try {
    if (win32.CryptUnprotectData(input, null, null, null, null, uiForbidden, output) === 0) {
      throw new Error(`CryptUnprotectData failed with Win32 error ${String(win32.GetLastError())}`);
    }
  } catch (error) {
    const message = `broker.password_dpapi: expected a DPAPI blob sealed on this machine (machine scope), and it cannot be opened (${messageOf(error)}); start the monitor anew with its credential`;
    throw new ConfigError('PSA_SECRET_UNAVAILABLE', message, [], { cause: error });
  }
  const address = output.readBigUInt64LE(pointerOffset);
  try {
    return win32.bytesAt(address, output.readUInt32LE(0));
  } finally {
    win32.LocalFree(address);
  }
}

/** A DATA_BLOB that points at a buffer; the buffer must outlive it. */
function blobOf(win32: Win32, data: Buffer): Buffer {
  const blob = Buffer.alloc(blobSize);
  blob.writeUInt32LE(data.length, 0);
  blob.writeBigUInt64LE(win32.addressOf(data), pointerOffset);
  return blob;
}
