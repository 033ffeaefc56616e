import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structure } from '../../test/support/structure.js';
import { opening } from '../../test/support/windowsProcesses.js';
import { parseSockets, tables } from './connections.js';
import * as layouts from './layouts.js';

test('net_connections: the sockets of the process, among all; a table that grows meanwhile, and no IPv6', () => {
  const row = (pid: number, state: number): Buffer => structure(layouts.MIB_TCPROW_OWNER_PID, { dwState: state, dwLocalAddr: 0x0100007f, dwLocalPort: 0x5000, dwOwningPid: pid });
  const udp = structure(layouts.MIB_UDPROW_OWNER_PID, { dwLocalPort: 0x3500, dwOwningPid: 712 });
  const sizes: number[] = [];
  const { one } = opening({
    GetExtendedTcpTable: (table: Buffer | null, size: Buffer, _: number, family: number, kind: number) => {
      if (family !== 2) return 50;
      assert.equal(kind, 5);
      const rows = [row(712, 2), row(800, 2), row(712, 5)];
      // Each time more sockets than it said before, but for the last.
      sizes.push(size.readUInt32LE());
      if (table === null || sizes.length < 3) {
        size.writeUInt32LE(sizes.length * 200);
        return 122;
      }
      Buffer.concat([Buffer.from([3, 0, 0, 0]), ...rows]).copy(table);
      return 0;
    },
    GetExtendedUdpTable: (table: Buffer | null, size: Buffer, _: number, family: number, kind: number) => {
      if (family !== 2) return 50;
      assert.equal(kind, 1);
      size.writeUInt32LE(4 + udp.length);
      if (table === null) return 122;
      Buffer.concat([Buffer.from([1, 0, 0, 0]), udp]).copy(table);
      return 0;
    },
  });
  const laddr = { ip: '127.0.0.1', port: 80 };
  assert.deepEqual(one.read('net_connections'), [
    { fd: -1, family: 2, type: 1, laddr, raddr: null, status: 'LISTEN' }, { fd: -1, family: 2, type: 1, laddr, raddr: null, status: 'ESTABLISHED' },
    { fd: -1, family: 2, type: 2, laddr: { ip: '0.0.0.0', port: 53 }, raddr: null, status: 'NONE' },
  ]);
  assert.deepEqual(sizes, [0, 314, 564]);
  assert.throws(() => opening({ GetExtendedTcpTable: () => 5 }).one.read('net_connections'), /GetExtendedTcpTable failed with Win32 error 5/);
});

const tableOf = (protocol: 'tcp' | 'udp', family: number) => tables.find((table) => table.protocol === protocol && table.family === family)!;
/** A table of one row. */
const rows = (row: Buffer): Buffer => Buffer.concat([Buffer.from([1, 0, 0, 0]), row]);
const port = (number: number): number => Buffer.from([number >> 8, number & 255, 0xaa, 0xbb]).readUInt32LE();

test('sockets: ports in the network\'s order, whatever the other bits hold', () => {
  const tcp = layouts.MIB_TCPROW_OWNER_PID;
  const listening = structure(tcp, { dwState: 2, dwLocalAddr: 0x0100007f, dwLocalPort: port(8080), dwRemotePort: port(5), dwOwningPid: 7 });
  assert.deepEqual(parseSockets(tableOf('tcp', 2), rows(listening)), [
    { fd: -1, family: 2, type: 1, laddr: { ip: '127.0.0.1', port: 8080 }, raddr: null, status: 'LISTEN', pid: 7 },
  ]);
  const connected = structure(tcp, { dwState: 5, dwLocalAddr: 0x0100007f, dwLocalPort: port(8080), dwRemoteAddr: 0x0200000a, dwRemotePort: port(60_000), dwOwningPid: 7 });
  assert.deepEqual(parseSockets(tableOf('tcp', 2), rows(connected))[0]!.raddr, { ip: '10.0.0.2', port: 60_000 });
  const six = structure(layouts.MIB_TCP6ROW_OWNER_PID, { dwState: 11, dwLocalPort: port(443), dwRemotePort: port(1), dwOwningPid: 9 });
  six.writeUInt8(1, 15);
  assert.deepEqual(parseSockets(tableOf('tcp', 23), rows(six)), [
    { fd: -1, family: 23, type: 1, laddr: { ip: '::1', port: 443 }, raddr: { ip: '::', port: 1 }, status: 'TIME_WAIT', pid: 9 },
  ]);
  const udp = structure(layouts.MIB_UDPROW_OWNER_PID, { dwLocalPort: port(53), dwOwningPid: 3 });
  assert.deepEqual(parseSockets(tableOf('udp', 2), rows(udp)), [
    { fd: -1, family: 2, type: 2, laddr: { ip: '0.0.0.0', port: 53 }, raddr: null, status: 'NONE', pid: 3 },
  ]);
  const udp6 = structure(layouts.MIB_UDP6ROW_OWNER_PID, { dwLocalPort: port(54), dwOwningPid: 4 });
  assert.deepEqual(parseSockets(tableOf('udp', 23), rows(udp6))[0]!.laddr, { ip: '::', port: 54 });
  // A count that lies reads no further than the buffer.
  assert.equal(parseSockets(tableOf('udp', 2), Buffer.concat([Buffer.from([9, 0, 0, 0]), udp, udp.subarray(4)])).length, 1);
});

test('an address is none where neither it nor its port is set; a state of another Windows is none', () => {
  const remote = (family: 2 | 23, row: Buffer): unknown => parseSockets(tableOf('tcp', family), rows(row))[0]!.raddr;
  assert.equal(remote(23, structure(layouts.MIB_TCP6ROW_OWNER_PID, { dwState: 5, dwLocalPort: port(443) })), null);
  assert.equal(remote(2, structure(layouts.MIB_TCPROW_OWNER_PID, { dwState: 5, dwLocalPort: port(443) })), null);
  const portless = structure(layouts.MIB_TCPROW_OWNER_PID, { dwState: 99, dwRemoteAddr: 0x0200000a });
  assert.deepEqual(remote(2, portless), { ip: '10.0.0.2', port: 0 });
  assert.equal(parseSockets(tableOf('tcp', 2), rows(portless))[0]!.status, 'NONE');
});
