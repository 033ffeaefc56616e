/** What a broker that is no broker may send, after the handshake and in the middle of whatever is going on. */
import { randomBytes } from 'node:crypto';

/** A piece of nonsense, and what is to follow it again and again until the connection goes. */
export interface Nonsense {
  readonly name: string;
  readonly first: Buffer;
  readonly then: Buffer;
}

const frameEnd = 0xce;

/** A frame of AMQP 0-9-1: type, channel, length, payload, end. `claimed`: the length it says it has. */
function frame(type: number, channel: number, payload: Buffer, claimed = payload.length): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(claimed, 3);
  return Buffer.concat([head, payload, Buffer.from([frameEnd])]);
}

const shortString = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

/** basic.return (60, 50) of a message of a terabyte, whose body begins. */
function endlessReturn(channel: number): Nonsense {
  const method = Buffer.concat([Buffer.from([0, 60, 0, 50, 312 >> 8, 312 & 255]), shortString('NO_ROUTE'), shortString('cloudify-monitoring'), shortString('dep')]);
  const header = Buffer.alloc(14);
  header.writeUInt16BE(60, 0);
  header.writeBigUInt64BE(1n << 40n, 4);
  return { name: 'a returned body without end', first: Buffer.concat([frame(1, channel, method), frame(2, channel, header)]), then: frame(3, channel, Buffer.alloc(64 * 1024)) };
}

/** A frame that says it is two gigabytes, and a part of them. */
function giantFrame(): Nonsense {
  return { name: 'a frame of two gigabytes', first: frame(3, 1, Buffer.alloc(16), 0x7fffffff).subarray(0, -1), then: Buffer.alloc(256 * 1024, 0x41) };
}

function noise(): Nonsense {
  return { name: 'random bytes', first: randomBytes(1024), then: randomBytes(1024) };
}

/** Every kind; the channel is the one that a client opens first. */
export const nonsense: readonly Nonsense[] = [giantFrame(), noise(), endlessReturn(1)];
