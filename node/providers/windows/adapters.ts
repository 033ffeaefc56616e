import { SocketAddress } from 'node:net';
import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { wideText } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import {
  IP_ADAPTER_ADDRESSES as AdapterLayout,
  IP_ADAPTER_UNICAST_ADDRESS as UnicastLayout,
  SOCKADDR_IN,
  SOCKADDR_IN6,
} from './layouts.js';
import { onThread } from './thread.js';

/** Address families as Windows numbers them. */
export const Family = { unspecified: 0, ipv4: 2, ipv6: 23 } as const;

/** GetAdaptersAddresses: leave out anycast, multicast and DNS server addresses. */
const skipOthers = 0x2 | 0x4 | 0x8;
/** Microsoft's advice, so that one call is enough nearly always. */
const firstSize = 15 * 1024;
const attempts = 3;

/** An IP address of an adapter. */
export interface UnicastAddress {
  readonly family: typeof Family.ipv4 | typeof Family.ipv6;
  readonly address: string;
  readonly prefixLength: number;
}

/** A network adapter as GetAdaptersAddresses tells it. */
export interface Adapter {
  readonly index: number;
  /** The name that people see and can change, such as `Ethernet`. */
  readonly name: string;
  readonly hardwareAddress: Buffer;
  readonly addresses: readonly UnicastAddress[];
}

/** The network adapters of this machine, in Windows' order. Throws UnavailableError. */
export async function adapters(win32: Win32): Promise<Adapter[]> {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(firstSize);
  let code = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const buffer = Buffer.alloc(size.readUInt32LE());
    code = (await onThread(win32, win32.GetAdaptersAddresses, Family.unspecified, skipOthers, null, buffer, size)).value;
    if (code === 0) return parseAdapters(buffer, win32.addressOf(buffer));
    if (code !== ErrorCode.BUFFER_OVERFLOW) break;
  }
  throw failure('GetAdaptersAddresses', code);
}

/** A chain of IP_ADAPTER_ADDRESSES that begins the buffer and points into it; `base` is the buffer's address. */
export function parseAdapters(buffer: Buffer, base: bigint): Adapter[] {
  const at = (pointer: number): number | undefined => follow(buffer, base, pointer);
  return chain(0, (offset) => at(offset + AdapterLayout.Next)).map((offset) => {
    const unicast = chain(at(offset + AdapterLayout.FirstUnicastAddress), (entry) => at(entry + UnicastLayout.Next));
    const name = at(offset + AdapterLayout.FriendlyName);
    const hardware = offset + AdapterLayout.PhysicalAddress;
    return {
      // An adapter without IPv4 has an index for IPv6 only.
      index: buffer.readUInt32LE(offset + AdapterLayout.IfIndex) || buffer.readUInt32LE(offset + AdapterLayout.Ipv6IfIndex),
      name: name === undefined ? '' : wideText(buffer, name),
      hardwareAddress: buffer.subarray(hardware, hardware + buffer.readUInt32LE(offset + AdapterLayout.PhysicalAddressLength)),
      addresses: unicast.flatMap((entry) =>
        socketAddress(buffer, at(entry + UnicastLayout.Address), buffer.readUInt8(entry + UnicastLayout.OnLinkPrefixLength)),
      ),
    };
  });
}

/** The offset in the buffer that the pointer at an offset points to; none for a null pointer. */
function follow(buffer: Buffer, base: bigint, pointer: number): number | undefined {
  const address = buffer.readBigUInt64LE(pointer);
  if (address === 0n) return undefined;
  const offset = Number(address - base);
  if (offset >= 0 && offset < buffer.length) return offset;
  throw new UnavailableError('GetAdaptersAddresses gave a pointer to outside its buffer');
}

function chain(first: number | undefined, next: (offset: number) => number | undefined): number[] {
  const offsets: number[] = [];
  for (let offset = first; offset !== undefined; offset = next(offset)) offsets.push(offset);
  return offsets;
}

/** The address at an offset, if it is an IP address. */
function socketAddress(buffer: Buffer, offset: number | undefined, prefixLength: number): UnicastAddress[] {
  if (offset === undefined) return [];
  const family = buffer.readUInt16LE(offset);
  if (family === Family.ipv4) {
    const start = offset + SOCKADDR_IN.sin_addr;
    return [{ family, address: buffer.subarray(start, start + 4).join('.'), prefixLength }];
  }
  if (family === Family.ipv6) {
    const start = offset + SOCKADDR_IN6.sin6_addr;
    return [{ family, address: ipv6Text(buffer.subarray(start, start + 16)), prefixLength }];
  }
  return [];
}

/** The shortest text of an IPv6 address. */
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new SocketAddress({ family: 'ipv6', address: groups.join(':') }).address;
}
