import type { ArgumentValue, Fields } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import { Family } from './adapters.js';
import { MissingFunction, type Native, type Win32 } from './bindings.js';
import { u64 } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import { MIB_TCPSTATS as Tcp, MIB_TCPSTATS2 as Tcp2, MIB_UDPSTATS as Udp, MIB_UDPSTATS2 as Udp2 } from './layouts.js';

const families = { ipv4: Family.ipv4, ipv6: Family.ipv6 } as const;

/** A call that fills a structure for an address family. */
interface Statistics {
  readonly name: 'GetTcpStatisticsEx' | 'GetTcpStatisticsEx2' | 'GetUdpStatisticsEx' | 'GetUdpStatisticsEx2';
  readonly size: number;
  readonly parse: (statistics: Buffer) => Fields;
}

/** What TCP counts, by IP: with `family` of that one alone. Throws UnavailableError. */
export function tcpStats(win32: Win32, family: ArgumentValue): Record<string, Fields> {
  return statistics(win32, family, [
    { name: 'GetTcpStatisticsEx2', size: Tcp2.size, parse: parseTcp2 },
    { name: 'GetTcpStatisticsEx', size: Tcp.size, parse: parseTcp },
  ]);
}

/** What UDP counts, by IP: with `family` of that one alone. Throws UnavailableError. */
export function udpStats(win32: Win32, family: ArgumentValue): Record<string, Fields> {
  return statistics(win32, family, [
    { name: 'GetUdpStatisticsEx2', size: Udp2.size, parse: parseUdp2 },
    { name: 'GetUdpStatisticsEx', size: Udp.size, parse: parseUdp },
  ]);
}

/** The first of the calls that this Windows has: those with 64 bits came with version 1709. An IP that is switched off counts nothing. */
function statistics(win32: Win32, family: ArgumentValue, calls: readonly [Statistics, Statistics]): Record<string, Fields> {
  const call = calls.find(({ name }) => has(win32, name));
  if (call === undefined) throw new UnavailableError(`This Windows has no ${calls[0].name}`);
  const told: Record<string, Fields> = {};
  for (const [name, number] of Object.entries(families)) {
    if (family !== null && family !== name) continue;
    const buffer = Buffer.alloc(call.size);
    const code = win32[call.name](buffer, number);
    if (code === 0) told[name] = call.parse(buffer);
    else if (code !== ErrorCode.NOT_SUPPORTED || family !== null) throw failure(`${call.name} of ${name}`, code, win32);
  }
  return told;
}

function has(win32: Win32, name: Statistics['name']): boolean {
  try {
    return (win32[name] as Native<never, number> | undefined) !== undefined;
  } catch (error) {
    if (error instanceof MissingFunction) return false;
    throw error;
  }
}

/** MIB_TCPSTATS2. */
function parseTcp2(buffer: Buffer): Fields {
  return {
    segments_sent: u64(buffer, Tcp2.dw64OutSegs), segments_recv: u64(buffer, Tcp2.dw64InSegs), retransmits: buffer.readUInt32LE(Tcp2.dwRetransSegs),
    errin: buffer.readUInt32LE(Tcp2.dwInErrs), resets_sent: buffer.readUInt32LE(Tcp2.dwOutRsts), ...connections(buffer),
  };
}

/** MIB_TCPSTATS. */
export function parseTcp(buffer: Buffer): Fields {
  return {
    segments_sent: buffer.readUInt32LE(Tcp.dwOutSegs), segments_recv: buffer.readUInt32LE(Tcp.dwInSegs), retransmits: buffer.readUInt32LE(Tcp.dwRetransSegs),
    errin: buffer.readUInt32LE(Tcp.dwInErrs), resets_sent: buffer.readUInt32LE(Tcp.dwOutRsts), ...connections(buffer),
  };
}

/** What both structures begin with. */
function connections(buffer: Buffer): Fields {
  return {
    connections_reset: buffer.readUInt32LE(Tcp.dwEstabResets), connections_failed: buffer.readUInt32LE(Tcp.dwAttemptFails),
    connections_opened: buffer.readUInt32LE(Tcp.dwActiveOpens), connections_accepted: buffer.readUInt32LE(Tcp.dwPassiveOpens),
    established: buffer.readUInt32LE(Tcp.dwCurrEstab),
  };
}

/** MIB_UDPSTATS2. */
function parseUdp2(buffer: Buffer): Fields {
  return {
    datagrams_sent: u64(buffer, Udp2.dw64OutDatagrams), datagrams_recv: u64(buffer, Udp2.dw64InDatagrams),
    no_port: buffer.readUInt32LE(Udp2.dwNoPorts), errin: buffer.readUInt32LE(Udp2.dwInErrors), listeners: buffer.readUInt32LE(Udp2.dwNumAddrs),
  };
}

/** MIB_UDPSTATS. */
export function parseUdp(buffer: Buffer): Fields {
  return {
    datagrams_sent: buffer.readUInt32LE(Udp.dwOutDatagrams), datagrams_recv: buffer.readUInt32LE(Udp.dwInDatagrams),
    no_port: buffer.readUInt32LE(Udp.dwNoPorts), errin: buffer.readUInt32LE(Udp.dwInErrors), listeners: buffer.readUInt32LE(Udp.dwNumAddrs),
  };
}
