import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structure } from '../../test/support/structure.js';
import { opening } from '../../test/support/windowsProcesses.js';
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
