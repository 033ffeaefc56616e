/** Host names and addresses of brokers, as the settings take them: alone, the rest has keys of its own. */
import { isIP } from 'node:net';
import { hostname } from 'node:os';

const label = '[\\p{L}\\p{M}\\p{N}_](?:[\\p{L}\\p{M}\\p{N}_-]{0,61}[\\p{L}\\p{M}\\p{N}_])?';

/** An IPv6 address with its zone: two colons at least. */
const address = '(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]{2,45}(?:%[\\w.-]+)?';

/** A host name (international ones too), an IPv4 address, or an IPv6 address (two colons at least) with its zone. */
export const hostPattern = `^(?:${label}(?:\\.${label})*\\.?|${address})$`;

/** The longest host name and the longest of its labels, in characters (RFC 1035). */
export const longestHost = 253;
const longestLabel = 63;

/** Whether text has the form of a host name or address: as `hostPattern`, whose counts V8 compiles to hundreds of kilobytes. */
export function isHost(text: string): boolean {
  if (text.length > longestHost) return false;
  return text.replace(/\.$/, '').split('.').every(isLabel) || new RegExp(`^${address}$`).test(text);
}

function isLabel(text: string): boolean {
  if (/^[ -~]*$/.test(text)) return /^\w(?:[\w-]*\w)?$/.test(text) && text.length <= longestLabel;
  return /^[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}_])?$/u.test(text) && Array.from(text).length <= longestLabel;
}

/** What to write instead of text that is no host name, and the host in it where it stands there for sure. */
export function hostNeeds(text: string): { readonly expected: string; readonly near?: string } {
  if (/:\/\/|@|\//.test(text)) {
    return { expected: 'a host name or address alone (user name, password, port, virtual host and TLS have the keys username, password_file, port, vhost and tls)' };
  }
  const [, near = ''] = (text.length > longestHost + ':65535'.length ? null : /^\[?([^[\]]*?)\]?(?::\d{1,5})?$/.exec(text)) ?? [];
  const expected = 'a host name or address alone, without a port (that is broker.port)';
  return isHost(near) ? { expected, near } : { expected: 'a host name or address' };
}

/** Whether a host is this one, so that what goes there crosses no network. Names below localhost are not, where the system asks a name server for them. */
export function isThisHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (isIP(name) !== 0) return /^127\.|^::1$|^::ffff:127\./.test(name);
  return name === 'localhost' || name === hostname().toLowerCase();
}
