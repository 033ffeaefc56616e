import { channel } from 'node:diagnostics_channel';
import type { Logger } from 'pino';
import type { BrokerSettings, Settings } from '../model/settings.js';
import { unprotect } from '../providers/secret.js';
import type { Envelope } from '../model/message.js';
import { isoTime, type Clock } from '../model/clock.js';
import type { SampleQueue } from '../spool/queue.js';
import { openSpool } from '../spool/spool.js';
import { AmqpTransport } from '../transport/amqp.js';
import type { TransportEvent } from '../transport/event.js';
import type { Output, OutputReport } from './output.js';

/** Events after which the status is worth writing at once. */
const notable: ReadonlySet<TransportEvent['kind']> = new Set(['connected', 'disconnected', 'failed', 'blocked', 'unblocked', 'unroutable', 'routed']);

/**
 * Opens the way to the broker: the spool, and the transport that takes from it. `tell` gets the lines that a person at
 * a terminal should see. Throws SpoolError where another collector holds the spool.
 */
export async function brokerOutput(
  settings: Settings & { readonly broker: BrokerSettings },
  clock: Clock,
  logger: Logger,
  tell: (line: string) => void,
): Promise<Output> {
  const report = (level: TransportEvent['level'], { message, ...facts }: { readonly message: string }): void => {
    logger[level](facts, message);
    if (level !== 'debug') tell(`psutil-agent: ${message}`);
  };
  const queue = await openSpool({
    ...settings.spool, clock,
    report: (event) => { report(event.kind === 'recovered' || event.kind === 'notice' ? 'info' : 'warn', event); },
  });
  return new BrokerOutput(settings, clock, queue, ({ level, ...event }) => { report(level, event); });
}

/**
 * Told of every batch (readonly Envelope[]) once the spool has taken it: from then on its samples are promised. For whoever
 * holds what arrives against that from outside (`node --import`); without a subscriber it costs nothing.
 */
const spooled = channel('psutil-agent:spooled');

class BrokerOutput implements Output {
  readonly #transport: AmqpTransport;
  #changed = (): void => undefined;

  constructor(
    { broker, publish }: Settings & { readonly broker: BrokerSettings },
    clock: Clock,
    private readonly queue: SampleQueue,
    log: (event: TransportEvent) => void,
  ) {
    this.#transport = new AmqpTransport({
      broker, unroutable: publish.unroutable, queue, clock, unprotect,
      report: (event) => {
        log(event);
        if (notable.has(event.kind)) this.#changed();
      },
    });
  }

  start(changed: () => void): void {
    this.#changed = changed;
    this.#transport.start();
  }

  async put(batch: readonly Envelope[]): Promise<void> {
    await this.queue.put(batch);
    if (spooled.hasSubscribers) spooled.publish(batch);
  }

  async stop(ms: number): Promise<number> {
    this.#changed = () => undefined;
    await this.#transport.stop(ms);
    const left = this.queue.stats().count;
    await this.queue.close();
    return left;
  }

  report(): OutputReport {
    const state = this.#transport.state();
    const stats = this.queue.stats();
    const iso = (wall: number | undefined): string | null => (wall === undefined ? null : isoTime(wall));
    const { size, age, damage, closed } = stats.dropped;
    const dropped = { size, age, damage, closed, unroutable: state.unroutableDropped, unsendable: state.unsendable };
    return {
      connected: state.connected, connected_since: iso(state.connectedSince), broker: state.host ?? null, blocked: state.blocked,
      published: state.published, spooled: stats.count, spooled_bytes: stats.bytes,
      spool_oldest: iso(stats.oldest === undefined ? undefined : stats.oldest * 1000), spool_kept: stats.kept, spool_fault: stats.fault ?? null,
      dropped: Object.values(dropped).reduce((total, count) => total + count, 0), dropped_by: dropped,
      unroutable: state.unroutable ? stats.count : 0, returned: state.returned, reconnects: state.reconnects, last_published: iso(state.lastPublished),
      last_error: state.lastError === undefined ? null : { ...state.lastError, time: isoTime(state.lastError.time) },
    };
  }
}
