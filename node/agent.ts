/** The collector: puts the stages together and runs them from start to stop. It alone sees every part. */
import { Workers } from './agent/workers.js';
import { otherDifferences } from './config/difference.js';
import type { Settings } from './model/settings.js';
import { ConfigError, messageOf, systemCode } from './model/errors.js';
import type { Log } from './log/log.js';
import type { Account } from './providers/account.js';
import type { Provider } from './providers/provider.js';
import { SharedProvider } from './providers/shared.js';
import { Envelopes } from './sample/envelopes.js';
import type { Sample } from './model/message.js';
import { Batcher } from './sample/batch.js';
import { beginRound } from './sample/round.js';
import { isoTime, looseness, sleep, type Clock } from './model/clock.js';
import { Scheduler } from './scheduler/scheduler.js';
import { reloadName, RequestFile, StatusFile, stopName, type WrittenStatus } from './status/file.js';
import { AgentProvider } from './status/agentProvider.js';
import { EntryLog } from './status/entryLog.js';
import { EntryTotals } from './status/entryObserver.js';
import type { EntryStats } from './status/entryStats.js';
import { Recorder } from './history/recorder.js';
import type { CollectorState, EntryReport, ErrorInfo, ReloadReport, StatusOverview, StatusReport, StatusTotals } from './status/report.js';
import { summaryOf } from './status/summary.js';
import type { Output } from './output/output.js';
import { version } from './model/version.js';

/** How long the flush of a stop may take, milliseconds (design 3.5). */
const flushTime = 5000;
/** How long a stop waits for the last samples to be kept, milliseconds. */
const putTime = 1000;
/** How long an end waits for the history, milliseconds. */
const historyTime = 500;
/** How often requests are looked for, milliseconds. */
const requestPoll = 500;

/** What an agent is made of. */
export interface AgentParts {
  readonly settings: Settings;
  readonly provider: Provider;
  readonly clock: Clock;
  readonly log: Log;
  readonly output: Output;
  /** Called once when somebody asks to stop through the stop file, or when the output ends. */
  readonly onStopRequest: () => void;
  /** Reads the configuration again, for a reload; throws what is wrong with it. Absent where it cannot be read twice. */
  readonly reread?: (() => Settings) | undefined;
  /** The account that this process runs as. */
  readonly account?: Account;
}

/** One collector. `start`, or `once` for a single round; then `stop`. */
export class Agent {
  readonly #provider: SharedProvider;
  readonly #scheduler: Scheduler;
  readonly #workers: Workers;
  readonly #entryTotals: EntryTotals;
  readonly #envelopes: Envelopes;
  readonly #batcher: Batcher;
  readonly #since: number;
  readonly #stopRequest: RequestFile;
  readonly #reloadRequest: RequestFile;
  #reload: ReloadReport | null = null;
  readonly #status: StatusFile;
  readonly #history: Recorder;
  #state: CollectorState = 'starting';
  #lastError: ErrorInfo | null = null;
  #timers: (() => void)[] = [];

  constructor(private readonly parts: AgentParts) {
    const { settings, clock } = parts;
    this.#since = clock.wall();
    this.#provider = new SharedProvider(new AgentProvider(parts.provider, () => ({ totals: this.#totals(), confirms: parts.output.confirmTimes?.counts() })));
    this.#envelopes = new Envelopes(settings.identity, settings.broker?.routingKey ?? settings.identity.deploymentId, settings.publish);
    this.#batcher = new Batcher((batch) => parts.output.put(batch));
    this.#entryTotals = new EntryTotals(new EntryLog(parts.log.logger, clock));
    this.#scheduler = new Scheduler(clock, {
      offset: fraction(settings.identity.nodeId) * settings.schedule.jitter * 1000,
      align: settings.schedule.align,
    });
    this.#history = new Recorder(settings.status.path, settings.history, clock, (reason) => {
      parts.log.logger.warn({ reason }, 'the history cannot be written; a report will lack what is not kept meanwhile');
    });
    this.#workers = new Workers({
      clock, provider: this.#provider, scheduler: this.#scheduler, history: this.#history, totals: this.#entryTotals,
      context: { units: settings.publish.units, overloaded: () => this.#batcher.full, sink: (sample) => { this.#take(sample); }, wall: () => clock.wall() },
    }, settings.entries);
    this.#stopRequest = new RequestFile(settings.status.path, stopName);
    this.#reloadRequest = new RequestFile(settings.status.path, reloadName);
    this.#status = new StatusFile(
      settings.status.path, clock, () => this.#tell(),
      (reason) => { parts.log.logger.error({ reason }, 'status.json cannot be written'); },
    );
  }

  /** What each entry has done. */
  get stats(): readonly EntryStats[] {
    return this.#workers.stats;
  }

  #take(sample: Sample): void {
    // The answer of a call that hung until after the flush: nobody takes it any more.
    if (!this.#entryTotals.flushed) this.#batcher.add(this.#envelopes.of(sample));
  }

  /** Starts sampling; resolves when the first ticks are under way. */
  start(): void {
    const { clock, settings, output, onStopRequest, log } = this.parts;
    this.#history.begin();
    this.#begin();
    output.start(() => { this.#status.write(); }, onStopRequest);
    this.#scheduler.start(this.#workers.samplers);
    this.#enter('sampling');
    this.#every(settings.status.interval * 1000, () => { this.#status.write(); });
    this.#every(requestPoll, () => {
      if (this.#stopRequest.pending) onStopRequest();
      const request = this.#reloadRequest.take();
      if (request !== undefined) this.reload(request);
    });
    log.logger.info({ version, pid: process.pid, entries: settings.entries.length, since: isoTime(clock.wall()) }, 'sampling');
  }

  /** Takes one sample of every entry and hands it on. */
  async once(): Promise<void> {
    const { clock, output, onStopRequest } = this.parts;
    this.#begin();
    output.start(() => { this.#status.write(); }, onStopRequest);
    this.#enter('sampling');
    await Promise.all(beginRound(this.#workers.samplers, clock));
  }

  #begin(): void {
    this.#clear(this.#stopRequest);
    this.#clear(this.#reloadRequest);
    this.#status.write();
  }

  /** A request that cannot be taken away costs neither a start nor a stop. */
  #clear(request: RequestFile): void {
    try {
      request.clear();
    } catch (error) {
      this.note(systemCode(error) ?? 'PSA_OUTPUT', `a request cannot be taken away (${messageOf(error)})`);
    }
  }

  /**
   * Takes the configuration over anew, where nothing but psutil_config has changed in it. Entries that are as they were keep
   * their ticks, their counters and what their next reading is measured from. The outcome stands in the status, under `request`.
   */
  reload(request = ''): void {
    if (this.#state !== 'sampling') return;
    const { clock, log } = this.parts;
    const told = { time: isoTime(clock.wall()), request };
    try {
      this.#reload = { ...told, refused: null, ...this.#takeOver() };
      log.logger.info(this.#reload, 'the configuration was taken over anew');
    } catch (error) {
      this.#reload = { ...told, refused: reasonOf(error), kept: this.stats.length, added: 0, removed: 0 };
      log.logger.warn(this.#reload, 'the configuration was not taken over: everything is as it was');
    }
    this.#status.write();
  }

  /** Nothing is changed where it throws. */
  #takeOver(): Pick<ReloadReport, 'kept' | 'added' | 'removed'> {
    const { reread, settings } = this.parts;
    if (reread === undefined) throw new ConfigError('PSA_CONFIG_INVALID', 'the configuration came from standard input and cannot be read again; start the collector anew');
    const next = reread();
    const others = otherDifferences(settings, next);
    if (others.length > 0) {
      throw new ConfigError('PSA_CONFIG_INVALID', `only psutil_config is taken over by a running collector, and ${others.join(', ')} differs too; start the collector anew`);
    }
    return this.#workers.replace(next.entries);
  }

  /** Stops sampling, flushes for at most `flushTime`, closes. Resolves with the samples that were not delivered. */
  async stop(): Promise<number> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return 0;
    const { output, log, clock } = this.parts;
    this.#enter('stopping');
    for (const cancel of this.#timers) cancel();
    await this.#scheduler.stop(0);
    this.#batcher.flush();
    this.#entryTotals.flushed = true;
    // A disk that does not take them must not cost the flush of what it has.
    await Promise.race([this.#batcher.settled(), sleep(clock, putTime)]);
    const left = await output.stop(flushTime);
    this.#provider.close();
    this.#entryTotals.log.close();
    this.#enter('stopped');
    this.#clear(this.#stopRequest);
    await this.#settled();
    log.logger.info({ left, ran: Math.round((clock.wall() - this.#since) / 1000) }, 'stopped');
    await log.close();
    return left;
  }

  /** Leaves word of a fault that ends this process: in the log, with its stack, and in the status. */
  async fail(error: unknown): Promise<void> {
    this.note('PSA_UNEXPECTED', messageOf(error));
    this.parts.log.logger.fatal({ err: error }, 'unexpected fault');
    this.#enter('failed');
    await this.#settled();
    await this.parts.log.close();
  }

  /** Remembers a fault that is no entry's own. */
  note(code: string, message: string): void {
    this.#lastError = { time: isoTime(this.parts.clock.wall()), code, message };
  }

  /** The last status is written, and the history where the disk answers. */
  async #settled(): Promise<void> {
    await this.#status.settled();
    await Promise.race([this.#history.settled(), sleep(this.parts.clock, historyTime)]);
  }

  #enter(state: CollectorState): void {
    this.#state = state;
    this.#status.write();
  }

  #every(ms: number, call: () => void): void {
    const at = this.#timers.length;
    const again = (): void => {
      this.#timers[at] = this.parts.clock.after(ms, () => {
        call();
        if (this.#state === 'sampling') again();
      }, ms * looseness);
    };
    again();
  }

  /** What is written of it now, which the history looks at as well. */
  #tell(): WrittenStatus {
    const overview = this.overview();
    this.#history.see(overview);
    return { ...overview, entries: this.#entries() };
  }

  *#entries(): Iterable<EntryReport> {
    for (const stats of this.stats) yield stats.report();
  }

  /** What the collector says of itself now. */
  report(): StatusReport {
    return { ...this.overview(), entries: [...this.#entries()] };
  }

  /** That as a whole, in a small part of the time. */
  overview(): StatusOverview {
    const totals = this.#totals();
    const entries = this.stats.map((stats) => (stats.fault === undefined ? sound : stats.report()));
    return { ...totals, summary: summaryOf({ ...totals, entries }) };
  }

  #totals(): StatusTotals {
    const { taken, skipped, unavailable } = this.#entryTotals;
    const output = this.parts.output.report();
    const overload = this.#batcher.dropped;
    return {
      version, state: this.#state, pid: process.pid, account: this.parts.account ?? null, since: isoTime(this.#since), updated: isoTime(this.parts.clock.wall()),
      taken, skipped, unavailable,
      ...output,
      dropped: output.dropped + overload,
      dropped_by: { ...output.dropped_by, overload },
      last_error: newer(output.last_error, this.#lastError), reload: this.#reload,
    };
  }
}

/** An entry that the summary has nothing to say of. */
const sound = { last: null, last_error: null, fault: null };

/** Faults of a configuration that a refusal names. */
const mostFaults = 3;

function reasonOf(error: unknown): string {
  const faults = error instanceof ConfigError ? error.faults.slice(0, mostFaults).map(({ message }) => message) : [];
  return [messageOf(error), ...faults].join('; ');
}

function newer(a: ErrorInfo | null, b: ErrorInfo | null): ErrorInfo | null {
  return a === null || (b !== null && b.time > a.time) ? b : a;
}

/** A number from 0 to below 1 that depends on a text only: FNV-1a, so that a fleet spreads and a host keeps its place. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
