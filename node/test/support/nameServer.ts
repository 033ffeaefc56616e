import { createSocket } from 'node:dgram';

/** A name server of the test's own that knows every name as 127.0.0.1, and can be made to answer nothing. */
export interface NameServer {
  /** While true nothing is answered, and what was asked is never answered later. */
  dead: boolean;
  close(): void;
}

/** Answers on port 53 of an address of this host, which takes root. */
export async function startNameServer(address: string): Promise<NameServer> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, resolve);
  });
  const server = { dead: false, close: () => { socket.close(); } };
  socket.on('message', (query, from) => {
    if (!server.dead) socket.send(answer(query), from.port, from.address);
  });
  return server;
}

/** The question again, and behind it one address where an address of version 4 was asked for. */
function answer(query: Buffer): Buffer {
  let end = 12;
  while (end < query.length && query.readUInt8(end) !== 0) end += query.readUInt8(end) + 1;
  const type = query.readUInt16BE(end + 1);
  const head = Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80, 0, 1, 0, type === 1 ? 1 : 0, 0, 0, 0, 0])]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  return Buffer.concat([head, query.subarray(12, end + 5), ...(type === 1 ? [record] : [])]);
}
