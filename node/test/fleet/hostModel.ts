import type { BrokerSettings } from '../../model/settings.js';
import { Retries, type Random } from '../../transport/backoff.js';
import { DrainLimiter } from '../../transport/drainLimiter.js';
import { promptly, Window } from '../../transport/window.js';
import type { BrokerModel, Work } from './brokerModel.js';
import type { Timeline } from './timeline.js';

/** What a host samples. */
export interface HostLoad {
  /** Milliseconds between its ticks. */
  readonly interval: number;
  /** Samples a tick. */
  readonly samples: number;
}

/** A client whose connection request is not answered asks again so long, milliseconds, after the first time: as Linux and Windows do. */
const askedAgain = [1000, 3000, 7000];
/** A network's round trip, and what is never quite the same in two computers, milliseconds. */
const roundTrip = 1;
const unequal = 250;

/**
 * A host as the broker sees it: it connects, waits as the transport's own Retries say, publishes as the transport's own Window and
 * DrainLimiter permit. Its samples are numbers only.
 */
export class HostModel {
  readonly #retries: Retries;
  readonly #limiter: DrainLimiter;
  readonly #window: Window;
  /** Rises with every connection lost or given up: what belongs to an earlier one is void. */
  #epoch = 0;
  #state: 'off' | 'away' | 'connecting' | 'connected' | 'broken' = 'off';
  #openedAt = 0;
  #work: Work | undefined;
  #busySince: number | undefined;
  #waitsForLimit = false;
  #probing = false;
  reachable = true;
  taken = 0;
  confirmed = 0;
  /** When it was last connected, and when what had waited then was confirmed, milliseconds; undefined while it is not. */
  connectedAt: number | undefined;
  drainedAt: number | undefined;
  #backlogEnd = 0;

  /** `random` draws delays, `nature` what no setting does away with. */
  constructor(
    private readonly timeline: Timeline, private readonly broker: BrokerModel, private readonly settings: BrokerSettings,
    private readonly load: HostLoad, random: Random, private readonly nature: Random,
  ) {
    this.#retries = new Retries(settings.reconnect, random);
    this.#limiter = new DrainLimiter(settings.drainRate, () => timeline.now());
    this.#window = new Window(settings.maxInFlight);
  }

  /** Samples that the broker has not confirmed. */
  get waiting(): number {
    return this.taken - this.confirmed;
  }

  /** Takes samples from now on, for ever; the first after `offset` milliseconds. */
  sample(offset: number): void {
    const tick = (): void => {
      if (this.#state !== 'off') this.taken += this.load.samples;
      this.#send();
      this.timeline.after(this.load.interval, tick);
    };
    this.timeline.after(offset, tick);
  }

  /** The collector starts, and connects. */
  start(): void {
    this.#away();
    this.timeline.after(this.nature() * unequal, () => { this.#connect(); });
  }

  /** The collector stops, in order. */
  stop(): void {
    if (this.#state === 'connected') this.broker.closed();
    this.#away();
    this.#state = 'off';
  }

  /** The connection breaks; `told`: the host knows at once, else by its heartbeat. */
  break(told: boolean): void {
    if (this.#state !== 'connected') return;
    const epoch = this.#epoch;
    const { confirmTimeout, heartbeat } = this.settings;
    // Two heartbeats are missed before a connection counts as dead, and the broker's side forgets it then too.
    const noticed = told ? this.nature() * unequal : Math.min((1 + this.nature()) * (heartbeat || Infinity), confirmTimeout) * 1000;
    this.#dropWork();
    this.#state = 'broken';
    this.timeline.after(noticed, () => {
      if (this.#epoch !== epoch) return;
      if (!told) this.broker.closed();
      this.#lost();
    });
  }

  #lost(): void {
    if (this.timeline.now() - this.#openedAt >= this.settings.reconnect.maximum * 1000) this.#retries.connect.reset();
    this.#retries.failed();
    this.#away();
    this.#connectAfter(this.#retries.connect.next());
  }

  #away(): void {
    this.#dropWork();
    this.#epoch += 1;
    this.#state = 'away';
    this.connectedAt = undefined;
    this.drainedAt = undefined;
    this.#waitsForLimit = false;
  }

  #dropWork(): void {
    if (this.#work !== undefined) this.broker.abandon(this.#work);
    this.#work = undefined;
    this.#busySince = undefined;
  }

  #connectAfter(delay: number): void {
    const epoch = this.#epoch;
    this.timeline.after(delay + roundTrip, () => { if (this.#epoch === epoch) this.#connect(); });
  }

  #connect(): void {
    this.#state = 'connecting';
    const epoch = this.#epoch;
    this.timeline.after(this.settings.connectTimeout * 1000, () => { if (this.#epoch === epoch && this.#state === 'connecting') this.#failed(); });
    this.#ask(epoch, this.timeline.now(), 0);
  }

  /** Asks for a connection; silence is asked again. */
  #ask(epoch: number, since: number, times: number): void {
    if (this.#epoch !== epoch) return;
    if (this.reachable && !this.broker.up) {
      // Nobody listens, and that is told at once.
      this.#failed();
      return;
    }
    const accepted = this.reachable ? this.broker.accept() : undefined;
    if (accepted === undefined) {
      const again = askedAgain[times];
      if (again !== undefined) this.timeline.after(since + again - this.timeline.now(), () => { this.#ask(epoch, since, times + 1); });
      return;
    }
    this.timeline.after(accepted + roundTrip, () => {
      if (this.#epoch !== epoch) return;
      if (!this.broker.up) this.#failed();
      else this.#work = this.broker.login(() => { this.#opened(); });
    });
  }

  #failed(): void {
    this.#retries.failed();
    this.#away();
    this.#connectAfter(this.#retries.connect.next());
  }

  #opened(): void {
    this.#work = undefined;
    this.#state = 'connected';
    this.#openedAt = this.timeline.now();
    this.connectedAt = this.#openedAt;
    this.broker.opened();
    this.#window.reset();
    this.#probing = true;
    this.#limiter.begin(this.waiting);
    this.#backlogEnd = this.taken;
    this.#noteDrained();
    this.#send();
  }

  #send(): void {
    if (this.#state !== 'connected' || this.#busySince !== undefined || this.#waitsForLimit || this.waiting === 0) return;
    const count = Math.min(this.#window.capacity(0, this.waiting, this.#limiter.caughtUp), this.#limiter.allowance(this.waiting), this.waiting);
    const epoch = this.#epoch;
    if (count === 0) {
      this.#waitsForLimit = true;
      this.timeline.after(this.#limiter.wait(this.waiting), () => {
        if (this.#epoch !== epoch) return;
        this.#waitsForLimit = false;
        this.#send();
      });
      return;
    }
    const sent = this.timeline.now();
    this.#busySince = sent;
    this.#work = this.broker.publish(count, () => {
      this.#work = undefined;
      // The answer's way back; what is sent meanwhile is what the window of a real one has in flight.
      this.timeline.after(roundTrip, () => { if (this.#epoch === epoch) this.#answered(count, sent); });
    });
    this.timeline.after(this.settings.confirmTimeout * 1000, () => {
      if (this.#epoch !== epoch || this.#busySince !== sent) return;
      this.broker.closed();
      this.#lost();
    });
  }

  #answered(count: number, sent: number): void {
    const took = this.timeline.now() - sent;
    this.#busySince = undefined;
    this.confirmed += count;
    for (let sample = 0; sample < count; sample += 1) this.#window.confirmed(Math.max(took, promptly));
    this.#retries.worked();
    if (this.#probing) this.#limiter.begin(this.waiting);
    this.#probing = false;
    this.#noteDrained();
    this.#send();
  }

  #noteDrained(): void {
    if (this.drainedAt === undefined && this.confirmed >= this.#backlogEnd) this.drainedAt = this.timeline.now();
  }
}
