import type { Fields, Result } from '../../catalog/value.js';
import { adapters, Family, type Adapter, type UnicastAddress } from './adapters.js';
import { answerTimeout, type Isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { u64 } from './encoding.js';
import { MIB_IF_ROW2 as Row } from './layouts.js';
import { onThread } from './thread.js';

/** psutil's family number of a MAC address. */
const AF_LINK = -1;
const DUPLEX_FULL = 2;
const IF_OPER_STATUS_UP = 1;
const NET_IF_ADMIN_STATUS_UP = 1;
/** What an adapter that has no speed to tell gives as its speed. */
const speedUnknown = 2 ** 64;

/** Traffic since boot by adapter name. Adapters that tell nothing are left out. Throws UnavailableError. */
export function netCounters(win32: Win32, isolation: Isolation): Promise<Record<string, Fields>> {
  return byAdapter(win32, isolation, parseCounters);
}

/** The state of each adapter by its name: `speed` in Mbit/s, 0 where unknown. Throws UnavailableError. */
export function netStats(win32: Win32, isolation: Isolation): Promise<Record<string, InterfaceState>> {
  return byAdapter(win32, isolation, parseState);
}

/** The addresses of each adapter by its name, sorted by family. Throws UnavailableError. */
export async function netAddresses(win32: Win32, isolation: Isolation): Promise<Record<string, InterfaceAddress[]>> {
  const found = await isolation.run('The list of network adapters', answerTimeout, () => adapters(win32));
  return mergedAddresses(found);
}

/** Addresses by name; adapters of one name are one to whoever asks by it, as psutil has it. */
export function mergedAddresses(found: readonly Adapter[]): Record<string, InterfaceAddress[]> {
  const byName: Record<string, InterfaceAddress[]> = {};
  for (const adapter of found) (byName[adapter.name] ??= []).push(...addressRows(adapter));
  for (const rows of Object.values(byName)) rows.sort((one, other) => one.family - other.family);
  return byName;
}

/** A value of psutil.net_if_stats. */
export interface InterfaceState {
  readonly [key: string]: Result;
  readonly isup: boolean;
  readonly speed: number;
}

/** A row of psutil.net_if_addrs. */
export interface InterfaceAddress {
  readonly [key: string]: Result;
  readonly family: number;
  readonly address: string;
  readonly netmask: string | null;
  readonly broadcast: string | null;
}

/** MIB_IF_ROW2 as traffic. */
export function parseCounters(row: Buffer): Fields {
  return {
    bytes_sent: u64(row, Row.OutOctets),
    bytes_recv: u64(row, Row.InOctets),
    packets_sent: u64(row, Row.OutUcastPkts) + u64(row, Row.OutNUcastPkts),
    packets_recv: u64(row, Row.InUcastPkts) + u64(row, Row.InNUcastPkts),
    errin: u64(row, Row.InErrors),
    errout: u64(row, Row.OutErrors),
    dropin: u64(row, Row.InDiscards),
    dropout: u64(row, Row.OutDiscards),
  };
}

/** MIB_IF_ROW2 as an adapter's state. Windows does not tell duplex; psutil says full. */
export function parseState(row: Buffer): InterfaceState {
  const speed = u64(row, Row.TransmitLinkSpeed);
  return {
    isup: row.readUInt32LE(Row.OperStatus) === IF_OPER_STATUS_UP && row.readUInt32LE(Row.AdminStatus) === NET_IF_ADMIN_STATUS_UP,
    duplex: DUPLEX_FULL,
    speed: speed === speedUnknown ? 0 : Math.trunc(speed / 1e6),
    mtu: row.readUInt32LE(Row.Mtu),
    flags: '',
  };
}

/** The rows of an adapter: its MAC address, then IPv4, then IPv6. */
export function addressRows(adapter: Adapter): InterfaceAddress[] {
  const rows = adapter.addresses.map(ipRow).sort((a, b) => a.family - b.family);
  if (adapter.hardwareAddress.length === 0) return rows;
  const bytes = [...adapter.hardwareAddress, ...Array<number>(Math.max(0, 6 - adapter.hardwareAddress.length)).fill(0)];
  const address = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('-');
  return [{ family: AF_LINK, address, netmask: null, broadcast: null, ptp: null }, ...rows];
}

function ipRow({ family, address, prefixLength }: UnicastAddress): InterfaceAddress {
  if (family === Family.ipv6) return { family, address, netmask: null, broadcast: null, ptp: null };
  const mask = prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
  const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const broadcast = prefixLength >= 32 ? null : ipv4Text((bits | ~mask) >>> 0);
  return { family, address, netmask: ipv4Text(mask), broadcast, ptp: null };
}

function ipv4Text(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}

/** What the row of each adapter says, by its name; one that tells nothing is left out. */
async function byAdapter<T>(win32: Win32, isolation: Isolation, parse: (row: Buffer) => T): Promise<Record<string, T>> {
  const rows = await isolation.run('The rows of network adapters', answerTimeout, async () => {
    const entries: [string, Buffer][] = [];
    for (const { index, name } of await adapters(win32)) {
      const row = Buffer.alloc(Row.size);
      row.writeUInt32LE(index, Row.InterfaceIndex);
      if ((await onThread(win32, win32.GetIfEntry2, row)).value === 0) entries.push([name, row]);
    }
    return entries;
  });
  return Object.fromEntries(rows.map(([name, row]) => [name, parse(row)]));
}
