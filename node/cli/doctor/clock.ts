/** This host's clock: what samples are dated by, and certificates judged. */
import { messageOf } from '../../model/errors.js';
import { systemClock, type Clock } from '../../model/clock.js';
import type { Settings } from '../../model/settings.js';
import { Isolation } from '../../providers/isolation.js';
import { TimeServers } from '../../providers/timeServer.js';
import { systemTimeService, type TimeService } from '../../providers/timeService.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Seconds that a time server may take. */
const serverTime = 4;
/** Seconds by which a clock may be off without a word, and those at which certificates and logins begin to fail. */
const [good, bad] = [2, 60];
/** Milliseconds that a collector's time may be ahead, or the clock jump. */
const slack = 5000;

const advice = process.platform === 'win32'
  ? 'set it with w32tm /resync, and see that the service Windows Time runs'
  : 'see that a time service (chrony, systemd-timesyncd) runs and reaches its server';

/** Compares it with a time server, the settings' or the system's own, and sees whether it jumps meanwhile. */
export async function checkClock({ settings, collector }: Subject, note: Note, clock: Clock = systemClock): Promise<void> {
  const [wall, at] = [clock.wall(), clock.now()];
  const ahead = collector === undefined ? 0 : Date.parse(collector.report.updated) - wall;
  if (ahead > slack) note('warning', `the collector's last word is dated ${(ahead / 1000).toFixed(0)} s ahead of this clock: the clock was set back meanwhile, and samples until then bear times to come; ${advice}`);
  const service = await systemTimeService().catch((error: unknown): TimeService => ({ source: messageOf(error) }));
  const asked = serverOf(settings) ?? (service.server === undefined ? undefined : { server: service.server, port: 123, source: service.source });
  if (asked === undefined) judgeUnasked(service, note);
  else {
    try {
      const { offset } = await new TimeServers(new Isolation(undefined, clock), clock).offset(asked.server, asked.port, serverTime);
      judgeOffset(Number(offset), asked.server, note);
    } catch (error) {
      // A kernel that vouches for the clock is as good.
      if (service.kernel?.synchronised === true) judgeUnasked(service, note);
      else note('warning', `the clock could not be compared: ${messageOf(error)} (${asked.source} names it). Where UDP port 123 is closed on the way, compare it by hand`);
    }
  }
  const jump = clock.wall() - wall - (clock.now() - at);
  if (Math.abs(jump) > slack) note('fault', `the clock jumped by ${(jump / 1000).toFixed(0)} s during this check: two services set it, or the host was asleep; ${advice}`);
}

/** The server that the settings' own clock_offset asks. */
function serverOf(settings: Settings | undefined): { server: string; port: number; source: string } | undefined {
  const args = settings?.entries.find(({ method }) => method === 'clock_offset')?.args;
  return args === undefined ? undefined : { server: String(args['server']), port: Number(args['port']), source: 'the settings\' clock_offset' };
}

/** `offset`: seconds to add to this clock. */
export function judgeOffset(offset: number, server: string, note: Note): void {
  const off = `${Math.abs(offset).toFixed(Math.abs(offset) < good ? 3 : 1)} s`;
  if (Math.abs(offset) < good) note('ok', `within ${off} of ${server}`);
  else note(Math.abs(offset) < bad ? 'warning' : 'fault', `this clock is ${off} ${offset > 0 ? 'behind' : 'ahead of'} ${server}: samples bear that time, and certificates are judged by it; ${advice}`);
}

/** What can be said without a server. */
export function judgeUnasked({ source, off, kernel }: TimeService, note: Note): void {
  if (kernel?.synchronised === true) note('ok', `the kernel takes it for synchronised, within ${kernel.error.toFixed(3)} s`);
  else if (off === true) note('warning', `${source} is told not to keep this clock right (Type NoSync): ${advice}`);
  else if (kernel !== undefined) note('warning', `no time service keeps this clock right, as the kernel tells, and no time server is named in the settings of one: ${advice}`);
  else note('warning', `it is not known what keeps this clock right (${source}): ${advice}`);
}
