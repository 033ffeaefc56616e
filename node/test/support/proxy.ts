import { createServer, connect, type Socket } from 'node:net';

/** A TCP proxy before a broker that breaks the network on request. */
export interface FaultProxy {
  readonly port: number;
  /** Connections open now. */
  readonly connections: number;
  /** Forwards again; what a black hole kept back is delivered, late, as a network would. */
  forward(): void;
  /** Stops forwarding both ways without closing; new connections are accepted and answered by nobody. */
  blackHole(): void;
  /** Ends every connection with RST. New ones are forwarded. */
  reset(): void;
  /** Ends every connection with RST and refuses new ones the same way, until `forward`. */
  refuse(): void;
  /** Carries at most this many bytes a second each way on each connection; undefined is no limit. */
  slow(bytesPerSecond: number | undefined): void;
  /** Sends bytes to whoever has connected, in the midst of what the broker sends; whether anybody is there. */
  inject(data: Buffer): boolean;
  close(): Promise<void>;
}

/** How often a slow link passes bytes on, milliseconds. */
const tick = 20;

/** Starts a proxy on 127.0.0.1 before a port of this host. */
export async function startProxy(target: number): Promise<FaultProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let mode: 'forward' | 'hole' | 'refuse' = 'forward';
  let limit: number | undefined;

  const server = createServer((near) => {
    if (mode === 'refuse') {
      sever(near);
      return;
    }
    const far = connect({ port: target, host: '127.0.0.1' });
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.setNoDelay(true);
      // What follows from it is done at `close`.
      socket.on('error', () => undefined);
    }
    carry(near, far, end);
    carry(far, near, end);
  });

  function carry(from: Socket, to: Socket, end: () => void): void {
    let waiting = Buffer.alloc(0);
    let timer: NodeJS.Timeout | undefined;
    let closed = false;
    const most = () => (mode === 'hole' ? 0 : limit === undefined ? waiting.length : Math.ceil((limit * tick) / 1000));
    const pass = () => {
      timer = undefined;
      const count = to.destroyed ? waiting.length : Math.min(most(), waiting.length);
      if (count > 0 && !to.destroyed) to.write(waiting.subarray(0, count));
      waiting = waiting.subarray(count);
      if (waiting.length > 64 * 1024) from.pause();
      else from.resume();
      // Through a black hole not even the end of a connection passes.
      if (waiting.length > 0 || (closed && mode === 'hole')) timer = setTimeout(pass, tick);
      else if (closed) end();
    };
    from.on('data', (data: Buffer) => {
      waiting = Buffer.concat([waiting, data]);
      if (timer === undefined) pass();
    });
    from.on('close', () => {
      closed = true;
      if (timer === undefined) pass();
    });
  }

  const reset = () => {
    for (const pair of pairs) for (const socket of pair) sever(socket);
    pairs.clear();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    get connections() { return pairs.size; },
    forward: () => { mode = 'forward'; },
    blackHole: () => { mode = 'hole'; },
    reset,
    refuse: () => {
      mode = 'refuse';
      reset();
    },
    inject: (data) => {
      for (const [near] of pairs) if (near.writable) near.write(data);
      return pairs.size > 0;
    },
    slow: (bytesPerSecond) => { limit = bytesPerSecond; },
    close: async () => {
      mode = 'forward';
      reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ends a connection with RST. Node 20 leaks the handle of a socket that is reset while it shuts down, and then hangs at exit. */
function sever(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
