import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { linuxProvider } from './provider.js';

// What Linux tells beside psutil's functions, out of files of the test's own.

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-numbers-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

let count = 0;
/** A provider on a /proc of these files. */
function proc(files: Readonly<Record<string, string>>) {
  count += 1;
  const folder = join(home, String(count));
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return linuxProvider({ proc: folder });
}

const KiB = 1024;

test('committed memory and the kernel\'s own are bytes; a row that is not there is absent', async () => {
  const provider = proc({ meminfo: 'CommitLimit:  800 kB\nCommitted_AS: 1200 kB\nSReclaimable: 30 kB\nKernelStack: 0 kB\n' });
  assert.deepEqual(await provider.read('commit_memory', {}), { used: 1200 * KiB, limit: 800 * KiB });
  assert.deepEqual(await provider.read('kernel_memory', {}), { reclaimable: 30 * KiB, stacks: 0 });
  assert.deepEqual(await proc({ meminfo: 'SUnreclaim: 2 kB\nPageTables: 3 kB\n' }).read('kernel_memory', {}), { unreclaimable: 2 * KiB, page_tables: 3 * KiB });
  const empty = proc({ meminfo: 'MemTotal: 5 kB\n' });
  for (const meminfo of ['Committed_AS: 5 kB\n', 'CommitLimit: 5 kB\n']) await assert.rejects(proc({ meminfo }).read('commit_memory', {}), /no Committed_AS or no CommitLimit/);
  await assert.rejects(empty.read('kernel_memory', {}), /no row of the kernel's own memory/);
});

test('files, threads and processes are counted; what a file does not say is absent', async () => {
  const provider = proc({ 'sys/fs/file-nr': '1216\t0\t9223372036854775807\n', loadavg: '0.00 0.01 0.05 2/345 6789\n', '1/stat': '', '77/stat': '', 'self/stat': '' });
  assert.deepEqual(await provider.read('system_stats', {}), { handles: 1216, threads: 345, processes: 2 });
  assert.deepEqual(await proc({ loadavg: 'odd\n', 'sys/fs/file-nr': 'x 5\n' }).read('system_stats', {}), { processes: 0 });
});

test('the uptime is the first number of /proc/uptime', async () => {
  assert.equal(await proc({ uptime: '8640012.34 1.00\n' }).read('uptime', {}), 8_640_012.34);
  assert.equal(await proc({ uptime: '12 1.00\n' }).read('uptime', {}), 12);
  for (const uptime of ['x 5\n', '.5\n']) await assert.rejects(proc({ uptime }).read('uptime', {}), /holds no number/);
  await assert.rejects(proc({ uptime: 'x\n' }).read('uptime', {}), /holds no number/);
});

const snmp = [
  'Ip: Forwarding DefaultTTL', 'Ip: 1 64',
  'Tcp: RtoAlgorithm MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts InCsumErrors',
  'Tcp: 1 -1 10 20 30 40 5 600 700 8 9 11 0',
  'Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors', 'Udp: 1 2 3 4 5',
  'UdpLite: InDatagrams NoPorts InErrors OutDatagrams', 'UdpLite: 100 100 100 100', '',
].join('\n');
const snmp6 = 'Ip6InReceives  7\nUdp6InDatagrams 10\nUdp6NoPorts 20\nUdp6InErrors 30\nUdp6OutDatagrams 40\nUdpLite6InDatagrams 1000\n';
const udp4 = { datagrams_sent: 4, datagrams_recv: 1, no_port: 2, errin: 3 };
const udp6 = { datagrams_sent: 40, datagrams_recv: 10, no_port: 20, errin: 30 };

test('TCP is one for both IPs', async () => {
  const provider = proc({ 'net/snmp': snmp });
  assert.deepEqual(await provider.read('net_tcp_stats', { family: null }), { both: {
    segments_sent: 700, segments_recv: 600, retransmits: 8, errin: 9, resets_sent: 11, connections_reset: 40, connections_failed: 30,
    connections_opened: 10, connections_accepted: 20, established: 5,
  } });
  await assert.rejects(provider.read('net_tcp_stats', { family: 'ipv4' }), /counts TCP over IPv4 and IPv6 together/);
});

test('UDP is told by IP, and a Linux without IPv6 has the other alone', async () => {
  const provider = proc({ 'net/snmp': snmp, 'net/snmp6': snmp6 });
  assert.deepEqual(await provider.read('net_udp_stats', { family: null }), { ipv4: udp4, ipv6: udp6 });
  assert.deepEqual(await provider.read('net_udp_stats', { family: 'ipv6' }), { ipv6: udp6 });
  assert.deepEqual(await provider.read('net_udp_stats', { family: 'ipv4' }), { ipv4: udp4 });
  const wide = proc({ 'net/snmp': snmp, 'net/snmp6': `XUdp6InDatagrams 99\n${snmp6.replaceAll(' ', '   ')}` });
  assert.deepEqual(await wide.read('net_udp_stats', { family: 'ipv6' }), { ipv6: udp6 });
  const without = proc({ 'net/snmp': snmp });
  assert.deepEqual(await without.read('net_udp_stats', { family: null }), { ipv4: udp4 });
  await assert.rejects(without.read('net_udp_stats', { family: 'ipv6' }), /snmp6 .*ENOENT/);
});

test('a reboot is asked for by a file of Debian\'s; where there is no Debian, nobody knows', async () => {
  const [rebootRequired, debianVersion] = [join(home, 'reboot-required'), join(home, 'debian_version')];
  const read = (): Promise<unknown> => linuxProvider({ rebootRequired, debianVersion }).read('reboot_pending', {});
  await assert.rejects(read(), /keeps no .*reboot-required, as Debian and its kin do/);
  writeFileSync(debianVersion, '12.1\n');
  assert.deepEqual(await read(), { pending: false, packages: 0 });
  writeFileSync(rebootRequired, '*** System restart required ***\n');
  assert.deepEqual(await read(), { pending: true, packages: 0 });
  writeFileSync(`${rebootRequired}.pkgs`, 'linux-image-6.1\nlibc6\nlinux-image-6.1\n');
  assert.deepEqual(await read(), { pending: true, packages: 2 });
});

test('Linux has no certificate stores, and says what to give instead', async () => {
  await assert.rejects(linuxProvider().read('certificates', { store: 'My', location: 'LocalMachine', path: null }), /give the file that holds the certificates as path/);
});
