import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { systemClock, type Clock } from '../model/clock.js';
import { UnavailableError } from '../model/errors.js';
import { soundAnswer, startTimeServer, writeTime } from '../test/support/timeServer.js';
import { Isolation } from './isolation.js';
import { TimeServers } from './timeServer.js';

/** Many more seconds than a slow machine needs. */
const ample = 60;

const servers = (clock: Clock = systemClock): TimeServers => new TimeServers(new Isolation(4), clock);

/** What a server that answers so is told to be. */
async function answering(t: TestContext, answer: (question: Buffer) => readonly Buffer[]): Promise<number> {
  const server = await startTimeServer(answer);
  t.after(() => { server.close(); });
  return server.port;
}

async function refused(t: TestContext, change: (packet: Buffer) => void, reason: RegExp): Promise<void> {
  const port = await answering(t, (question) => {
    const packet = soundAnswer(question);
    change(packet);
    return [packet];
  });
  await assert.rejects(servers().offset('127.0.0.1', port, ample), (error) => error instanceof UnavailableError && reason.test(error.message));
}

test('the offset is what the server is ahead, and what it says of its own clock is told', async (t) => {
  for (const ahead of [0, 3600.25, -86_400]) {
    const port = await answering(t, (question) => [soundAnswer(question, Date.now() / 1000 + ahead)]);
    const { offset, delay, ...server } = await servers().offset('127.0.0.1', port, ample);
    assert.ok(Math.abs(offset! - ahead) <= delay! + 0.002, `${String(offset)} is not ${String(ahead)}`);
    assert.ok(delay! >= 0);
    assert.deepEqual(server, { stratum: 2, root_delay: 0.25, root_dispersion: 0.125 });
  }
});

test('the time that the server took is not the network\'s', async (t) => {
  const clock = { ...systemClock, wall: () => 1_800_000_000_000 };
  let asked = 0;
  let now = 100;
  // The exchange takes 300 ms, of which the server 200.
  const still: Clock = { ...clock, now: () => now };
  const port = await answering(t, (question) => {
    asked += 1;
    now += 300;
    const packet = soundAnswer(question, 1_800_000_005.05);
    writeTime(packet, 40, 1_800_000_005.25);
    return [packet];
  });
  const { offset, delay } = await servers(still).offset('127.0.0.1', port, ample);
  assert.ok(Math.abs(offset! - 5) < 1e-6 && Math.abs(delay! - 0.1) < 1e-6, `${String(offset)} ${String(delay)}`);
  assert.equal(asked, 1);
});

test('a time after 2036, when NTP begins anew, is told', async (t) => {
  const later = Date.UTC(2040, 0, 1) / 1000;
  const clock = { ...systemClock, wall: () => later * 1000 };
  const port = await answering(t, (question) => [soundAnswer(question, later + 7)]);
  const { offset } = await servers(clock).offset('127.0.0.1', port, ample);
  // The server's answer stands still while the exchange goes on.
  assert.ok(Math.abs(offset! - 7) < 5);
});

test('the question is a client\'s of version 4 and tells nothing of this clock; each bears another mark', async (t) => {
  const server = await startTimeServer();
  t.after(() => { server.close(); });
  const asking = servers();
  for (let at = 0; at < 2; at++) await asking.offset('127.0.0.1', server.port, ample);
  const [first, second] = server.asked as [Buffer, Buffer];
  assert.equal(first.length, 48);
  assert.equal(first[0], 0x23);
  assert.ok(first.subarray(1, 40).every((byte) => byte === 0));
  assert.notDeepEqual(first.subarray(40), second.subarray(40));
});

test('what does not belong to the question is ignored: forged marks, short packets, and the answer behind them counts', async (t) => {
  const port = await answering(t, (question) => {
    const forged = soundAnswer(question, 1);
    forged.fill(0, 24, 32);
    return [Buffer.from('no time'), forged, soundAnswer(question)];
  });
  const { offset } = await servers().offset('127.0.0.1', port, ample);
  assert.ok(Math.abs(offset!) < 60);
});

test('a server that answers another question only has not answered', async (t) => {
  const port = await answering(t, () => [soundAnswer(Buffer.alloc(48, 7))]);
  await assert.rejects(servers().offset('127.0.0.1', port, 0.2), /has not answered in time; what came in its name, 1 packets, did not belong to the question/);
});

test('a packet from elsewhere is nobody\'s answer', async (t) => {
  const stranger = createSocket('udp4');
  t.after(() => { stranger.close(); });
  const socket = createSocket('udp4');
  socket.on('message', (question, { port }) => { stranger.send(soundAnswer(question), port, '127.0.0.1'); });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => { socket.close(); });
  await assert.rejects(servers().offset('127.0.0.1', socket.address().port, 0.2), /has not answered in time$/);
});

test('a server is named with its port, unless that is the one of time servers', async () => {
  // An address of examples, where nobody is.
  await assert.rejects(servers().offset('192.0.2.1', 123, 0.2), { message: /^The time server 192\.0\.2\.1 (?!port)/ });
  await assert.rejects(servers().offset('192.0.2.1', 124, 0.2), { message: /^The time server 192\.0\.2\.1, port 124, / });
});

test('what a server says instead of the time is told in words', async (t) => {
  await refused(t, (packet) => { packet.writeUInt8(0xe4); }, /^The time server 127\.0\.0\.1, port \d+, is not synchronised itself \(leap indicator 3, stratum 2\)/);
  await refused(t, (packet) => { packet.writeUInt8(16, 1); }, /not synchronised itself \(leap indicator 0, stratum 16\)/);
  await refused(t, (packet) => { packet.writeUInt8(0x25); }, /answers in mode 5, not as a server/);
  await refused(t, (packet) => { packet.fill(0, 40, 48); }, /leaves the time in its answer empty/);
  await refused(t, (packet) => { writeTime(packet, 40, Date.now() / 1000 - 100); }, /answered before it was asked/);
  await refused(t, (packet) => { writeTime(packet, 40, Date.now() / 1000 + 1000); }, /took longer than the exchange/);
  await refused(t, (packet) => { packet.writeUInt8(0, 1); packet.write('INIT', 12); }, /has no time yet \(INIT\)/);
  await refused(t, (packet) => { packet.writeUInt8(0, 1); packet.write('XYZ9', 12); }, /gives no time \(XYZ9\)/);
  await refused(t, (packet) => { packet.writeUInt8(0, 1); packet.fill(0, 12, 16); }, /gives no time \(stratum 0\)/);
});

test('a server that sends this host away is left alone for a quarter of an hour', async (t) => {
  for (const [code, reason] of [['RATE', /is asked too often by this host \(RATE\)/], ['DENY', /refuses this host \(DENY\)/], ['RSTR', /refuses this host \(RSTR\)/]] as const) {
    let now = 0;
    const clock: Clock = { ...systemClock, now: () => now };
    let sound = false;
    const server = await startTimeServer((question) => {
      const packet = soundAnswer(question);
      if (sound) return [packet];
      packet.writeUInt8(0, 1);
      packet.write(code, 12);
      return [packet];
    });
    t.after(() => { server.close(); });
    const asking = servers(clock);
    await assert.rejects(asking.offset('127.0.0.1', server.port, ample), reason);
    sound = true;
    now = 14 * 60_000;
    await assert.rejects(asking.offset('127.0.0.1', server.port, ample), /; it is not asked again before \d{4}-/);
    assert.equal(server.asked.length, 1);
    now = 16 * 60_000;
    assert.equal((await asking.offset('127.0.0.1', server.port, ample))['stratum'], 2);
  }
});

test('only a refusal rests a server: one that is not synchronised is asked again, whatever clock it names', async (t) => {
  const server = await startTimeServer((question) => {
    const packet = soundAnswer(question);
    packet.writeUInt8(0xe4);
    packet.write('RATE', 12);
    return [packet];
  });
  t.after(() => { server.close(); });
  const asking = servers();
  for (let at = 0; at < 2; at++) await assert.rejects(asking.offset('127.0.0.1', server.port, ample), /not synchronised itself/);
  assert.equal(server.asked.length, 2);
});

test('a forged refusal rests nobody', async (t) => {
  const port = await answering(t, (question) => {
    const forged = soundAnswer(question);
    forged.writeUInt8(0, 1);
    forged.write('DENY', 12);
    forged.fill(9, 24, 32);
    return [forged, soundAnswer(question)];
  });
  assert.equal((await servers().offset('127.0.0.1', port, ample))['stratum'], 2);
});

test('a server that is silent, closed or unknown is told of', async (t) => {
  const port = await answering(t, () => []);
  await assert.rejects(servers().offset('127.0.0.1', port, 0.1), /has not answered in time$/);
  const closed = await startTimeServer();
  closed.close();
  await assert.rejects(servers().offset('127.0.0.1', closed.port, ample), /does not serve time: its port is closed/);
  await assert.rejects(servers().offset('no such host.invalid', 123, ample), /The name of the time server, no such host\.invalid, is not known here \(/);
});
