import type { ArgumentValue, Fields } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { known, optionalTextOf, textOf, type Roots } from './source.js';

/** The rows of /proc/net/snmp of one protocol: a line of names, a line of values. */
function parseSnmp(snmp: string, protocol: string): (name: string) => number {
  const [names = [], values = []] = snmp.split('\n').filter((line) => line.startsWith(`${protocol}: `)).map((line) => line.trim().split(/\s+/).slice(1));
  const byName = new Map(names.map((name, at) => [name, values[at]]));
  return (name) => Number(byName.get(name));
}

/** What TCP counts, out of the text of /proc/net/snmp. */
export function parseTcp(snmp: string): Fields {
  const row = parseSnmp(snmp, 'Tcp');
  return known({
    segments_sent: row('OutSegs'), segments_recv: row('InSegs'), retransmits: row('RetransSegs'), errin: row('InErrs'), resets_sent: row('OutRsts'),
    connections_reset: row('EstabResets'), connections_failed: row('AttemptFails'), connections_opened: row('ActiveOpens'),
    connections_accepted: row('PassiveOpens'), established: row('CurrEstab'),
  });
}

/** What UDP counts over IPv4, out of the text of /proc/net/snmp. */
export function parseUdp(snmp: string): Fields {
  return udp(parseSnmp(snmp, 'Udp'));
}

/** What UDP counts over IPv6, out of the text of /proc/net/snmp6: a name and a value a line. */
function parseUdp6(snmp6: string): Fields {
  const rows = new Map([...snmp6.matchAll(/^Udp6(\w+)\s+(\d+)/gm)].map(([, name, value]) => [name, Number(value)]));
  return udp((name) => rows.get(name));
}

function udp(row: (name: string) => number | undefined): Fields {
  return known({ datagrams_sent: row('OutDatagrams'), datagrams_recv: row('InDatagrams'), no_port: row('NoPorts'), errin: row('InErrors') });
}

/** What TCP counts. Linux counts it over both IPs together, so that one alone is not to be had. */
export function tcpStats(roots: Roots, family: ArgumentValue): Record<string, Fields> {
  if (family !== null) throw new UnavailableError(`Linux counts TCP over IPv4 and IPv6 together, not over ${String(family)} alone: leave family out`);
  return { both: parseTcp(textOf(`${roots.proc}/net/snmp`)) };
}

/** What UDP counts, by IP. A Linux without IPv6 has no /proc/net/snmp6. */
export function udpStats(roots: Roots, family: ArgumentValue): Record<string, Fields> {
  const told: Record<string, Fields> = {};
  if (family !== 'ipv6') told['ipv4'] = parseUdp(textOf(`${roots.proc}/net/snmp`));
  if (family === 'ipv6') told['ipv6'] = parseUdp6(textOf(`${roots.proc}/net/snmp6`));
  else if (family === null) {
    const snmp6 = optionalTextOf(`${roots.proc}/net/snmp6`);
    if (snmp6 !== undefined) told['ipv6'] = parseUdp6(snmp6);
  }
  return told;
}
