import { endianness } from 'node:os';
import { getSystemErrorMap } from 'node:util';
import type koffiModule from 'koffi';
import type { LibraryHandle } from 'koffi';
import { messageOf, UnavailableError } from '../../model/errors.js';
import { bindEthtool, type Link } from './ethtool.js';
import { openKoffi } from '../koffi.js';

/** Blocks of a volume and their size in bytes (`f_frsize`). */
export interface Volume {
  readonly blockSize: number;
  readonly blocks: number;
  readonly free: number;
  /** Free for unprivileged users. */
  readonly available: number;
}

/** One row of getifaddrs(3). Addresses are text: dotted, IPv6 with its scope, or a MAC address in lower case. */
export interface InterfaceRow {
  readonly name: string;
  /** The IFF_ bits. */
  readonly flags: number;
  readonly family: number;
  readonly address: string | null;
  readonly netmask: string | null;
  /** The broadcast address, or the other end of a point-to-point link. */
  readonly far: string | null;
}

/** The C library's calls that neither Node nor /proc stand in for. */
export interface Libc {
  /** statvfs(3), on a worker thread. Throws UnavailableError with the system's code. */
  readonly statvfs: (path: string) => Promise<Volume>;
  /** getifaddrs(3). Throws UnavailableError with the system's code. */
  readonly interfaces: () => InterfaceRow[];
  /** The links of these interfaces; those whose driver does not tell are left out. */
  readonly links: (interfaces: readonly string[]) => Promise<Map<string, Link>>;
  /** ioprio_get(2) of a process. Throws UnavailableError with the system's code. */
  readonly ioPriorityOf: (pid: number) => number;
}

export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_PACKET = 17;

let bound: Promise<Libc> | undefined;

/** The C library of this process, bound when first asked for. Throws UnavailableError where koffi has no build. */
export function libc(): Promise<Libc> {
  bound ??= bind().catch((error: unknown) => {
    // Tried again by whoever asks next.
    bound = undefined;
    throw new UnavailableError(`koffi was expected to reach the C library on Linux ${process.arch} and cannot: ${messageOf(error)}`);
  });
  return bound;
}

type Koffi = typeof koffiModule;
/** Koffi's pointers, null being NULL. */
type Pointer = bigint | null;
/** Koffi's 64-bit numbers: a bigint where a number would not be exact. */
type Wide = number | bigint;

async function bind(): Promise<Libc> {
  const koffi = await openKoffi();
  if (koffi.sizeof('void *') !== 8 || endianness() !== 'LE') throw new Error('only 64-bit little-endian systems are supported');
  const library = koffi.load(null);
  return { statvfs: bindStatvfs(koffi, library), interfaces: bindInterfaces(koffi, library), links: bindEthtool(koffi, library), ioPriorityOf: bindIoPriority(koffi, library) };
}

const failed = (koffi: Koffi, call: string): UnavailableError => refusal(call, -koffi.errno());

/** What is told of a call that the system refused, the reason first, for a narrow view cuts the end; `errno` as Node has it, below zero. */
export function refusal(call: string, errno: number): UnavailableError {
  const [code, words] = getSystemErrorMap().get(errno) ?? [`errno ${String(-errno)}`, 'a reason that Node does not know'];
  return new UnavailableError(`${words} (${code}): ${call}`);
}

interface Statvfs { frsize: Wide; blocks: Wide; bfree: Wide; bavail: Wide }

function bindStatvfs(koffi: Koffi, library: LibraryHandle): Libc['statvfs'] {
  // The five members that glibc and musl have alike on 64-bit systems; the rest is room.
  const record = koffi.struct({
    bsize: 'ulong', frsize: 'ulong', blocks: 'ulong', bfree: 'ulong', bavail: 'ulong', rest: koffi.array('uint8', 128),
  });
  const statvfs = library.func('statvfs', 'int', ['str', koffi.out(koffi.pointer(record))]);
  const call = statvfs.async as (path: string, out: Partial<Statvfs>, done: (error: Error | null, result: number) => void) => void;
  return (path) => new Promise((resolve, reject) => {
    const out: Partial<Statvfs> = {};
    // errno is koffi's for as long as this callback runs, so no promise may come in between.
    call(path, out, (error, result) => {
      if (error !== null) reject(error);
      else if (result !== 0) reject(failed(koffi, `statvfs("${path}")`));
      else resolve(volumeOf(out as Statvfs));
    });
  });
}

function volumeOf({ frsize, blocks, bfree, bavail }: Statvfs): Volume {
  return { blockSize: Number(frsize), blocks: Number(blocks), free: Number(bfree), available: Number(bavail) };
}

/** Numbers of the system call, which the C library has no function for. */
const ioPriorityCalls: Readonly<Record<string, number>> = { x64: 252, arm64: 31 };
const IOPRIO_WHO_PROCESS = 1;

function bindIoPriority(koffi: Koffi, library: LibraryHandle): Libc['ioPriorityOf'] {
  const syscall = library.func('long syscall(long, int, int)') as (number: number, which: number, who: number) => number;
  return (pid) => {
    const number = ioPriorityCalls[process.arch];
    if (number === undefined) throw new UnavailableError(`The number of ioprio_get on ${process.arch} is not known.`);
    const priority = syscall(number, IOPRIO_WHO_PROCESS, pid);
    if (priority < 0) throw failed(koffi, `ioprio_get(${String(pid)})`);
    return priority;
  };
}

interface Ifaddrs { next: Pointer; name: string; flags: number; address: Pointer; netmask: Pointer; far: Pointer }

function bindInterfaces(koffi: Koffi, library: LibraryHandle): Libc['interfaces'] {
  const record = koffi.struct({
    next: 'void *', name: 'str', flags: 'uint', address: 'void *', netmask: 'void *', far: 'void *', data: 'void *',
  });
  const getifaddrs = library.func('getifaddrs', 'int', [koffi.out(koffi.pointer('void *'))]) as (out: Pointer[]) => number;
  const freeifaddrs = library.func('freeifaddrs', 'void', ['void *']) as (list: Pointer) => void;
  const textOf = bindAddressText(koffi, library);
  const rowOf = (entry: Ifaddrs): InterfaceRow => {
    const family = entry.address === null ? 0 : koffi.decode.uint16(entry.address);
    const [address, netmask, far] = [entry.address, entry.netmask, entry.far].map((pointer) => textOf(pointer, family));
    return { name: entry.name, flags: entry.flags, family, address: address ?? null, netmask: netmask ?? null, far: far ?? null };
  };
  return () => {
    const list: Pointer[] = [null];
    if (getifaddrs(list) !== 0) throw failed(koffi, 'getifaddrs()');
    const rows: InterfaceRow[] = [];
    try {
      for (let at = list[0] ?? null; at !== null; ) {
        const entry = koffi.decode(at, record) as Ifaddrs;
        rows.push(rowOf(entry));
        at = entry.next;
      }
    } finally {
      freeifaddrs(list[0] ?? null);
    }
    return rows;
  };
}

const NI_NUMERICHOST = 1;
const sockaddrSize = new Map([[AF_INET, 16], [AF_INET6, 28]]);

// getnameinfo(3) rather than a formatter of our own: it knows how IPv6 is shortened and when a scope belongs to it.
function bindAddressText(koffi: Koffi, library: LibraryHandle): (address: Pointer, family: number) => string | null {
  const getnameinfo = library.func('int getnameinfo(void *, uint, void *, uint, void *, uint, int)') as (
    address: Pointer, size: number, host: Buffer, hostSize: number, service: null, serviceSize: number, flags: number,
  ) => number;
  // Byte by byte: koffi 3.3 keeps some memory for good at each decode of an array.
  const byteAt = (address: bigint, offset: number): number => koffi.decode.uint8(address + BigInt(offset));
  return (address, family) => {
    if (address === null) return null;
    if (family === AF_PACKET) {
      // struct sockaddr_ll: the address's length is its 12th byte, the address follows.
      const bytes = Array.from({ length: byteAt(address, 11) }, (_, at) => byteAt(address, 12 + at));
      return bytes.length === 0 ? null : bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    }
    const size = sockaddrSize.get(family);
    if (size === undefined) return null;
    const host = Buffer.alloc(128);
    const refused = getnameinfo(address, size, host, host.length, null, 0, NI_NUMERICHOST) !== 0;
    return refused ? null : host.toString('latin1', 0, host.indexOf(0));
  };
}
