import { PlatformError } from '../model/errors.js';

/** Opens a DPAPI blob (CryptProtectData) of this machine; Windows only. */
export async function unprotect(blob: Buffer): Promise<Buffer> {
  if (process.platform !== 'win32') {
    throw new PlatformError('PSA_PLATFORM', 'password_dpapi: expected Windows, for DPAPI is a part of it; use password_file or password_env here');
  }
  const [{ unprotectData }, { loadWin32 }] = await Promise.all([import('./windows/dpapi.js'), import('./windows/bindings.js')]);
  return unprotectData(await loadWin32(), blob);
}
