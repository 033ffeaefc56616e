import { channel } from 'node:diagnostics_channel';
import type { Logger } from 'pino';
import type { BrokerSettings, Settings } from '../model/settings.js';
import { unprotect } from '../providers/secret.js';
import type { Envelope } from '../model/message.js';
import type { Histogram } from '../model/histogram.js';
import { noDrops } from '../model/delivery.js';
import { isoTime, type Clock } from '../model/clock.js';
import type { ErrorCode } from '../model/errors.js';
import type { OperatorKind } from '../model/operator.js';
import type { SampleQueue } from '../spool/queue.js';
import { openSpool } from '../spool/spool.js';
import type { LogLine } from '../transport/eventLog.js';
import { Transport } from '../transport/transport.js';
import type { Output, OutputReport } from './output.js';

/** What a line of the transport or the spool is to the operator; undefined where it is nothing. */
function operatorKindOf({ kind, code }: { readonly kind: string; readonly code?: ErrorCode }): OperatorKind | undefined {
  if (kind === 'fault') return 'disk';
  if (kind === 'dropped' || kind === 'unsendable') return 'dropped';
  if (code === 'PSA_SECRET_UNAVAILABLE') return 'password';
  return code === 'PSA_BROKER_REFUSED' || code === 'PSA_BROKER_TLS' ? 'broker' : undefined;
}

/**
 * Opens the way to the broker: the spool, and the transport that takes from it. `tell` gets the lines that a person at
 * a terminal should see, `operator` what somebody must see who looks at neither. Throws SpoolError where another collector holds the spool.
 */
export async function brokerOutput(
  settings: Settings & { readonly broker: BrokerSettings },
  clock: Clock,
  logger: Logger,
  tell: (line: string) => void,
  operator: (kind: OperatorKind, message: string) => void = () => undefined,
): Promise<Output> {
  const report = (level: LogLine['level'], { message, ...facts }: { readonly kind: string; readonly code?: ErrorCode; readonly message: string }): void => {
    logger[level](facts, message);
    if (level === 'debug') return;
    tell(`psutil-agent: ${message}`);
    const kind = operatorKindOf(facts);
    if (kind !== undefined) operator(kind, message);
  };
  const queue = await openSpool({
    ...settings.spool, clock,
    report: (event) => { report(event.kind === 'recovered' || event.kind === 'notice' ? 'info' : 'warn', event); },
  });
  return new BrokerOutput(settings, clock, queue, ({ level, ...line }) => { report(level, line); });
}

/**
 * Told of every batch (readonly Envelope[]) once the spool has taken it: from then on its samples are promised. For whoever
 * holds what arrives against that from outside (`node --import`); without a subscriber it costs nothing.
 */
const spooled = channel('psutil-agent:spooled');

/** Changes that follow each other within this time, milliseconds, are told together: a broker may change its mind by the thousand. */
const changePause = 1000;

class BrokerOutput implements Output {
  readonly #transport: Transport;
  #changed = (): void => undefined;
  #cancelPause: (() => void) | undefined;
  #changedMeanwhile = false;

  constructor(
    { broker, publish }: Settings & { readonly broker: BrokerSettings },
    private readonly clock: Clock,
    private readonly queue: SampleQueue,
    log: (line: LogLine) => void,
  ) {
    this.#transport = new Transport({
      broker, unroutable: publish.unroutable, queue, clock, unprotect, log, changed: () => { this.#tellChanged(); },
    });
  }

  get confirmTimes(): Histogram {
    return this.#transport.confirmTimes;
  }

  start(changed: () => void): void {
    this.#changed = changed;
    this.#transport.start();
  }

  async put(batch: readonly Envelope[]): Promise<void> {
    await this.queue.put(batch);
    spooled.publish(batch);
  }

  async stop(ms: number): Promise<number> {
    this.#changed = () => undefined;
    this.#cancelPause?.();
    await this.#transport.stop(ms);
    const left = this.queue.stats().count;
    await this.queue.close();
    return left;
  }

  #tellChanged(): void {
    this.#changedMeanwhile = this.#cancelPause !== undefined;
    if (this.#changedMeanwhile) return;
    this.#cancelPause = this.clock.after(changePause, () => {
      this.#cancelPause = undefined;
      if (this.#changedMeanwhile) this.#tellChanged();
    });
    this.#changed();
  }

  report(): OutputReport {
    const state = this.#transport.state();
    const stats = this.queue.stats();
    const iso = (wall: number | undefined): string | null => (wall === undefined ? null : isoTime(wall));
    const dropped = { ...noDrops, ...stats.dropped, unroutable: state.unroutableDropped, unsendable: state.unsendable };
    const { delivery } = state;
    return {
      connected: state.connected, connected_since: iso(state.connectedSince), broker: state.address ?? null, blocked: state.blocked,
      delivery: { state: delivery.state, since: isoTime(delivery.since), reason: delivery.reason ?? null },
      published: state.published, spooled: stats.count, spooled_bytes: stats.bytes,
      spool_oldest: iso(stats.oldest === undefined ? undefined : stats.oldest * 1000), spool_kept: stats.kept, spool_fault: stats.fault ?? null,
      dropped: Object.values(dropped).reduce((total, count) => total + count, 0), dropped_by: dropped,
      unroutable: state.unroutable ? stats.count : 0, returned: state.returned, nacked: state.nacked, reconnects: state.reconnects,
      last_published: iso(state.lastPublished),
      last_error: state.lastError === undefined ? null : { ...state.lastError, time: isoTime(state.lastError.time) },
    };
  }
}
