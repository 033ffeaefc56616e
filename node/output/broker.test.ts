import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import type { Logger } from 'pino';
import { completeSettings } from '../config/reader.js';
import { validate } from '../config/validation.js';
import { systemClock } from '../model/clock.js';
import { noDrops } from '../model/delivery.js';
import type { Envelope } from '../model/message.js';
import type { BrokerSettings, Settings } from '../model/settings.js';
import { freePort } from '../test/support/broker.js';
import { frame, method, shortString, u16 } from '../test/support/amqpFrames.js';
import { blocked, confirm, returned, startScriptedBroker, unblocked, type Script, type ScriptedBroker } from '../test/support/scriptedBroker.js';
import { until } from '../test/support/wait.js';
import { brokerOutput } from './broker.js';
import type { Output, OutputReport } from './output.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-output-'));
const opened: { close(): Promise<unknown> }[] = [];
after(() => { rmSync(home, { recursive: true, force: true }); });
async function start(script: Script): Promise<ScriptedBroker> {
  const broker = await startScriptedBroker(script);
  opened.push(broker);
  return broker;
}
const envelope = (id: string, routingKey = 'k'): Envelope => ({ id, time: Math.floor(Date.now() / 1000), routingKey, body: `{"id":"${id}"}` });

/** An output with a spool of its own before a broker at a port; lines of the log, and those for people. `prepare` gets the spool's folder before it is opened. */
async function open(port: number, more: object = {}, prepare: (spool: string) => void = () => undefined): Promise<{ output: Output; log: string[]; people: string[]; operator: string[]; changes: () => number; seen: OutputReport[] }> {
  const data = mkdtempSync(join(home, 'd-'));
  const broker = { hostnames: ['127.0.0.1'], port, reconnect_initial: 0.01, reconnect_maximum: 0.02, exchange: { name: 'e' } };
  const { document, faults } = validate({ psutil_config: [], broker, status: { path: data }, ...more });
  assert.deepEqual(faults, []);
  const settings = completeSettings(document, data, {}) as Settings & { readonly broker: BrokerSettings };
  prepare(settings.spool.path);
  const log: string[] = [];
  const people: string[] = [];
  const logger = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (facts: object, message: string) => { log.push(`${level} ${message} ${Object.keys(facts).sort().join()}`); }])) as unknown as Logger;
  const operator: string[] = [];
  const output = await brokerOutput(settings, systemClock, logger, (line) => people.push(line), (kind, message) => operator.push(`${kind}: ${message}`));
  opened.unshift({ close: () => output.stop(0) });
  /** What it reported when it told of a change. */
  const seen: OutputReport[] = [];
  output.start(() => { seen.push(output.report()); }, () => undefined);
  return { output, log, people, operator, changes: () => seen.length, seen };
}

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('brokerOutput', () => {
  // Each by itself: an output that nobody answers tries again a hundred times a second until it is stopped.
  afterEach(async () => { for (const one of opened.splice(0)) await one.close(); });

  it('spools, sends, and reports what became of it', async () => {
    let answer: (() => void) | undefined;
    const broker = await start({ published: (socket, { channel }, tag) => { answer = () => { socket.write(confirm(channel, tag)); }; } });
    const promised: string[] = [];
    const note = (batch: unknown): void => { promised.push(...(batch as Envelope[]).map(({ id }) => id)); };
    subscribe('psutil-agent:spooled', note);
    const { output, log, people, changes } = await open(broker.port);
    await output.put([envelope('a')]);
    unsubscribe('psutil-agent:spooled', note);
    assert.deepEqual(promised, ['a'], 'told once the spool has it');
    await until('the sample', () => answer !== undefined);
    const before = output.report();
    assert.deepEqual([before.connected, before.published, before.spooled, before.spooled_bytes > 0, before.spool_kept, before.spool_fault, before.blocked, before.unroutable], [true, 0, 1, true, 'disk', null, false, 0]);
    assert.equal(before.broker, `127.0.0.1:${String(broker.port)}`);
    assert.match(before.connected_since ?? '', iso);
    assert.ok(Math.abs(Date.parse(before.spool_oldest ?? '') - Date.now()) < 60_000);
    assert.deepEqual([before.delivery?.state, before.delivery?.reason, before.last_published, before.last_error], ['flowing', null, null, null]);
    assert.match(before.delivery?.since ?? '', iso);
    answer?.();
    await until('its confirm', () => output.report().published === 1);
    const { last_published: last, spool_oldest: oldest, spooled, delivery } = output.report();
    assert.match(last ?? '', iso);
    assert.deepEqual([oldest, spooled, delivery?.state], [null, 0, 'idle']);
    assert.ok((output.confirmTimes?.counts() ?? []).some((count) => count > 0));
    assert.ok(changes() >= 1);
    assert.deepEqual(log, [`info connected to 127.0.0.1:${String(broker.port)} address,kind`]);
    assert.deepEqual(people, [`psutil-agent: connected to 127.0.0.1:${String(broker.port)}`]);
    assert.equal(await output.stop(1000), 0);
    assert.equal(output.report().connected, false);
  });

  it('keeps what it cannot send, tells why, people only what is news, and how much is left', async () => {
    const port = await freePort();
    const { output, log, people } = await open(port);
    await output.put([envelope('a'), envelope('b')]);
    await until('attempts', () => log.length >= 3);
    const { connected, connected_since: since, broker, delivery, spooled, last_error: error, reconnects, published } = output.report();
    assert.deepEqual([connected, since, broker, spooled, reconnects, published], [false, null, null, 2, 0, 0]);
    assert.match(`${delivery?.state ?? ''} ${delivery?.reason ?? ''}`, /unreachable nobody listens at|connecting a connection to/);
    assert.deepEqual([error?.code, iso.test(error?.time ?? '')], ['PSA_BROKER_UNREACHABLE', true]);
    assert.deepEqual([log[0]?.split(' ')[0], log[1]?.split(' ')[0], people.length], ['warn', 'debug', 1]);
    assert.equal(await output.stop(1000), 2);
  });

  it('tells the operator, once, of what somebody must put right, and of nothing else', async () => {
    const port = await freePort();
    const away = await open(port);
    const locked = await open(port, { broker: { hostnames: ['127.0.0.1'], port, password_file: '/no/such/file', reconnect_initial: 0.01, reconnect_maximum: 0.02 } });
    const full = await open(port, { spool: { path: '/dev/null/spool' } });
    await full.output.put([envelope('a')]);
    const refusing = await start({ received: (socket, { type, payload }) => {
      if (type !== 1 || payload.readUInt32BE(0) !== ((10 << 16) | 11)) return false;
      socket.write(method(0, 10, 50, u16(403), shortString('ACCESS_REFUSED - Login was refused'), u16(0), u16(0)));
      return true;
    } });
    const [refused, plain] = [await open(refusing.port), await open(refusing.port, { broker: { hostnames: ['127.0.0.1'], port: refusing.port, tls: { enabled: true }, reconnect_initial: 0.01, reconnect_maximum: 0.02 } })];
    await until('attempts', () => [away, locked].every(({ log }) => log.length >= 3) && [full, refused, plain].every(({ operator }) => operator.length > 0));
    assert.deepEqual(away.operator, [], 'a broker that is away comes back');
    assert.match(refused.operator[0]!, /^broker: .*refused the login/);
    assert.match(plain.operator[0]!, /^broker: .*TLS/);
    assert.equal(locked.operator.length, 1);
    assert.match(locked.operator[0]!, /^password: the password file \/no\/such\/file cannot be read/);
    assert.match(full.operator[0]!, /^disk: The spool at \/dev\/null\/spool cannot be written: /);
  });

  it('tells the operator that a spool which is full lets samples go', async () => {
    const { output, operator } = await open(await freePort(), { spool: { max_bytes: 1024 * 1024 } });
    for (let n = 0; n < 12; n += 1) await output.put([{ ...envelope(String(n)), body: 'x'.repeat(200_000) }]);
    await until('the loss to be told', () => operator.length > 0);
    assert.match(operator[0]!, /^dropped: /);
  });

  it('drops by cause what is unroutable and what AMQP cannot carry, where the settings say so', async () => {
    const broker = await start({ published: (socket, message, tag) => {
      socket.write(Buffer.concat([returned(message, message.body.length), frame(3, message.channel, Buffer.from(message.body)), confirm(message.channel, tag)]));
    } });
    const { output, operator } = await open(broker.port, { publish: { unroutable: 'drop' } });
    await output.put([envelope('a'), envelope('b', 'x'.repeat(256)), envelope('c')]);
    await until('all of them', () => output.report().dropped === 3);
    const { dropped_by: by, returned: back, unroutable, spooled, last_error: error } = output.report();
    assert.deepEqual([by, back, unroutable, spooled, error?.code], [{ ...noDrops, unroutable: 2, unsendable: 1 }, 2, 0, 0, 'PSA_SAMPLE_UNSENDABLE']);
    assert.deepEqual(operator.map((line) => line.split(':')[0]), ['dropped'], 'what is dropped as the settings say is no fault');
    await output.stop(1000);
  });

  it('holds what nobody is bound for, and tells how many wait', async () => {
    const broker = await start({ published: (socket, message, tag) => {
      socket.write(Buffer.concat([returned(message, message.body.length), frame(3, message.channel, Buffer.from(message.body)), confirm(message.channel, tag)]));
    } });
    const { output } = await open(broker.port);
    await output.put([envelope('a'), envelope('b')]);
    await until('the hold', () => output.report().unroutable > 0);
    assert.deepEqual([output.report().unroutable, output.report().dropped, output.report().delivery?.state], [2, 0, 'held']);
    assert.equal(await output.stop(1000), 2);
  });

  it('tells log and people what becomes of the spool: a fault as a warning, its end as news', async () => {
    const file = join(home, 'a file');
    writeFileSync(file, '');
    const { output, log, people } = await open(await freePort(), { spool: { path: file } });
    await output.put([envelope('a')]);
    const told = (): string[] => log.filter((line) => line.includes('The spool at'));
    await until('the fault', () => told().length > 0);
    assert.match(told()[0] ?? '', /^warn The spool at .*a file cannot be written: .* Samples are kept in memory until it can\. code,kind$/);
    assert.deepEqual([output.report().spool_kept, output.report().spooled], ['memory', 1]);
    assert.match(output.report().spool_fault ?? '', /cannot be written/);
    rmSync(file);
    await until('its end', () => told().length > 1);
    assert.match(told()[1] ?? '', /^info The spool at .* can be written again; 1 samples were moved there from memory\. kind$/);
    assert.deepEqual(people.filter((line) => line.includes('The spool at')).length, 2);
    assert.deepEqual([output.report().spool_kept, output.report().spool_fault], ['disk', null]);
    assert.equal(await output.stop(0), 1);
  });

  it('the spool of another version is news, and no fault', async () => {
    const { log } = await open(await freePort(), {}, (spool) => { mkdirSync(join(spool, 'v9999'), { recursive: true }); });
    const [line = ''] = log.filter((each) => each.includes('v9999'));
    assert.match(line, /^info .*v9999 is the spool of another version/);
  });

  it('tells changes that follow each other together', async () => {
    const pair = Buffer.concat([blocked('memory'), unblocked]);
    const broker = await start({ opened: (socket) => { socket.write(Buffer.concat([...Array.from({ length: 50 }, () => pair), blocked('disk')])); } });
    const { output, changes, seen } = await open(broker.port);
    await until('the pause', () => output.report().blocked && output.report().connected === true);
    assert.ok(changes() <= 3, String(changes()));
    await until('the last change told', () => seen.at(-1)?.delivery?.reason?.includes('disk') === true);
    const before = changes();
    await output.stop(1000);
    assert.equal(changes(), before, 'and none of the stop');
  });
});
