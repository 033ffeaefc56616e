/** Time servers: one SNTP exchange (RFC 5905, RFC 4330) with one of them. */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Fields } from '../catalog/value.js';
import { isoTime, systemClock, type Clock } from '../model/clock.js';
import { display } from '../model/display.js';
import { messageOf, systemCode, UnavailableError } from '../model/errors.js';
import type { Isolation } from './isolation.js';

const packetSize = 48;
/** No leap second, version 4, mode 3: a client. */
const clientHead = 0x23;
const serverMode = 4;
/** Seconds from 1900, when NTP's time begins, to 1970. */
const ntpEpoch = 2_208_988_800;
/** Seconds after which NTP's time begins anew, in 2036 for the first time. */
const ntpEra = 2 ** 32;
const highestStratum = 15;
/** How far the server's own time in the answer may be beyond what the exchange took, seconds: clocks are read to a millisecond. */
const slack = 0.01;
/** Milliseconds for which a server that sends us away is left alone. */
const restTime = 15 * 60_000;

/** What servers say of themselves instead of the time (RFC 5905, 7.4). */
const kisses: Readonly<Record<string, string>> = {
  RATE: 'is asked too often by this host',
  DENY: 'refuses this host',
  RSTR: 'refuses this host',
  INIT: 'has no time yet',
  STEP: 'is setting its own clock',
};

/** An answer that belongs to the question. Times in seconds since 1970. */
export interface Answer {
  readonly leap: number;
  readonly mode: number;
  readonly stratum: number;
  /** Where the stratum is 0, four letters that say why. */
  readonly code: string;
  readonly rootDelay: number;
  readonly rootDispersion: number;
  readonly received: number;
  readonly transmitted: number;
}

/** Asks time servers, each at most once at a time, and leaves those alone that send this host away. */
export class TimeServers {
  readonly #resting = new Map<string, { readonly until: number; readonly reason: string }>();

  constructor(private readonly isolation: Isolation, private readonly clock: Clock = systemClock) {}

  /**
   * The offset of this clock by one exchange, and what the server says of its own.
   * @param timeout seconds for the name and the exchange together.
   * @throws UnavailableError where it has no name, no answer, or no time to give.
   */
  async offset(server: string, port: number, timeout: number): Promise<Fields> {
    const subject = `The time server ${display(server)}${port === 123 ? '' : `, port ${String(port)},`}`;
    const resting = this.#resting.get(subject);
    if (resting !== undefined && this.clock.now() < resting.until) throw new UnavailableError(resting.reason);
    this.#resting.delete(subject);
    const started = this.clock.now();
    const { address, family } = await this.#address(server, timeout * 1000);
    return await this.#exchange(subject, address, family, port, timeout * 1000 - (this.clock.now() - started));
  }

  async #address(server: string, timeout: number): Promise<{ address: string; family: number }> {
    const family = isIP(server);
    if (family !== 0) return { address: server, family };
    const subject = `The name of the time server, ${display(server)},`;
    return await this.isolation.run(subject, timeout, () => lookup(server)).catch((error: unknown) => {
      if (error instanceof UnavailableError) throw error;
      throw new UnavailableError(`${subject} is not known here (${systemCode(error) ?? messageOf(error)})`);
    });
  }

  #exchange(subject: string, address: string, family: number, port: number, timeout: number): Promise<Fields> {
    return new Promise((resolve, reject) => {
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      // A number nobody can guess, in place of our time, which is nobody's concern: an answer must bear it.
      const mark = randomBytes(8);
      let [strangers, sentWall, sentAt] = [0, 0, 0];
      const end = (settle: () => void): void => {
        cancel();
        socket.removeAllListeners().on('error', () => undefined);
        socket.close();
        settle();
      };
      const fail = (reason: string): void => { end(() => { reject(new UnavailableError(`${subject} ${reason}`)); }); };
      const cancel = this.clock.after(Math.max(0, timeout), () => {
        const ignored = strangers === 0 ? '' : `; what came in its name, ${String(strangers)} packets, did not belong to the question`;
        fail(`has not answered in time${ignored}`);
      });
      socket.on('error', (error) => { fail(/^ECONN(REFUSED|RESET)$/.test(systemCode(error) ?? '') ? 'does not serve time: its port is closed' : `cannot be asked (${systemCode(error) ?? messageOf(error)})`); });
      socket.on('message', (packet) => {
        const took = (this.clock.now() - sentAt) / 1000;
        const answer = parseAnswer(packet, mark, sentWall / 1000);
        if (answer === undefined) {
          strangers += 1;
          return;
        }
        const fault = faultOf(answer, took);
        if (fault !== undefined) {
          if (answer.stratum === 0 && /^(RATE|DENY|RSTR)$/.test(answer.code)) this.#rest(subject, fault);
          fail(fault);
          return;
        }
        end(() => { resolve(offsetFields(answer, sentWall / 1000, took)); });
      });
      // Connected, it takes packets from that address and port alone, and is told where nobody listens.
      socket.connect(port, address, () => {
        const packet = Buffer.alloc(packetSize);
        packet.writeUInt8(clientHead);
        mark.copy(packet, 40);
        [sentWall, sentAt] = [this.clock.wall(), this.clock.now()];
        socket.send(packet);
      });
    });
  }

  #rest(subject: string, fault: string): void {
    const until = isoTime(this.clock.wall() + restTime);
    this.#resting.set(subject, { until: this.clock.now() + restTime, reason: `${subject} ${fault}; it is not asked again before ${until}` });
  }
}

/** A packet as the answer to a question that bore `mark`; undefined where it is none. `near`: seconds since 1970, to tell NTP's eras apart. */
function parseAnswer(packet: Buffer, mark: Buffer, near: number): Answer | undefined {
  if (packet.length < packetSize || !packet.subarray(24, 32).equals(mark)) return undefined;
  const head = packet.readUInt8();
  return {
    leap: head >> 6, mode: head & 7, stratum: packet.readUInt8(1), code: packet.toString('latin1', 12, 16).replaceAll(/[^A-Z0-9]/g, ''),
    rootDelay: packet.readInt32BE(4) / 65536, rootDispersion: packet.readUInt32BE(8) / 65536,
    received: unixTime(packet, 32, near), transmitted: unixTime(packet, 40, near),
  };
}

/** An NTP timestamp in seconds since 1970, of the era nearest to a time; NaN where it is empty. */
function unixTime(packet: Buffer, offset: number, near: number): number {
  const [whole, fraction] = [packet.readUInt32BE(offset), packet.readUInt32BE(offset + 4)];
  if (whole === 0 && fraction === 0) return NaN;
  const seconds = whole - ntpEpoch;
  return seconds + Math.round((near - seconds) / ntpEra) * ntpEra + fraction / 2 ** 32;
}

/** Why an answer gives no time, as the end of a sentence; undefined where it does. `took`: seconds of the exchange. */
export function faultOf(answer: Answer, took: number): string | undefined {
  const { leap, mode, stratum, code, received, transmitted } = answer;
  if (mode !== serverMode) return `answers in mode ${String(mode)}, not as a server`;
  if (stratum === 0) return kisses[code] === undefined ? `gives no time (${code === '' ? 'stratum 0' : code})` : `${kisses[code]} (${code})`;
  if (leap === 3 || stratum > highestStratum) return `is not synchronised itself (leap indicator ${String(leap)}, stratum ${String(stratum)})`;
  if (Number.isNaN(received) || Number.isNaN(transmitted)) return 'leaves the time in its answer empty';
  if (transmitted < received || transmitted - received > took + slack) return 'says that it has answered before it was asked, or took longer than the exchange';
  return undefined;
}

/** The offset out of an exchange sent at a time (seconds since 1970), which took so many seconds. */
function offsetFields({ stratum, rootDelay, rootDispersion, received, transmitted }: Answer, sent: number, took: number): Fields {
  return {
    offset: (received - sent + (transmitted - sent - took)) / 2,
    delay: Math.max(0, took - (transmitted - received)),
    stratum, root_delay: rootDelay, root_dispersion: rootDispersion,
  };
}
