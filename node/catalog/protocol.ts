/** The catalog's rows about TCP and UDP as a whole. */
import { counter, everywhere, gauge, selector, windows } from './field.js';
import type { Argument, CatalogFunction } from './function.js';

const family: Argument = selector('family', 'string', 'only over this IP; without it both together', { values: ['ipv4', 'ipv6'] });
const narrow = { bits: 32 } as const;

export const protocol: readonly CatalogFunction[] = [
  {
    name: 'net_tcp_stats', group: 'network', meaning: 'what TCP has sent, received, sent again and given up since boot', platforms: everywhere,
    source: { win32: 'GetTcpStatisticsEx2, GetTcpStatisticsEx', linux: '/proc/net/snmp, both IPs together' },
    arguments: [family], shape: 'fields',
    fields: [
      counter('segments_sent', 'count', 'segments sent, without those sent again', narrow),
      counter('segments_recv', 'count', 'segments received', narrow),
      counter('retransmits', 'count', 'segments sent again', narrow),
      counter('errin', 'count', 'segments received with errors', narrow),
      counter('resets_sent', 'count', 'segments sent with RST', narrow),
      counter('connections_reset', 'count', 'established connections that ended by RST', narrow),
      counter('connections_failed', 'count', 'attempts to connect, ours and others\', that failed', narrow),
      counter('connections_opened', 'count', 'connections that this host began', narrow),
      counter('connections_accepted', 'count', 'connections that others began', narrow),
      gauge('established', 'count', 'connections now established, or waiting for this side to close'),
    ],
  },
  {
    name: 'net_udp_stats', group: 'network', meaning: 'datagrams that UDP has sent, received and dropped since boot', platforms: everywhere,
    source: { win32: 'GetUdpStatisticsEx2, GetUdpStatisticsEx', linux: '/proc/net/snmp, /proc/net/snmp6' },
    arguments: [family], shape: 'fields',
    fields: [
      counter('datagrams_sent', 'count', 'datagrams sent', narrow),
      counter('datagrams_recv', 'count', 'datagrams received', narrow),
      counter('no_port', 'count', 'datagrams to ports that nobody listens on', narrow),
      counter('errin', 'count', 'datagrams dropped for other reasons, full buffers among them', narrow),
      gauge('listeners', 'count', 'sockets that wait for datagrams', { platforms: windows }),
    ],
  },
];
