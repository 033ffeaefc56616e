/** The catalog's rows about the network. */
import { argument, counter, everywhere, flag, gauge, noWrap, optional, pattern, selector, text } from './field.js';
import type { CatalogFunction } from './function.js';

const connectionKinds = ['all', 'inet', 'inet4', 'inet6', 'tcp', 'tcp4', 'tcp6', 'udp', 'udp4', 'udp6', 'unix'];

/** The states of connections, by psutil's names; sockets that have none are NONE. */
export const connectionStates = [
  'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT1', 'FIN_WAIT2', 'TIME_WAIT', 'CLOSE', 'CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING',
  'DELETE_TCB', 'NONE',
];

export const network: readonly CatalogFunction[] = [
  {
    name: 'net_io_counters', group: 'network', meaning: 'network traffic since boot', platforms: everywhere,
    source: { win32: 'GetAdaptersAddresses, GetIfEntry2', linux: '/proc/net/dev' },
    arguments: [argument('pernic', 'boolean', false, 'one result for each network interface'), noWrap],
    shape: 'fields', perItem: { argument: 'pernic', shape: 'map' },
    fields: [
      counter('bytes_sent', 'B', 'sent'), counter('bytes_recv', 'B', 'received'),
      counter('packets_sent', 'count', 'packets sent'), counter('packets_recv', 'count', 'packets received'),
      counter('errin', 'count', 'errors receiving'), counter('errout', 'count', 'errors sending'),
      counter('dropin', 'count', 'incoming packets dropped'), counter('dropout', 'count', 'outgoing packets dropped'),
    ],
  },
  {
    name: 'net_if_stats', group: 'network', meaning: 'network interfaces and their state', platforms: everywhere, arguments: [], shape: 'map',
    source: { win32: 'GetAdaptersAddresses, GetIfEntry2', linux: 'getifaddrs, SIOCETHTOOL, /sys/class/net' },
    fields: [
      flag('isup', 'whether it is up'),
      gauge('duplex', '', '2 full, 1 half, 0 unknown'),
      gauge('speed', 'Mbit/s', 'link speed; 0 where unknown'),
      gauge('mtu', 'B', 'largest packet'),
      text('flags', 'comma-separated flags; empty on Windows'),
    ],
  },
  {
    name: 'net_if_addrs', group: 'network', meaning: 'addresses of each network interface', platforms: everywhere, arguments: [], shape: 'lists',
    source: { win32: 'GetAdaptersAddresses', linux: 'getifaddrs' },
    fields: [
      gauge('family', '', 'address family, the system\'s number; -1 on Windows and 17 on Linux for a MAC address'),
      text('address', 'the address'), text('netmask', 'its mask'),
      text('broadcast', 'its broadcast address'), text('ptp', 'the other end of a point-to-point link'),
    ],
  },
  {
    name: 'net_connections', group: 'network', meaning: 'sockets of TCP and UDP (on Linux also of UNIX), and whose they are',
    source: { win32: 'GetExtendedTcpTable, GetExtendedUdpTable', linux: '/proc/net/*, /proc/PID/fd' },
    platforms: everywhere,
    arguments: [
      { ...argument('kind', 'string', 'inet', 'which sockets'), values: connectionKinds },
      selector('status', 'string', 'only those in this state', { values: connectionStates }),
      selector('port', 'integer', 'only those with this local port', { minimum: 0 }),
      selector('remote_port', 'integer', 'only those to this remote port', { minimum: 0 }),
      selector('pid', 'integer', 'only those of this process', { minimum: 0 }),
      pattern('process', 'only those of processes of this name'),
      pattern('service', 'only those of the processes of this Windows service'),
      optional('by', 'string', 'count them by this instead of listing them', { values: ['status', 'port', 'pid', 'process', 'service'] }),
    ],
    shape: 'records', perItem: { argument: 'by', given: true, shape: 'numbers' }, bulk: true,
    fields: [
      gauge('fd', '', 'file descriptor; -1 where unknown, and on Windows'),
      gauge('family', '', 'address family, the system\'s number'),
      gauge('type', '', '1 a stream, 2 datagrams'),
      text('laddr', 'local address: a map of ip and port, or a path'), text('raddr', 'remote address, likewise'),
      text('status', 'the state of a TCP connection, else NONE'),
      gauge('pid', '', 'process id; absent where it is not told'),
      gauge('', 'count', 'connections'),
    ],
  },
];
