import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AgentError, ExitCode } from '../model/errors.js';
import { frame, method, shortString, u16, u32, u64, type Frame } from '../test/support/amqpFrames.js';
import { freePort } from '../test/support/broker.js';
import { closeChannel, methodOf, startScriptedBroker, type ScriptedBroker } from '../test/support/scriptedBroker.js';
import { told, type Told } from '../test/support/told.js';
import { runProgram } from './program.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-consume-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const open = new Set<ScriptedBroker>();
afterEach(async () => {
  for (const broker of open) await broker.close();
  open.clear();
});
const main = fileURLToPath(new URL('main.js', import.meta.url));
const signals = ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const;

/** basic.deliver with its header and body. */
function delivery(channel: number, tag: number, body: string): Buffer {
  const content = Buffer.from(body);
  return Buffer.concat([
    method(channel, 60, 60, shortString('t'), u64(tag), Buffer.from([0]), shortString('e'), shortString('dep')),
    frame(2, channel, Buffer.concat([u16(60), u16(0), u64(content.length), u16(0)])),
    ...(content.length === 0 ? [] : [frame(3, channel, content)]),
  ]);
}

interface Consumed extends ScriptedBroker {
  /** What was asked of it, method by method. */
  readonly asked: Frame[];
}

/** A broker whose queue holds these messages; `then` is what it writes behind them. */
async function queueOf(bodies: readonly string[], then?: (channel: number) => Buffer): Promise<Consumed> {
  const asked: Frame[] = [];
  const broker = await startScriptedBroker({ received: (socket, received) => {
    const { channel } = received;
    asked.push(received);
    const answers: Readonly<Record<string, () => Buffer>> = {
      '50.10': () => method(channel, 50, 11, shortString('its.own'), u32(0), u32(0)),
      '50.20': () => method(channel, 50, 21),
      '60.10': () => method(channel, 60, 11),
      '60.20': () => Buffer.concat([
        method(channel, 60, 21, shortString('t')), ...bodies.map((body, index) => delivery(channel, index + 1, body)), ...(then === undefined ? [] : [then(channel)]),
      ]),
    };
    const answer = answers[methodOf(received)];
    if (answer !== undefined) socket.write(answer());
    return answer !== undefined;
  } });
  open.add(broker);
  return Object.assign(broker, { asked });
}

function settings(port: number, broker: object = {}): string {
  const path = join(home, `${String(port)}.json`);
  writeFileSync(path, JSON.stringify({ node: { deployment_id: 'dep' }, psutil_config: [], broker: { hostnames: ['127.0.0.1'], port, exchange: { name: 'e' }, ...broker } }));
  return path;
}

async function consume(config: string, words: readonly string[] = [], terminal = false): Promise<Told<ExitCode>> {
  const listeners = (): number[] => signals.map((name) => process.listenerCount(name));
  const before = listeners();
  const done = await told(() => runProgram(['consume', '--config', config, ...words]), { terminal });
  assert.deepEqual(listeners(), before, 'nothing is left that would end this process');
  return done;
}

const sample = (more: object): string => JSON.stringify({ name: 'disk', path: '', metric: 2048, unit: 'B', host: 'web_1', time: 1_700_000_000, ...more });

describe('consume', () => {
  it('binds a queue of its own with the settings\' key and prints each message as it came, until there are enough', async () => {
    const bodies = [sample({}), `{\n"time":1,"metric":2,"name":"n",\r\n"path":""}`, 'no \u001b[31msample\n', '{"time":1,"metric":"2","name":"n","path":""}', 'x'.repeat(20_000), sample({ name: 'one too many' })];
    const broker = await queueOf(bodies);
    const { out, err, result } = await consume(settings(broker.port), ['--count', '5']);
    assert.deepEqual([result, err], [0, `bound to e at 127.0.0.1:${String(broker.port)} with dep; Ctrl-C ends\n`]);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    assert.equal(lines[0], bodies[0]);
    assert.deepEqual([lines[1], lines[3]], ['{ "time":1,"metric":2,"name":"n", "path":""}', bodies[3]]);
    // What is no sample steers no terminal, and is not shown at any length.
    // oxlint-disable-next-line no-control-regex
    assert.match(lines[2] ?? '', /^no [^\u0000-\u001f]*31msample/);
    assert.ok((lines[4] ?? '').length < 5000 && lines[4]?.startsWith('xxxx') === true);
    const [declared, bound] = ['50.10', '50.20'].map((name) => broker.asked.find((one) => methodOf(one) === name)?.payload ?? Buffer.alloc(0));
    // No name; exclusive and auto-delete, not passive.
    assert.deepEqual([declared?.readUInt8(6), (declared?.readUInt8(7) ?? 0) & 0b0_1101], [0, 0b0_1100]);
    assert.ok(declared?.includes('x-max-length'), 'the broker keeps only so many');
    assert.ok(bound?.includes(Buffer.concat([shortString('its.own'), shortString('e'), shortString('dep')])));
  });

  it('binds with another key', async () => {
    const broker = await queueOf([sample({})]);
    const { err } = await consume(settings(broker.port), ['--count', '1', '--key', '#']);
    assert.match(err, /^bound to e at .* with #;/);
    assert.ok(broker.asked.find((one) => methodOf(one) === '50.20')?.payload.includes(Buffer.concat([shortString('e'), shortString('#')])));
  });

  it('is a table at a terminal: time, host, metric and value; --json even there', async () => {
    const at = new Date(1_700_000_000_000).toTimeString().slice(0, 8);
    const bodies = [
      sample({}), sample({ path: 'C_used', unit: 'count', metric: 7, time: 1_700_000_000_000 }), sample({ host: undefined, unit: 5, name: 'a\u001b[2J', metric: 1.5 }), sample({ time: null }),
    ];
    const broker = await queueOf(bodies);
    const config = settings(broker.port);
    const { out } = await consume(config, ['--count', '4'], true);
    const lines = out.trimEnd().split('\n');
    assert.deepEqual(lines.slice(0, 2), [
      `${at}  web_1             disk                          2.0 KiB`, `${at}  web_1             disk C_used                   7`,
    ]);
     
    assert.match(lines[2] ?? '', new RegExp(`^${at} {20}a[^\u0000-\u001f]*\\[2J +1\\.5$`));
    assert.equal(lines[3], bodies[3], 'what is no sample stands as it is');
    assert.equal((await consume(config, ['--count', '1', '--json'], true)).out, `${bodies[0] ?? ''}\n`);
  });

  it('takes the next host where one cannot be reached, and tells the first one\'s fault where none can', async () => {
    const broker = await queueOf([sample({})]);
    const { result, err } = await consume(settings(broker.port, { hostnames: ['127.0.0.2', '127.0.0.1'] }), ['--count', '1']);
    assert.deepEqual([result, err], [0, `bound to e at 127.0.0.1:${String(broker.port)} with dep; Ctrl-C ends\n`]);
    const { error } = await consume(settings(await freePort(), { hostnames: ['127.0.0.2', '127.0.0.1'] }), ['--count', '1']);
    assert.ok(error instanceof AgentError && error.exitCode === ExitCode.broker);
    assert.match(error.message, /^nobody listens at 127\.0\.0\.2:\d+/);
  });

  it('ends with the reason where the broker closes its channel, refuses the queue, or says nothing', async () => {
    const closing = await queueOf([], (channel) => closeChannel(channel, 404, 'NOT_FOUND - no exchange'));
    const closed = await consume(settings(closing.port), ['--count', '1']);
    assert.match(String(closed.error), /the exchange "e" is gone, as it is when its last consumer leaves$/);
    const refusing = await startScriptedBroker({ received: (socket, received) => {
      if (methodOf(received) === '50.10') socket.write(closeChannel(received.channel, 403, 'ACCESS_REFUSED - no queue for you'));
      return methodOf(received) === '50.10';
    } });
    open.add(refusing);
    const refused = await consume(settings(refusing.port), ['--count', '1']);
    assert.match(String(refused.error), /ACCESS_REFUSED - no queue for you/);
    const gone = await queueOf([], () => method(0, 10, 50, u16(320), shortString('CONNECTION_FORCED - maintenance'), u16(0), u16(0)));
    assert.match(String((await consume(settings(gone.port), ['--count', '1'])).error), /CONNECTION_FORCED - maintenance/);
    const silent = await startScriptedBroker({ connected: () => undefined });
    open.add(silent);
    const waited = await consume(settings(silent.port, { connect_timeout: 0.1 }), ['--count', '1']);
    assert.match(String(waited.error), /did not answer within 0\.1 s/);
  });

  it('says how many came where that are fewer than were asked for', async () => {
    const broker = await queueOf([sample({})]);
    /** For a second; for longer where a busy machine does not even connect within it. */
    const run = (more: readonly string[], seconds = 1): Promise<{ code: number | null; err: string }> => new Promise((resolve) => {
      const words = [main, 'consume', '--config', settings(broker.port), '--duration', String(seconds), ...more];
      const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
      let err = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
      child.on('close', (code) => { resolve(err.startsWith('bound to ') || seconds > 60 ? { code, err } : run(more, seconds * 2)); });
    });
    const [fewer, some] = await Promise.all([run(['--count', '2']), run([])]);
    assert.equal(some.code, 0);
    assert.equal(fewer.code, ExitCode.broker);
    assert.match(fewer.err, /psutil-agent: expected 2 messages within \d+ s, found [01]: check with check-broker and status that a collector sends with the routing key dep\n$/);
  });

  it('wants whole and sensible numbers, and a broker', async () => {
    for (const [words, message] of [[['--count', '0'], '--count: expected a number of at least 1, found "0"'], [['--duration', '-1'], /--duration|argument/]] as const) {
      const { error } = await consume(settings(1), words);
      assert.ok(error instanceof AgentError && error.exitCode === ExitCode.usage);
      if (typeof message === 'string') assert.equal(error.message, message);
      else assert.match(error.message, message);
    }
    const none = join(home, 'none.json');
    writeFileSync(none, '[]');
    const { error } = await consume(none);
    assert.equal((error as Error).message, `${none}: expected the key broker, found none; there is no broker to receive from`);
  });
});
