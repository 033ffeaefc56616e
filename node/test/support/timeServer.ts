/** A time server of the test's own. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const ntpEpoch = 2_208_988_800;

/** A question as it came; the answer to it is made of it. */
export interface TimeServer {
  readonly port: number;
  /** The packets that came, the newest last. */
  readonly asked: readonly Buffer[];
  close(): void;
}

/** Writes a time, seconds since 1970, as NTP does. */
export function writeTime(packet: Buffer, offset: number, seconds: number): void {
  const whole = Math.floor(seconds);
  packet.writeUInt32BE((whole + ntpEpoch) % 2 ** 32, offset);
  packet.writeUInt32BE(Math.floor((seconds - whole) * 2 ** 32), offset + 4);
}

/** A sound answer of stratum 2 to a question: received and sent at a time, seconds since 1970. */
export function soundAnswer(question: Buffer, at = Date.now() / 1000): Buffer {
  const packet = Buffer.alloc(48);
  packet.writeUInt8(0x24);
  packet.writeUInt8(2, 1);
  packet.writeInt32BE(65536 / 4, 4);
  packet.writeUInt32BE(65536 / 8, 8);
  packet.writeUInt32BE(0x7f000001, 12);
  question.copy(packet, 24, 40, 48);
  writeTime(packet, 32, at);
  writeTime(packet, 40, at);
  return packet;
}

/** A server on 127.0.0.1 that answers each question with the packets that `answer` makes of it. */
export async function startTimeServer(answer: (question: Buffer) => readonly Buffer[] = (question) => [soundAnswer(question)]): Promise<TimeServer> {
  const socket = createSocket('udp4');
  const asked: Buffer[] = [];
  socket.on('message', (question, { port, address }) => {
    asked.push(question);
    for (const packet of answer(question)) socket.send(packet, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, asked, close: () => { socket.close(); } };
}
