import { PlatformError } from '../model/errors.js';
import type { Provider } from './provider.js';

/** The provider of the operating system that this runs on. */
export async function openProvider(): Promise<Provider> {
  switch (process.platform) {
    case 'win32':
      return await (await import('./windows/provider.js')).openWindowsProvider();
    case 'linux':
      return (await import('./linux/provider.js')).linuxProvider();
    default:
      throw new PlatformError('PSA_PLATFORM', `expected Windows or Linux, found ${process.platform}; the collector has no readings for it`);
  }
}
