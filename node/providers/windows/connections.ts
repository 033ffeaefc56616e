import { SocketAddress } from 'node:net';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { ErrorCode, failure } from './failure.js';
import {
  MIB_TCP6ROW_OWNER_PID as Tcp6, MIB_TCPROW_OWNER_PID as Tcp4, MIB_UDP6ROW_OWNER_PID as Udp6, MIB_UDPROW_OWNER_PID as Udp4,
} from './layouts.js';

const AF_INET = 2;
const AF_INET6 = 23;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const TCP_TABLE_OWNER_PID_ALL = 5;
const UDP_TABLE_OWNER_PID = 1;
const attempts = 3;

/** MIB_TCP_STATE, by psutil's names. */
const states = [
  'NONE', 'CLOSE', 'LISTEN', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'CLOSE_WAIT', 'CLOSING', 'LAST_ACK',
  'TIME_WAIT', 'DELETE_TCB',
];

/** A row of psutil's net_connections; an address that is not set is null. */
export interface Connection {
  readonly [key: string]: Result;
  readonly laddr: Address;
  readonly raddr: Address;
  readonly status: string;
  readonly pid: number;
}

type Address = { readonly ip: string; readonly port: number } | null;

/** What a row of a table tells. */
interface Socket {
  readonly laddr: Address;
  readonly raddr: Address;
  readonly status: string;
  readonly pid: number;
}

/** One of the four tables of sockets. */
interface Table {
  readonly protocol: 'tcp' | 'udp';
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly rowSize: number;
  row(row: Buffer): Socket;
}

/** The tables that Windows keeps. */
export const tables: readonly Table[] = [
  { protocol: 'tcp', family: AF_INET, rowSize: Tcp4.size, row: (row) => tcpRow(row, Tcp4, ipv4(row, Tcp4.dwLocalAddr), ipv4(row, Tcp4.dwRemoteAddr)) },
  { protocol: 'tcp', family: AF_INET6, rowSize: Tcp6.size, row: (row) => tcpRow(row, Tcp6, ipv6(row, Tcp6.ucLocalAddr), ipv6(row, Tcp6.ucRemoteAddr)) },
  { protocol: 'udp', family: AF_INET, rowSize: Udp4.size, row: (row) => udpRow(row, Udp4, ipv4(row, Udp4.dwLocalAddr)) },
  { protocol: 'udp', family: AF_INET6, rowSize: Udp6.size, row: (row) => udpRow(row, Udp6, ipv6(row, Udp6.ucLocalAddr)) },
];

/** psutil's net_connections. Windows has no sockets of kind `unix` to tell of. Throws UnavailableError. */
export function netConnections(win32: Win32, kind: string): Connection[] {
  const found = /^(all|inet|tcp|udp|unix)([46]?)$/.exec(kind);
  if (found === null) throw new UnavailableError(`there is no kind of connections "${kind}"`);
  const [, protocol, version] = found;
  const wanted = tables.filter((table) =>
    (protocol === 'all' || protocol === 'inet' || table.protocol === protocol)
    && (version === '' || (table.family === AF_INET6) === (version === '6')));
  return wanted.flatMap((table) => parseSockets(table, socketTable(win32, table)));
}

/** The connections of one process. */
export function connectionsOf(win32: Win32, pid: number): Result[] {
  return netConnections(win32, 'inet').filter((row) => row.pid === pid)
    .map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => key !== 'pid')));
}

/** Windows' table of sockets: a count, and rows. None where Windows has not got that family. */
function socketTable(win32: Win32, { protocol, family }: Table): Buffer {
  const call = protocol === 'tcp' ? win32.GetExtendedTcpTable : win32.GetExtendedUdpTable;
  const kind = protocol === 'tcp' ? TCP_TABLE_OWNER_PID_ALL : UDP_TABLE_OWNER_PID;
  const size = Buffer.alloc(4);
  let [code, table]: [number, Buffer | null] = [0, null];
  for (let attempt = 0; attempt <= attempts; attempt += 1) {
    code = call(table, size, 0, family, kind, 0);
    if (code === 0) return table ?? Buffer.alloc(4);
    if (code === ErrorCode.NOT_SUPPORTED) return Buffer.alloc(4);
    if (code !== ErrorCode.INSUFFICIENT_BUFFER) break;
    // Room for sockets that are opened before the next call.
    table = Buffer.alloc(Math.ceil(size.readUInt32LE() * 1.25) + 64);
    size.writeUInt32LE(table.length);
  }
  throw failure(protocol === 'tcp' ? 'GetExtendedTcpTable' : 'GetExtendedUdpTable', code);
}

/** The rows of a table of sockets. */
export function parseSockets(table: Table, buffer: Buffer): Connection[] {
  const count = Math.min(buffer.readUInt32LE(), Math.floor((buffer.length - 4) / table.rowSize));
  return Array.from({ length: count }, (_, at) => {
    const start = 4 + at * table.rowSize;
    const { laddr, raddr, status, pid } = table.row(buffer.subarray(start, start + table.rowSize));
    return { fd: -1, family: table.family, type: table.protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, laddr, raddr, status, pid };
  });
}

function tcpRow(row: Buffer, layout: typeof Tcp4 | typeof Tcp6, local: string, remote: string): Socket {
  const status = states[row.readUInt32LE(layout.dwState)] ?? 'NONE';
  const raddr = status === 'LISTEN' ? null : address(remote, port(row, layout.dwRemotePort));
  return { laddr: address(local, port(row, layout.dwLocalPort)), raddr, status, pid: row.readUInt32LE(layout.dwOwningPid) };
}

function udpRow(row: Buffer, layout: typeof Udp4 | typeof Udp6, local: string): Socket {
  return { laddr: address(local, port(row, layout.dwLocalPort)), raddr: null, status: 'NONE', pid: row.readUInt32LE(layout.dwOwningPid) };
}

/** None where neither address nor port is set. */
function address(ip: string, number: number): Address {
  return number === 0 && (ip === '0.0.0.0' || ip === '::') ? null : { ip, port: number };
}

/** The low 16 bits, in the network's order; the others may hold anything. */
function port(row: Buffer, offset: number): number {
  return row.readUInt16BE(offset);
}

function ipv4(row: Buffer, offset: number): string {
  return row.subarray(offset, offset + 4).join('.');
}

function ipv6(row: Buffer, offset: number): string {
  const groups = Array.from({ length: 8 }, (_, at) => row.readUInt16BE(offset + 2 * at).toString(16));
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address;
}
