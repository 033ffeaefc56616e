import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Arguments } from '../catalog/value.js';
import { completeArguments } from '../config/validation.js';
import { systemClock } from '../model/clock.js';
import { openProvider } from '../providers/host.js';
import { SharedProvider } from '../providers/shared.js';
import { disagreement, psutil } from '../test/support/psutil.js';
import { startTimeServer } from '../test/support/timeServer.js';
import { until } from '../test/support/wait.js';
import { openReader, type Reader } from './reader.js';

// What psutil has no function for: beside Python, which reads the same files its own way, and beside what the test itself does.

const provider = new SharedProvider(await openProvider());
await psutil('psutil.boot_time()');
after(() => { provider.close(); });

function reader(method: string, args: Arguments = {}): Reader {
  return openReader(provider, systemClock, { method, args: completeArguments({ method, args, interval: 1 }) });
}

async function fields(method: string, args: Arguments = {}): Promise<Record<string, number>> {
  return (await reader(method, args).read()).result as Record<string, number>;
}

const meminfo = '{k: int(v.split()[0]) * 1024 for k, v in (l.split(":") for l in open("/proc/meminfo"))}';
const MiB = 1024 * 1024;

/** Ours lies between what Python says before and after, give or take. */
async function agrees(ours: () => Promise<number>, expression: string, tolerance: number): Promise<void> {
  const earlier = (await psutil(expression)) as number;
  const value = await ours();
  const later = (await psutil(expression)) as number;
  assert.equal(disagreement(value, earlier, later, tolerance), undefined, expression);
}

test('commit_memory: what is promised, its limit and their ratio', async () => {
  await agrees(async () => (await fields('commit_memory'))['used']!, `${meminfo}["Committed_AS"]`, 512 * MiB);
  await agrees(async () => (await fields('commit_memory'))['limit']!, `${meminfo}["CommitLimit"]`, 0);
  const { used, limit, percent } = (await fields('commit_memory')) as { used: number; limit: number; percent: number };
  assert.ok(Math.abs((used / limit) * 100 - percent) <= 0.05);
});

test('kernel_memory: slabs, stacks and page tables', async () => {
  for (const [field, row] of [['reclaimable', 'SReclaimable'], ['unreclaimable', 'SUnreclaim'], ['stacks', 'KernelStack'], ['page_tables', 'PageTables']] as const) {
    await agrees(async () => (await fields('kernel_memory'))[field]!, `${meminfo}["${row}"]`, 64 * MiB);
  }
});

test('system_stats: as many processes and threads as psutil counts one by one, and the kernel\'s open files', async () => {
  await agrees(async () => (await fields('system_stats'))['processes']!, 'len(psutil.pids())', 20);
  await agrees(async () => (await fields('system_stats'))['threads']!, 'sum(p.info["num_threads"] or 0 for p in psutil.process_iter(["num_threads"]))', 100);
  await agrees(async () => (await fields('system_stats'))['handles']!, 'int(open("/proc/sys/fs/file-nr").read().split()[0])', 1000);
});

test('uptime: the clock that counts since boot', async () => {
  await agrees(async () => (await reader('uptime').read()).result as number, '__import__("time").clock_gettime(7)', 0.02);
});

test('net_tcp_stats: connections that this test makes, has refused and resets are among them', async () => {
  const tcp = reader('net_tcp_stats');
  const told = async (): Promise<Record<string, number>> => (await tcp.read()).result as Record<string, number>;
  const server = createServer((socket) => { socket.on('error', () => undefined).resume(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const earlier = await told();
  const clients = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  const open = await told();
  for (const field of ['connections_opened', 'connections_accepted']) assert.ok(open[field]! >= earlier[field]! + 5, field);
  assert.ok(open['segments_sent']! >= earlier['segments_sent']! + 10 && open['segments_recv']! >= earlier['segments_recv']! + 10);
  assert.ok(open['established']! >= 10);
  for (const client of clients) client.resetAndDestroy();
  server.close();
  await once(server, 'close');
  const refused = Array.from({ length: 4 }, () => once(connect(port, '127.0.0.1'), 'connect').then(() => 'open', () => 'refused'));
  assert.deepEqual(await Promise.all(refused), ['refused', 'refused', 'refused', 'refused']);
  const later = await told();
  assert.ok(later['connections_reset']! >= earlier['connections_reset']! + 5);
  assert.ok(later['connections_failed']! >= earlier['connections_failed']! + 4);
  assert.ok(later['resets_sent']! >= earlier['resets_sent']! + 5);
});

for (const [family, type, host] of [['ipv4', 'udp4', '127.0.0.1'], ['ipv6', 'udp6', '::1']] as const) {
  test(`net_udp_stats(${family}): datagrams of this test, to a port that listens and to one that does not`, async (context) => {
    const bind = async (): Promise<Socket> => {
      const socket = createSocket(type);
      socket.bind(0, host);
      await once(socket, 'listening');
      return socket;
    };
    const target = await bind().catch(() => undefined);
    if (target === undefined) {
      context.skip(`no ${family} here`);
      return;
    }
    const source = createSocket(type);
    const send = (port: number): Promise<void> => new Promise((resolve) => { source.send('x', port, host, () => { resolve(); }); });
    const [one, all] = [reader('net_udp_stats', { family }), reader('net_udp_stats')];
    const told = async (of: Reader): Promise<Record<string, number>> => (await of.read()).result as Record<string, number>;
    const [earlier, earlierAll] = [await told(one), await told(all)];
    let received = 0;
    target.on('message', () => { received += 1; });
    const { port } = target.address();
    for (let at = 0; at < 6; at++) await send(port);
    await until('the datagrams', () => received === 6);
    target.close();
    for (let at = 0; at < 3; at++) await send(port);
    source.close();
    const [later, laterAll] = [await told(one), await told(all)];
    for (const [before, now] of [[earlier, later], [earlierAll, laterAll]] as const) {
      assert.ok(now['datagrams_sent']! >= before['datagrams_sent']! + 9);
      assert.ok(now['datagrams_recv']! >= before['datagrams_recv']! + 6);
      assert.ok(now['no_port']! >= before['no_port']! + 3);
    }
  });
}

test('certificates: those that openssl has just made, and what it says of their end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-certificates-'));
  try {
    const made = [30, 400].map((days) => {
      const file = join(folder, `${String(days)}.pem`);
      execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', join(folder, 'key'), '-out', file, '-days', String(days), '-subj', `/O=Example/CN=of ${String(days)} days`], { stdio: 'ignore' });
      return file;
    });
    const path = join(folder, 'both.pem');
    writeFileSync(path, made.map((file) => readFileSync(file, 'utf8')).join(''));
    const { days_left, count, expired, unreadable } = (await fields('certificate_expiry', { path })) as Record<'days_left' | 'count' | 'expired' | 'unreadable', number>;
    assert.deepEqual([count, expired, unreadable], [2, 0, 0]);
    assert.ok(days_left > 29.9 && days_left <= 30, String(days_left));
    const each = (await reader('certificates', { path, by: 'subject' }).read()).result as Record<string, { not_after: number }>;
    const end = execFileSync('openssl', ['x509', '-in', made[1]!, '-noout', '-enddate'], { encoding: 'utf8' }).replace(/^notAfter=/, '');
    assert.deepEqual(Object.keys(each), ['CN=of 30 days, O=Example', 'CN=of 400 days, O=Example']);
    assert.equal(each['CN=of 400 days, O=Example']!.not_after, Date.parse(end) / 1000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('reboot_pending: as the file of this Debian says', async () => {
  await agrees(async () => (await fields('reboot_pending'))['pending']! ? 1 : 0, 'int(__import__("os").path.exists("/run/reboot-required"))', 0);
});

test('clock_offset: a server on this clock is not off', async () => {
  const server = await startTimeServer();
  try {
    const { offset, stratum } = (await fields('clock_offset', { server: 'localhost', port: server.port })) as { offset: number; stratum: number };
    assert.ok(Math.abs(offset) < 1 && stratum === 2, String(offset));
  } finally {
    server.close();
  }
});
