import { SocketAddress } from 'node:net';
import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { socketsOf, type SocketOwner } from './descriptors.js';
import { AF_INET, AF_INET6 } from './libc.js';
import { namesIn, optionalTextOf, textOf, type Roots } from './source.js';

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;

/** A row of psutil's net_connections; an address that is not set is null. */
export interface Connection {
  readonly [key: string]: Result;
  readonly fd: number;
  readonly family: number;
  readonly type: number;
  readonly laddr: Address;
  readonly raddr: Address;
  readonly status: string;
  readonly pid: number | null;
}

type Address = { readonly ip: string; readonly port: number } | string | null;

/** A file of /proc/net and what its sockets are. */
export interface SocketTable {
  readonly file: string;
  readonly family: number;
  readonly type: number;
}

const tables: readonly SocketTable[] = [
  { file: 'tcp', family: AF_INET, type: SOCK_STREAM }, { file: 'tcp6', family: AF_INET6, type: SOCK_STREAM },
  { file: 'udp', family: AF_INET, type: SOCK_DGRAM }, { file: 'udp6', family: AF_INET6, type: SOCK_DGRAM },
  { file: 'unix', family: AF_UNIX, type: SOCK_STREAM },
];

/** The tables of a kind of psutil's. */
export function tablesOf(kind: string): readonly SocketTable[] {
  if (kind === 'all') return tables;
  if (kind === 'unix') return tables.filter(({ file }) => file === 'unix');
  const found = /^(inet|tcp|udp)([46]?)$/.exec(kind);
  if (found === null) throw new UnavailableError(`there is no kind of connections "${kind}"`);
  const [, protocol = '', version] = found;
  return tables.filter(({ file, family }) =>
    family !== AF_UNIX && (protocol === 'inet' || file.startsWith(protocol)) && (version === '' || (family === AF_INET6) === (version === '6')));
}

/** The kernel's numbers of TCP states, by psutil's names. */
const states: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED', '02': 'SYN_SENT', '03': 'SYN_RECV', '04': 'FIN_WAIT1', '05': 'FIN_WAIT2', '06': 'TIME_WAIT', '07': 'CLOSE',
  '08': 'CLOSE_WAIT', '09': 'LAST_ACK', '0A': 'LISTEN', '0B': 'CLOSING',
};

type Owners = ReadonlyMap<string, readonly SocketOwner[]>;

/** The sockets in the text of a file of /proc/net, with their owners as far as they are known. */
export function parseConnections(table: SocketTable, text: string, owners: Owners): Connection[] {
  // The kernel gives a long table in pieces, and a socket twice where the table changes meanwhile. Rows are numbered anew; a
  // UNIX socket has an address there, which may be nothing but digits where it is hidden.
  const rowOf = (line: string): string => (table.family === AF_UNIX ? line : line.replace(/\s*\d+: /, ''));
  const lines = new Set(text.split('\n').slice(1).filter((line) => line !== '').map(rowOf));
  return [...lines].flatMap((line) => (table.family === AF_UNIX ? unixSockets(line, owners) : internetSocket(table, line, owners)));
}

function internetSocket({ family, type }: SocketTable, line: string, owners: Owners): Connection[] {
  const [local, remote, state = '', , , , , , inode = ''] = line.split(/\s+/);
  if (local === undefined || remote === undefined) return [];
  // Of several processes that share a socket psutil names the one of the highest pid, by its first descriptor.
  const holders = owners.get(inode);
  const owner = holders?.find(({ pid }) => pid === holders[holders.length - 1]?.pid);
  return [{
    fd: owner?.fd ?? -1, family, type, laddr: addressOf(local), raddr: addressOf(remote),
    status: type === SOCK_STREAM ? (states[state] ?? 'NONE') : 'NONE', pid: owner?.pid ?? null,
  }];
}

function unixSockets(line: string, owners: Owners): Connection[] {
  const [, , , , type, , inode = '', path = ''] = line.split(/\s+/);
  const holders: readonly (SocketOwner | undefined)[] = owners.get(inode) ?? [undefined];
  return holders.map((owner) => ({
    fd: owner?.fd ?? -1, family: AF_UNIX, type: Number(type), laddr: path, raddr: '', status: 'NONE', pid: owner?.pid ?? null,
  }));
}

/** `0100007F:1F90` as an address; null for port 0, which is none. The words of an address are in the order of this machine. */
function addressOf(text: string): Address {
  const [digits = '', portDigits = ''] = text.split(':');
  const port = parseInt(portDigits, 16);
  if (port === 0) return null;
  const bytes = Buffer.from(digits, 'hex');
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return { ip: bytes.join('.'), port };
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  return { ip: new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address, port };
}

/**
 * psutil's net_connections. Whose the sockets are costs a look at every descriptor of every process, so it is told only where
 * `owners` is asked.
 */
export function netConnections(roots: Roots, kind: string, owners: boolean): Connection[] {
  const holders = owners ? allOwners(roots) : new Map<string, SocketOwner[]>();
  return tablesOf(kind).flatMap((table) => {
    const path = `${roots.proc}/net/${table.file}`;
    // A kernel without IPv6 has no table of it.
    const text = table.family === AF_INET6 ? (optionalTextOf(path) ?? '') : textOf(path);
    return parseConnections(table, text, holders);
  });
}

function allOwners(roots: Roots): Map<string, SocketOwner[]> {
  const holders = new Map<string, SocketOwner[]>();
  for (const pid of namesIn(roots.proc).filter((name) => /^\d+$/.test(name)).map(Number).sort((one, other) => one - other)) {
    for (const [inode, owner] of socketsIn(pid, `${roots.proc}/${String(pid)}/`)) {
      const known = holders.get(inode);
      if (known === undefined) holders.set(inode, [owner]);
      else known.push(owner);
    }
  }
  return holders;
}

/** None of a process that has ended or is another user's. */
function socketsIn(pid: number, folder: string): [string, SocketOwner][] {
  try {
    return socketsOf(pid, folder);
  } catch (error) {
    if (error instanceof UnavailableError) return [];
    throw error;
  }
}
