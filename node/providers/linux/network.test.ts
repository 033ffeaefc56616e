import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelTree } from '../../test/support/tree.js';
import { parseEthtoolCommand } from './ethtool.js';
import type { InterfaceRow } from './libc.js';
import { addressesByInterface, linkStats, parseNetDev } from './network.js';
import { linuxProvider } from './provider.js';

const heads = 'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes\n';

test('traffic by interface, whatever its name', () => {
  const dev = `${heads}  eth0: 1000 10 1 2 3 4 5 6 2000 20 7 8 9 10 11 12\neth0:1:1000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n`;
  const traffic = parseNetDev(dev);
  assert.deepEqual(traffic['eth0'], {
    bytes_sent: 2000, bytes_recv: 1000, packets_sent: 20, packets_recv: 10, errin: 1, errout: 7, dropin: 2, dropout: 8,
  });
  assert.equal(traffic['eth0:1']?.['bytes_recv'], 1000);
  assert.equal(traffic['eth0:1']['bytes_sent'], 0);
  assert.deepEqual(Object.keys(parseNetDev(`Inter-| a: 1\n face :b\n  lo:  7   8\nno colon\n`)), ['lo']);
  assert.equal(parseNetDev(`${heads}  lo:  7   8\n`)['lo']?.['packets_recv'], 8);
});

test('columns that are not there are absent, not 0', () => {
  assert.deepEqual(parseNetDev(`${heads}lo: 5 6\n`), { lo: { bytes_recv: 5, packets_recv: 6 } });
});

test('an interface is up when it runs; flags are named in the order of their bits', () => {
  assert.deepEqual(linkStats(0x1043, { speed: 10_000, duplex: 'full' }, 9000), {
    isup: true, duplex: 2, speed: 10_000, mtu: 9000, flags: 'up,broadcast,running,multicast',
  });
  assert.deepEqual(linkStats(0x1003, { speed: undefined, duplex: 'half' }, 1500), {
    isup: false, duplex: 1, speed: 0, mtu: 1500, flags: 'up,broadcast,multicast',
  });
});

test('what a link does not tell: psutil\'s 0 for speed and duplex, no mtu', () => {
  assert.deepEqual(linkStats(0, undefined, NaN), { isup: false, duplex: 0, speed: 0, flags: '' });
});

test('what a driver says of its link; speeds above 65535 have two halves, and all ones is unknown', () => {
  const command = Buffer.alloc(44);
  command.writeUInt16LE(100_000 % 0x10000, 12);
  command.writeUInt16LE(1, 28);
  command.writeUInt8(1, 14);
  assert.deepEqual(parseEthtoolCommand(command), { speed: 100_000, duplex: 'full' });
  command.fill(0xff, 12, 15).fill(0xff, 28, 30);
  assert.deepEqual(parseEthtoolCommand(command), { speed: undefined, duplex: undefined });
});

const row = (part: Partial<InterfaceRow>): InterfaceRow =>
  ({ name: 'eth0', flags: 0x1043, family: 2, address: '192.0.2.2', netmask: '255.255.255.0', far: '192.0.2.255', ...part });

test('addresses by interface, lowest family first, with broadcast or the other end', () => {
  const addresses = addressesByInterface([
    row({ family: 17, address: '02:fc:00:00:00:01', netmask: null, far: 'ff:ff:ff:ff:ff:ff' }),
    row({}),
    row({ name: 'tun0', flags: 0x10d1, address: '10.8.0.1', netmask: '255.255.255.255', far: '10.8.0.2' }),
    row({ name: 'tun0', flags: 0x10d1, family: 17, address: null, netmask: null, far: null }),
  ]);
  assert.deepEqual(addresses, {
    eth0: [
      { family: 2, address: '192.0.2.2', netmask: '255.255.255.0', broadcast: '192.0.2.255', ptp: null },
      { family: 17, address: '02:fc:00:00:00:01', netmask: null, broadcast: 'ff:ff:ff:ff:ff:ff', ptp: null },
    ],
    tun0: [{ family: 2, address: '10.8.0.1', netmask: '255.255.255.255', broadcast: null, ptp: '10.8.0.2' }],
  });
});

test('a loopback has neither broadcast nor other end; short hardware addresses are filled up', () => {
  const addresses = addressesByInterface([
    row({ name: 'lo', flags: 0x49, address: '127.0.0.1', netmask: '255.0.0.0', far: '127.0.0.1' }),
    row({ name: 'sit0', flags: 0x80, family: 17, address: '00:00:00:00', netmask: null, far: null }),
  ]);
  assert.deepEqual(addresses['lo'], [{ family: 2, address: '127.0.0.1', netmask: '255.0.0.0', broadcast: null, ptp: null }]);
  assert.deepEqual(addresses['sit0'], [{ family: 17, address: '00:00:00:00:00:00', netmask: null, broadcast: null, ptp: null }]);
});

test('an interface that vanishes while they are read is left out', { skip: process.platform !== 'linux' }, async () => {
  const roots = kernelTree({ 'proc/net/dev': `${heads}lo: 5 6\ngone0: 5 6\n`, 'sys/class/net/lo/mtu': '4242\n', 'sys/class/net/gone0/mtu': '1500\n' });
  const found = (await linuxProvider(roots).read('net_if_stats', {})) as Record<string, { mtu: number }>;
  assert.deepEqual([Object.keys(found), found['lo']?.mtu], [['lo'], 4242]);
});

test('this host has a loopback, with its addresses and the hardware address that it has not', { skip: process.platform !== 'linux' }, async () => {
  const provider = linuxProvider();
  const { lo } = (await provider.read('net_if_addrs', {})) as Record<string, { family: number; address: string; netmask: string | null }[]>;
  assert.deepEqual(lo?.filter(({ family }) => family !== 10).map(({ family, address, netmask }) => [family, address, netmask]), [[2, '127.0.0.1', '255.0.0.0'], [17, '00:00:00:00:00:00', null]]);
  const { lo: state } = (await provider.read('net_if_stats', {})) as Record<string, { isup: boolean; flags: string; mtu: number }>;
  assert.deepEqual([state?.isup, state?.flags.split(',').includes('loopback'), Number(state?.mtu) > 1000], [true, true, true]);
});
