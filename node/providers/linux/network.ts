import type { Fields, Result } from '../../catalog/value.js';
import { answerTimeout, isolation } from '../isolation.js';
import type { Link } from './ethtool.js';
import { AF_PACKET, libc, type InterfaceRow } from './libc.js';
import { known, optionalTextOf, textOf, type Roots } from './source.js';

// Columns of /proc/net/dev after the interface's name.
const trafficColumns: readonly (readonly [field: string, column: number])[] = [
  ['bytes_sent', 8],
  ['bytes_recv', 0],
  ['packets_sent', 9],
  ['packets_recv', 1],
  ['errin', 2],
  ['errout', 10],
  ['dropin', 3],
  ['dropout', 11],
];

/** psutil's `net_io_counters` by interface out of the text of /proc/net/dev: bytes and counts since boot. */
export function parseNetDev(dev: string): Record<string, Fields> {
  const interfaces: Record<string, Fields> = {};
  for (const line of dev.split('\n').slice(2)) {
    // An alias has a colon in its name, so the last one ends it.
    const colon = line.lastIndexOf(':');
    if (colon < 0) continue;
    const columns = line.slice(colon + 1).trim().split(/ +/);
    const fields: Record<string, number> = {};
    trafficColumns.forEach((of) => { fields[of[0]] = Number(columns[of[1]] ?? NaN); });
    interfaces[line.slice(0, colon).trim()] = known(fields);
  }
  return interfaces;
}

/** psutil's `net_io_counters` of every interface. */
export function netIoCounters(roots: Roots): Record<string, Fields> {
  return parseNetDev(textOf(`${roots.proc}/net/dev`));
}

// The IFF_ bits, lowest first, by psutil's names.
const flagNames = [
  'up', 'broadcast', 'debug', 'loopback', 'pointopoint', 'notrailers', 'running', 'noarp', 'promisc', 'allmulti', 'master',
  'slave', 'multicast', 'portsel', 'automedia', 'dynamic',
];
const IFF_BROADCAST = 0x2;
const IFF_POINTOPOINT = 0x10;
const duplexNumbers = { half: 1, full: 2 } as const;

/** psutil's `net_if_stats` of one interface. `speed` (Mbit/s) and `duplex` 0 are psutil's signs for unknown. */
export function linkStats(flags: number, link: Link | undefined, mtu: number): Result {
  const names = flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0);
  return {
    isup: names.includes('running'),
    duplex: link?.duplex === undefined ? 0 : duplexNumbers[link.duplex],
    speed: link?.speed ?? 0,
    ...known({ mtu }),
    flags: names.join(','),
  };
}

/** psutil's `net_if_stats`: the state of each interface that /proc/net/dev lists. */
export async function netIfStats(roots: Roots): Promise<Record<string, Result>> {
  const { interfaces, links } = await libc();
  // Their flags in /sys are not what the system's calls tell: they lack `running`.
  const flagsOf = new Map(interfaces().map((row) => [row.name, row.flags]));
  const names = Object.keys(netIoCounters(roots));
  const linkOf = await isolation.run('The links of network interfaces', answerTimeout, () => links(names));
  return Object.fromEntries(names.flatMap((name) => {
    const flags = flagsOf.get(name);
    const mtu = optionalTextOf(`${roots.sys}/class/net/${name}/mtu`);
    // Without flags the interface vanished meanwhile.
    return flags === undefined ? [] : [[name, linkStats(flags, linkOf.get(name), Number(mtu))]];
  }));
}

/** psutil's `net_if_addrs` out of the rows of getifaddrs(3): by interface, lowest family first; MAC addresses have 17. */
export function addressesByInterface(rows: readonly InterfaceRow[]): Record<string, Result[]> {
  const byInterface: Record<string, Result[]> = {};
  for (const row of [...rows].sort((one, other) => one.family - other.family)) {
    if (row.address === null) continue;
    const broadcasts = (row.flags & IFF_BROADCAST) !== 0;
    const pointToPoint = !broadcasts && (row.flags & IFF_POINTOPOINT) !== 0;
    (byInterface[row.name] ??= []).push({
      family: row.family,
      address: row.family === AF_PACKET ? sixBytes(row.address) : row.address,
      netmask: row.netmask,
      broadcast: broadcasts ? row.far : null,
      ptp: pointToPoint ? row.far : null,
    });
  }
  return byInterface;
}

// Tunnels have shorter hardware addresses; psutil fills them up.
function sixBytes(address: string): string {
  const bytes = address.split(':');
  return [...bytes, ...Array<string>(Math.max(0, 6 - bytes.length)).fill('00')].join(':');
}

/**
 * psutil's `net_if_addrs`. getifaddrs(3) itself, since Node's networkInterfaces leaves out interfaces that are down or have
 * no IP address, broadcast addresses and the other ends of point-to-point links.
 */
export async function netIfAddrs(): Promise<Record<string, Result[]>> {
  const { interfaces } = await libc();
  return addressesByInterface(interfaces());
}
