import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { after, describe, it } from 'node:test';
import type { BrokerSettings } from '../model/settings.js';
import { frame, method, shortString, u16 } from '../test/support/amqpFrames.js';
import { blocked, closeChannel, confirm, methodOf, returned, startScriptedBroker, unblocked, type Script } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { Harness, settingsFor, stopHarnesses } from './harness.test.support.js';

after(stopHarnesses);

/** Runs a transport with three samples before a broker that keeps to a script. */
async function before(script: Script, more: Partial<BrokerSettings>, run: (harness: Harness, connections: () => number) => Promise<void>): Promise<Harness> {
  const broker = await startScriptedBroker(script);
  // The longest delay each time, so that it can be told.
  const harness = new Harness(settingsFor(broker.port, 'e', { connectTimeout: 20, ...more }), { random: () => 1 });
  try {
    harness.transport.start();
    await harness.put(3);
    await run(harness, () => broker.connections);
    await harness.stop();
  } finally {
    await broker.close();
  }
  return harness;
}

async function published(harness: Harness): Promise<void> {
  await until('the samples', () => harness.transport.state().published === 3);
}
const texts = (harness: Harness, ...kinds: Parameters<Harness['told']>[0][]): string[] => kinds.flatMap((kind) => harness.told(kind).map(({ level, message }) => `${level} ${message}`));

describe('the login', () => {
  it('says who asks, for what, and closes in order', async () => {
    const asked = new Map<string, Buffer>();
    const more = { username: 'u', password: { kind: 'plain', password: 'p' }, vhost: 'a/b', heartbeat: 17, appId: 'app' } as const;
    const harness = await before({ received: (_socket, received) => { asked.set(methodOf(received), Buffer.from(received.payload)); return false; } }, more, async (running) => {
      await published(running);
      const { connected, delivery, address, connectedSince, reconnects, failing } = running.transport.state();
      assert.deepEqual([connected, delivery.state, reconnects, failing], [true, 'idle', 0, false]);
      assert.match(address ?? '', /^127\.0\.0\.1:\d+$/);
      assert.ok((connectedSince ?? 0) > 1e12);
    });
    const login = asked.get('10.11')?.toString('latin1') ?? '';
    assert.ok(login.includes('PLAIN') && login.includes('\0u\0p'), 'user and password');
    assert.ok(login.includes(`connection_nameS\0\0\0${String.fromCharCode(`app on ${hostname()}`.length)}app on ${hostname()}`), 'a name for people');
    assert.deepEqual([asked.get('10.31')?.readUInt32BE(6), asked.get('10.31')?.readUInt16BE(10)], [131_072, 17], 'frame size and heartbeat');
    assert.equal(asked.get('10.40')?.toString('latin1').slice(5, 8), 'a/b');
    assert.ok(asked.has('85.10'), 'confirms');
    const declared = asked.get('40.10');
    assert.deepEqual([declared?.toString('latin1', 7, 8), declared?.toString('latin1', 9, 14), declared?.readUInt8(14)], ['e', 'topic', 4], 'auto_delete alone');
    assert.ok(asked.has('10.50'), 'connection.close');
    assert.deepEqual(texts(harness, 'connectFailed', 'connectionLost', 'channelFailed'), []);
    assert.equal(harness.transport.state().connected, false);
  });

  it('that is not answered in time is given up, and another made', async () => {
    const harness = await before({ connected: (socket) => { socket.resume(); } }, { connectTimeout: 0.05, reconnect: { initial: 0.01, maximum: 0.02 } }, async (running) => {
      await until('attempts', () => running.failures.length >= 3);
      assert.match(running.transport.state().delivery.state, /unreachable|connecting/);
    });
    const [first, second] = harness.failures;
    assert.match(`${String(first?.level)} ${String(first?.message)}`, /^warn 127\.0\.0\.1:\d+ did not complete a connection within 0\.05 s: .*; again in 0\.0 s$/);
    assert.equal(second?.level, 'debug');
  });

  it('is tried with the next host when one does not answer, and stays with the one that does', async () => {
    const harness = await before({}, { hostnames: ['127.0.0.2', '127.0.0.1'] }, async (running, connections) => {
      await published(running);
      assert.equal(connections(), 1);
      assert.match(running.transport.state().address ?? '', /^127\.0\.0\.1:/);
    });
    assert.match(harness.failures[0]?.message ?? '', /^nobody listens at 127\.0\.0\.2:/);
  });

  it('answered with nonsense in the same packet costs the connection, not the process', async () => {
    let sent = 0;
    const script: Script = { opened: (socket) => { if ((sent += 1) === 1) socket.write(frame(3, 0, Buffer.from('x'))); } };
    const harness = await before(script, {}, async (running) => {
      await published(running);
      assert.equal(running.transport.state().reconnects, 1);
    });
    assert.match(texts(harness, 'connectionLost')[0] ?? '', /^warn 127\.0\.0\.1:\d+ sent what is no AMQP, or a frame beyond the limit: Unexpected frame on channel 0: /);
  });
});

describe('before the login', () => {
  const nonsense: Record<string, (socket: Socket) => void> = {
    'a frame beyond the limit': (socket) => { socket.write(Buffer.concat([Buffer.from([1, 0, 0, 3, 0, 0, 0]), Buffer.alloc(1000)])); },
    'bytes that are no frames': (socket) => { socket.write(Buffer.alloc(1000, 'x')); },
    'a body': (socket) => { socket.write(frame(3, 0, Buffer.alloc(100))); },
    'the end of the connection': (socket) => { socket.end(); },
  };
  for (const [name, connected] of Object.entries(nonsense)) {
    it(`${name} fails the attempt, and another is made`, async () => {
      let count = 0;
      const harness = await before({ connected: (socket) => { count += 1; socket.once('data', () => { connected(socket); }); } }, { reconnect: { initial: 0.01, maximum: 0.02 } }, async () => {
        await until('attempts', () => count > 2);
      });
      assert.match(harness.failures[0]?.message ?? '', /ended the AMQP handshake|the connection to .* failed/);
    });
  }

  it('a secret that nobody gives is not waited for beyond the time of an attempt', async () => {
    const harness = new Harness(settingsFor(1, 'e', { password: { kind: 'dpapi', blob: 'cA==' }, connectTimeout: 0.1, reconnect: { initial: 0.01, maximum: 0.02 } }), { unprotect: () => new Promise(() => undefined) });
    harness.transport.start();
    await until('attempts', () => harness.failures.length >= 2);
    await harness.stop();
  });
});

describe('an open connection', () => {
  it('that breaks is made anew, and what was not confirmed is sent again', async () => {
    let count = 0;
    const script: Script = { published: (socket, message, tag) => { if ((count += 1) === 2) socket.destroy(); else socket.write(confirm(message.channel, tag)); } };
    const harness = await before(script, {}, async (running) => {
      await published(running);
      assert.equal(running.transport.state().reconnects, 1);
      assert.equal(running.told('connected').length, 1, 'the second within a minute is counted');
    });
    assert.equal(texts(harness, 'connectionLost').length, 1);
  });

  it('is told from the start that the broker is blocked, and sends when it is not', async () => {
    let open: (() => void) | undefined;
    let early = 0;
    const script: Script = {
      opened: (socket) => { socket.write(blocked('low on memory')); open = () => { socket.write(unblocked); }; },
      published: (socket, message, tag) => { if (open !== undefined) early += 1; socket.write(confirm(message.channel, tag)); },
    };
    const harness = await before(script, {}, async (running) => {
      await until('the pause', () => running.transport.state().blocked && running.transport.state().connected);
      assert.deepEqual([running.transport.state().delivery.state, running.transport.state().published], ['blocked', 0]);
      const free = open;
      open = undefined;
      free?.();
      await published(running);
      assert.equal(running.transport.state().blocked, false);
    });
    assert.equal(early, 0);
    assert.match(texts(harness, 'blocked')[0] ?? '', /^warn the broker asks for a pause \((low on memory|told with the login)\): samples wait$/);
    assert.deepEqual(texts(harness, 'unblocked'), ['info the broker takes samples again']);
  });

  it('is closed when the broker sends more than it can have cause to', async () => {
    let floods = 0;
    const script: Script = {
      published: (socket, message, tag) => {
        if ((floods += 1) > 1) return void socket.write(confirm(message.channel, tag));
        socket.write(returned(message, 2 ** 40));
        for (let n = 0; n < 16; n += 1) socket.write(frame(3, message.channel, Buffer.alloc(100_000)));
      },
    };
    const harness = await before(script, {}, published);
    assert.match(texts(harness, 'connectionLost')[0] ?? '', /^warn 127\.0\.0\.1:\d+ sends more than it can have cause to: the connection is closed$/);
  });

  it('may be sent a megabyte unasked', async () => {
    const script: Script = { opened: (socket) => { socket.write(Buffer.concat([...Array.from({ length: 3500 }, () => blocked('x'.repeat(255))), unblocked])); } };
    const harness = await before(script, {}, published);
    assert.deepEqual(texts(harness, 'connectionLost'), []);
  });

  it('closed by the broker says why', async () => {
    let closes = 0;
    const script: Script = { opened: (socket) => { if ((closes += 1) === 1) socket.write(method(0, 10, 50, u16(320), shortString('shutdown'), u16(0), u16(0))); } };
    const harness = await before(script, {}, published);
    assert.match(texts(harness, 'connectionLost')[0] ?? '', /^warn the broker closed the connection of 127\.0\.0\.1:\d+: shutdown$/);
  });
});

describe('a channel', () => {
  /** A broker that answers the declaration of the exchange, open (`d`) and passive (`p`), with a reply code, or as usual. */
  function declaring(answers: readonly (number | undefined)[]): { readonly script: Script; readonly asked: string[] } {
    const asked: string[] = [];
    const script: Script = {
      received: (socket, received) => {
        if (methodOf(received) !== '40.10') return false;
        const { payload, channel } = received;
        const flags = payload.readUInt8(7 + payload.readUInt8(6) + 1 + payload.readUInt8(7 + payload.readUInt8(6)));
        const code = answers[asked.push((flags & 1) === 1 ? 'p' : 'd') - 1];
        if (code !== undefined) socket.write(closeChannel(channel, code, `for ${String(code)}`));
        return code !== undefined;
      },
    };
    return { script, asked };
  }

  for (const code of [403, 406]) {
    it(`uses the exchange as it is where it may not be declared (${String(code)}), and says so once`, async () => {
      const { script, asked } = declaring([code]);
      const harness = await before(script, {}, published);
      assert.deepEqual(asked, ['d', 'p']);
      assert.equal(harness.transport.state().reconnects, 0);
      assert.match(texts(harness, 'passive').join(), new RegExp(`^warn the exchange "e" is used as it is: .*for ${String(code)}"$`));
    });
  }

  it('that cannot be had is tried again, a refusal as late as there is', async () => {
    for (const [answers, message] of [
      [[403, 404], /declare the exchange "e": give the user the configure permission.*It said: for 403; again in 0\.2 s$/],
      [[403, 541], /^the channel was closed: for 541; again in 0\.1 s$/],
      [[406, 404], /^the exchange "e" is gone, as it is when its last consumer leaves; again in 0\.1 s$/],
      [[406, 403], /declare the exchange "e".*It said: for 403; again in 0\.2 s$/],
      [[541], /^the channel was closed: for 541; again in 0\.1 s$/],
    ] as const) {
      const { script, asked } = declaring(answers);
      const harness = await before(script, { reconnect: { initial: 0.05, maximum: 0.2 } }, async (running) => {
        await until('the failure', () => running.told('channelFailed').length > 0);
        assert.equal(running.transport.state().connected, false);
        assert.ok(running.transport.state().failing);
        await published(running);
      });
      assert.deepEqual(harness.told('channelFailed').map(({ level, step }) => [level, step]), [['warn', 'exchange']]);
      assert.match(harness.failures[0]?.message ?? '', message);
      assert.deepEqual(asked, [...answers.map((_, index) => (index === 0 ? 'd' : 'p')), 'd']);
      assert.equal(harness.transport.state().reconnects, 0, 'on the same connection');
    }
  });

  it('closed because the exchange went is opened again at once, and nothing is lost', async () => {
    for (const [code, kind, line] of [
      [404, 'exchangeDeleted', 'info the exchange "e" is gone, as it is when its last consumer leaves; it is declared again'],
      [403, 'channelFailed', 'warn the broker does not let user "guest" publish to the exchange "e": give the user the write permission (rabbitmqctl set_permissions). It said: no; again in 0.5 s'],
      [541, 'channelFailed', 'warn the channel was closed: no; again in 0.0 s'],
    ] as const) {
      const arrived: string[] = [];
      const harness = await before(closesOnce(code, arrived), {}, async (running) => {
        await published(running);
        assert.equal(running.transport.state().reconnects, 0);
      });
      assert.deepEqual(arrived, ['sample-0', 'sample-1', 'sample-2']);
      assert.deepEqual(texts(harness, kind), [line]);
    }
  });

  it('that the broker does not open ends the connection', async () => {
    let silent = true;
    const script: Script = { received: (_socket, received) => { const now = silent && methodOf(received) === '20.10'; if (now) silent = false; return now; } };
    const harness = await before(script, { connectTimeout: 0.2 }, published);
    assert.match(texts(harness, 'connectionLost')[0] ?? '', /^warn 127\.0\.0\.1:\d+ did not open a channel within 0\.2 s: /);
  });

  it('gives back what nobody is bound for: held, and sent when somebody is', async () => {
    let bound = false;
    const script: Script = {
      published: (socket, message, tag) => {
        if (!bound) socket.write(Buffer.concat([returned(message, message.body.length), frame(3, message.channel, Buffer.from(message.body))]));
        socket.write(confirm(message.channel, tag));
      },
    };
    const harness = await before(script, {}, async (running) => {
      await until('the hold', () => running.transport.state().unroutable);
      assert.deepEqual([running.transport.state().delivery.state, running.transport.state().published], ['held', 0]);
      assert.match(running.transport.state().delivery.reason ?? '', /^nobody is bound to the exchange "e" for the routing key "deployment"$/);
      bound = true;
      await published(running);
    });
    assert.deepEqual(texts(harness, 'routed'), ['info samples reach a consumer again: the held ones are sent']);
    assert.ok(harness.transport.state().returned >= 1);
  });
});

/** Closes the channel at the second message that comes, with a reply code; confirms all others, their tags counted anew on each channel. */
function closesOnce(code: number, arrived: string[]): Script {
  let [closed, done, last, base] = [false, false, 0, 0];
  return {
    received: (_socket, received) => {
      if (methodOf(received) === '20.10') [closed, base] = [false, last];
      return false;
    },
    published: (socket, message, tag) => {
      last = tag;
      if (closed) return;
      if (tag === 2 && !done) {
        [closed, done] = [true, true];
        socket.write(closeChannel(message.channel, code, 'no'));
        return;
      }
      arrived.push(message.properties.messageId);
      socket.write(confirm(message.channel, tag - base));
    },
  };
}
