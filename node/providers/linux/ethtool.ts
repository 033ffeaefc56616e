import type koffiModule from 'koffi';
import type { LibraryHandle } from 'koffi';

/** What a network driver says of its link. */
export interface Link {
  /** Mbit/s; undefined where the driver does not know. */
  readonly speed: number | undefined;
  readonly duplex: 'full' | 'half' | undefined;
}

const SIOCETHTOOL = 0x8946;
const ETHTOOL_GSET = 1;
const SOCK_DGRAM = 2;
const AF_INET = 2;

/** struct ethtool_cmd, little-endian, as the driver filled it. */
export function parseEthtoolCommand(command: Buffer): Link {
  const speed = command.readUInt16LE(28) * 0x10000 + command.readUInt16LE(12);
  const duplex = command.readUInt8(14);
  return {
    speed: speed > 0x7fffffff ? undefined : speed,
    duplex: duplex === 1 ? 'full' : duplex === 0 ? 'half' : undefined,
  };
}

type Ioctl = (socket: number, request: number, argument: Buffer, done: (error: Error | null, result: number) => void) => void;

/**
 * Asks drivers for their links as psutil does, on worker threads; interfaces whose driver does not tell are left out. The
 * files speed and duplex in /sys tell the same, but only of interfaces that are up.
 */
export function bindEthtool(koffi: typeof koffiModule, library: LibraryHandle): (interfaces: readonly string[]) => Promise<Map<string, Link>> {
  const socket = library.func('int socket(int, int, int)') as (family: number, type: number, protocol: number) => number;
  const close = library.func('int close(int)') as (descriptor: number) => number;
  const ioctl = library.func('int ioctl(int, ulong, void *)').async as Ioctl;

  const ask = (descriptor: number, name: string): Promise<[string, Link][]> => new Promise((resolve, reject) => {
    const command = Buffer.alloc(44);
    command.writeUInt32LE(ETHTOOL_GSET, 0);
    const request = Buffer.alloc(40);
    request.write(name, 0, 15);
    request.writeBigUInt64LE(koffi.address(command), 16);
    ioctl(descriptor, SIOCETHTOOL, request, (error, result) => {
      if (error !== null) reject(error);
      // Reading the command here also keeps its memory alive until the driver has written it.
      else resolve(result === 0 ? [[name, parseEthtoolCommand(command)]] : []);
    });
  });

  return async (interfaces) => {
    const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (descriptor < 0) return new Map();
    try {
      return new Map((await Promise.all(interfaces.map((name) => ask(descriptor, name)))).flat());
    } finally {
      close(descriptor);
    }
  };
}
