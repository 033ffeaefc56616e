import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { kernelTree } from '../../test/support/tree.js';
import { netConnections, parseConnections, tablesOf } from './connections.js';
import { linuxProvider } from './provider.js';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (at: number, local: string, remote: string, state: string, inode: number): string =>
  `   ${String(at)}: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${String(inode)} 1 0000 100 0 0 10 0\n`;
const unix = 'Num       RefCount Protocol Flags    Type St Inode Path\n';

describe('tablesOf', () => {
  it('knows psutil\'s kinds', () => {
    const kinds: Record<string, string[]> = {
      all: ['tcp', 'tcp6', 'udp', 'udp6', 'unix'], inet: ['tcp', 'tcp6', 'udp', 'udp6'], inet4: ['tcp', 'udp'], inet6: ['tcp6', 'udp6'], tcp: ['tcp', 'tcp6'], tcp4: ['tcp'], tcp6: ['tcp6'],
      udp: ['udp', 'udp6'], udp4: ['udp'], udp6: ['udp6'], unix: ['unix'],
    };
    for (const [kind, files] of Object.entries(kinds)) assert.deepEqual(tablesOf(kind).map(({ file }) => file), files, kind);
    for (const kind of ['', 'tcp5', 'xtcp', 'tcp46', 'unix4']) assert.throws(() => tablesOf(kind), new UnavailableError(`there is no kind of connections "${kind}"`));
  });
});

describe('netConnections', () => {
  const states = ['ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING'];

  it('tells addresses, states and types', () => {
    const [tcp, tcp6, udp] = [tablesOf('tcp4')[0]!, tablesOf('tcp6')[0]!, tablesOf('udp4')[0]!];
    assert.deepEqual(parseConnections(tcp, head + row(0, '0100007F:1F90', '0200000A:0016', '01', 5), new Map()), [
      { fd: -1, family: 2, type: 1, laddr: { ip: '127.0.0.1', port: 8080 }, raddr: { ip: '10.0.0.2', port: 22 }, status: 'ESTABLISHED', pid: null },
    ]);
    assert.deepEqual(parseConnections(tcp6, head + row(0, '00000000000000000000000001000000:0016', 'B80D0120000000000000000067452301:FFFF', '0A', 5), new Map()).map(({ family, laddr, raddr, status }) => [family, laddr, raddr, status]), [
      [10, { ip: '::1', port: 22 }, { ip: '2001:db8::123:4567', port: 65535 }, 'LISTEN'],
    ]);
    assert.deepEqual(parseConnections(udp, head + row(0, '00000000:0035', '00000000:0000', '07', 5), new Map()), [
      { fd: -1, family: 2, type: 2, laddr: { ip: '0.0.0.0', port: 53 }, raddr: null, status: 'NONE', pid: null },
    ]);
    const all = states.map((_, at) => row(at, '0100007F:0001', '0100007F:0002', (at + 1).toString(16).toUpperCase().padStart(2, '0'), at)).join('');
    assert.deepEqual(parseConnections(tcp, head + all, new Map()).map(({ status }) => status), states);
    assert.deepEqual(parseConnections(tcp, head + row(0, '0100007F:0001', '0100007F:0002', '0C', 1), new Map()).map(({ status }) => status), ['NONE']);
    assert.deepEqual(parseConnections(tcp, `${head}   7: 0100007F:0001\n`, new Map()), []);
  });

  it('tells a socket that the kernel gives twice once', () => {
    const [tcp] = tablesOf('tcp4');
    const twice = row(0, '0100007F:0001', '0100007F:0002', '01', 5) + row(1, '0100007F:0003', '0100007F:0002', '01', 6) + row(2, '0100007F:0001', '0100007F:0002', '01', 5);
    assert.deepEqual(parseConnections(tcp!, head + twice, new Map()).map(({ laddr }) => (laddr as { port: number }).port), [1, 3]);
  });

  const roots = kernelTree({
    'proc/net/tcp': head + row(0, '0100007F:0001', '00000000:0000', '0A', 77) + row(1, '0100007F:0002', '0100007F:0001', '01', 78) + row(2, '0100007F:0003', '0100007F:0001', '06', 0),
    'proc/net/udp': head, 'proc/net/udp6': head,
    'proc/net/unix': `${unix}0000000000000000: 00000002 00000000 00010000 0001 01 90 /run/x\nffff8a0000000000: 00000003 00000000 00000000 0002 03 91\n0000000000000000: 00000003 00000000 00000000 0005 03 92 @y\n`,
    'proc/12/fd/3': { target: 'socket:[77]' }, 'proc/12/fd/4': { target: '/dev/null' }, 'proc/12/fd/10': { target: 'socket:[77]' }, 'proc/12/fd/5': { target: 'socket:[90]' }, 'proc/12/fd/6': { target: 'xsocket:[78]' },
    'proc/9/fd/7': { target: 'socket:[77]' }, 'proc/9/fd/8': { target: 'socket:[90]' }, 'proc/11/status': '', 'proc/x/fd/1': { target: 'socket:[78]' },
  });

  it('says whose they are only where that is asked: of several the one of the highest pid, by its first descriptor', () => {
    const of = (kind: string, owners: boolean): unknown[] => netConnections(roots, kind, owners).map(({ laddr, raddr, type, fd, pid }) => [laddr, raddr, type, fd, pid]);
    const local = (port: number): unknown => ({ ip: '127.0.0.1', port });
    assert.deepEqual(of('inet', true), [[local(1), null, 1, 3, 12], [local(2), local(1), 1, -1, null], [local(3), local(1), 1, -1, null]]);
    assert.deepEqual(of('tcp4', false).map((one) => (one as unknown[]).slice(3)), Array(3).fill([-1, null]));
    assert.deepEqual(of('unix', true), [['/run/x', '', 1, 8, 9], ['/run/x', '', 1, 5, 12], ['', '', 2, -1, null], ['@y', '', 5, -1, null]]);
    assert.deepEqual(netConnections(roots, 'unix', false).map(({ status, family }) => [status, family]), Array(3).fill(['NONE', 1]));
  });

  it('a kernel without IPv6 has no table of it; any other that is missing is told', async () => {
    assert.deepEqual(netConnections(roots, 'tcp6', false), []);
    assert.throws(() => netConnections(kernelTree({}), 'tcp4', false), /net\/tcp was expected and cannot be read/);
    const provider = linuxProvider(roots);
    assert.equal(((await provider.read('net_connections', { kind: 'all', owners: true })) as unknown[]).length, 7);
    assert.deepEqual(((await provider.read('net_connections', { kind: 'tcp' })) as { pid: number | null }[]).map(({ pid }) => pid), [null, null, null]);
  });
});
