import type { BrokerSettings } from '../../model/settings.js';
import { Random } from '../chaos/random.js';
import { BrokerModel, type BrokerFigures } from './brokerModel.js';
import { HostModel, type HostLoad } from './hostModel.js';
import { Timeline } from './timeline.js';

/** What befalls a fleet; times in seconds. */
export type FleetEvent =
  | { readonly kind: 'restart'; readonly away: number }
  /** So many hosts at a time, in waves; each host is away for so long. */
  | { readonly kind: 'upgrade'; readonly waves: number; readonly every: number; readonly away: number }
  /** A share of the hosts cannot reach the broker. */
  | { readonly kind: 'split'; readonly share: number; readonly lasts: number };

export interface Scenario {
  readonly hosts: number;
  readonly event: FleetEvent;
  /** Whether delays are drawn at random, ticks are spread over the interval, and a wave over its time. */
  readonly jitter: boolean;
  readonly settings: BrokerSettings;
  readonly load: HostLoad;
  readonly broker: BrokerFigures;
  readonly seed: number;
}

/** What the fleet and its broker went through; times in seconds from the moment at which it could begin to get better. */
export interface Outcome {
  /** Connections accepted in the busiest second. */
  readonly peak: number;
  /** Connections accepted, for each host that had to connect again. */
  readonly attempts: number;
  /** Until the last host was connected, and until the last backlog was confirmed; undefined: not within the time. */
  readonly connected: number | undefined;
  readonly drained: number | undefined;
  /** Bytes. */
  readonly memory: number;
  readonly taken: number;
  readonly confirmed: number;
}

/** Before the event, milliseconds: everybody connects and the broker comes to rest. */
const calm = 120_000;
/** Longest time from the event's end until all is well, milliseconds. */
const patience = 3_600_000;

/** Plays a scenario; the same seed gives the same outcome. */
export function play(scenario: Scenario): Outcome {
  const { broker: figures, event, hosts: count, jitter, load, settings, seed } = scenario;
  const timeline = new Timeline();
  const broker = new BrokerModel(timeline, figures);
  const random = new Random(seed);
  const nature = new Random(seed + 1);
  const draw = jitter ? () => random.next() : () => 1;
  const hosts = Array.from({ length: count }, () => new HostModel(timeline, broker, settings, load, draw, () => nature.next()));
  for (const host of hosts) {
    host.sample(jitter ? nature.next() * load.interval : load.interval);
    // The fleet grew over time.
    timeline.after(nature.next() * calm * 0.5, () => { host.start(); });
  }
  timeline.run(calm, () => false);
  broker.forget();

  const struck = event.kind === 'split' ? hosts.slice(0, Math.round(count * event.share)) : hosts;
  const begins = timeline.now();
  const better = begins + lastHarm(event, jitter) * 1000;
  switch (event.kind) {
    case 'restart':
      broker.stop();
      for (const host of hosts) host.break(true);
      timeline.after(event.away * 1000, () => { broker.start(); });
      break;
    case 'split':
      for (const host of struck) {
        host.reachable = false;
        host.break(false);
      }
      timeline.after(event.lasts * 1000, () => { for (const host of struck) host.reachable = true; });
      break;
    case 'upgrade':
      hosts.forEach((host, index) => {
        const wave = Math.floor((index * event.waves) / count) * event.every;
        const at = wave + (jitter ? nature.next() * event.every : 0);
        timeline.after(at * 1000, () => { host.stop(); });
        timeline.after((at + event.away) * 1000, () => { host.start(); });
      });
      break;
  }
  timeline.run(better, () => false);
  const well = timeline.run(better + patience, lastOf(struck));
  const since = (time: (host: HostModel) => number | undefined): number | undefined => {
    const latest = struck.reduce<number | undefined>((last, host) => {
      const at = time(host);
      return last === undefined || at === undefined ? undefined : Math.max(last, at);
    }, better);
    return latest === undefined ? undefined : (latest - better) / 1000;
  };
  return {
    peak: broker.peak,
    attempts: broker.accepted / struck.length,
    connected: since((host) => host.connectedAt),
    drained: well ? since((host) => host.drainedAt) : undefined,
    memory: broker.highest,
    taken: hosts.reduce((sum, host) => sum + host.taken, 0),
    confirmed: hosts.reduce((sum, host) => sum + host.confirmed, 0),
  };
}

/** Seconds until nothing new befalls anybody: the broker is there for all, the last host has started. */
function lastHarm(event: FleetEvent, jitter: boolean): number {
  switch (event.kind) {
    case 'restart': return event.away;
    case 'split': return event.lasts;
    case 'upgrade': return (event.waves - (jitter ? 0 : 1)) * event.every + event.away;
  }
}

/** Whether all hosts have caught up; asks those first that had not. */
function lastOf(hosts: readonly HostModel[]): () => boolean {
  let from = 0;
  return () => {
    while (from < hosts.length && hosts[from]?.drainedAt !== undefined) from += 1;
    if (from < hosts.length) return false;
    // One that was well may have been struck again since.
    const index = hosts.findIndex((host) => host.drainedAt === undefined);
    if (index === -1) return true;
    from = index;
    return false;
  };
}
