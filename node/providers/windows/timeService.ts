import type { TimeService } from '../timeService.js';
import type { Win32 } from './bindings.js';
import { registryValue } from './registry.js';

const parameters = 'SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters';

/** What Windows Time's parameters name, in the registry. Throws UnavailableError where that is refused. */
export async function windowsTime(win32: Win32): Promise<TimeService> {
  const text = async (path: string, name: string): Promise<string | undefined> =>
    (await registryValue(win32, path, name))?.data.toString('utf16le').split('\0', 1)[0];
  const [kind, servers, domain] = await Promise.all([text(parameters, 'Type'), text(parameters, 'NtpServer'), text('SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters', 'Domain')]);
  return windowsService(kind, servers, domain);
}

/** Windows Time's parameters: Type (NTP, NT5DS, AllSync, NoSync), NtpServer, and the host's domain, whose name its controllers answer to. */
function windowsService(kind = '', servers = '', domain = ''): TimeService {
  const source = 'Windows Time';
  if (kind.toLowerCase() === 'nosync') return { source, off: true };
  const inDomain = kind.toLowerCase() === 'nt5ds' && domain !== '';
  // `time.windows.com,0x9 other,0x1`: a name and flags.
  const server = inDomain ? domain : servers.trim().replace(/[\s,].*/s, '');
  return { source, ...(server === '' ? {} : { server }) };
}
