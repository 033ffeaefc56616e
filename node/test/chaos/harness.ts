import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker, type TestBroker } from '../support/broker.js';
import { startDeadHost, type DeadHost } from '../support/deadHost.js';
import { startProxy, type FaultProxy } from '../support/proxy.js';
import { CollectorProcess, type Report } from './collectorProcess.js';
import { DurableConsumer } from './consumer.js';
import { SmallDisk } from './disk.js';
import { JournalReader, metricOf } from './journal.js';
import { Verifier } from './verifier.js';

/** How long nothing may come of samples after those that are missing before these count as lost, milliseconds. */
const grace = 2000;

/** Entries of eleven numbers each, ten times a second, that a collector has unless said otherwise. */
const usualEntries = 4;

/** Everything that a fault can be done to: collector, spool, disk, network, broker and consumer, and the verification of it all. */
export class Harness {
  readonly verifier = new Verifier();
  readonly collector: CollectorProcess;
  readonly consumer: DurableConsumer;
  /** Samples that the harness itself destroyed on disk, by id: whether the collector can tell that they are gone. */
  readonly destroyed = new Map<string, boolean>();
  /** How many of them that it can tell of, and is to count, have been given up. */
  tellable = 0;
  /** Whether the broker is to keep samples on disk; for collectors to come. */
  delivery: 'transient' | 'persistent' = 'transient';
  /** A collector that ended by itself, or anything else that must never be. */
  failure: string | undefined;
  /** The most memory that a collector was seen with, MB. */
  highest = 0;
  /** What was done, for the report of a failure. */
  readonly notes: string[] = [];
  readonly #journal: JournalReader;
  readonly #settings: string;

  private constructor(
    readonly home: string,
    readonly broker: TestBroker,
    readonly proxy: FaultProxy,
    readonly disk: SmallDisk,
    readonly host: DeadHost,
    private readonly brokerSettings: object,
    private readonly nodeId: string,
  ) {
    this.#settings = join(home, 'settings.json');
    const journal = join(home, 'journal');
    const files = { settings: this.#settings, journal, status: join(home, 'status'), clock: join(home, 'clock') };
    this.#journal = new JournalReader(journal, (line) => { this.verifier.promised(line); });
    this.collector = new CollectorProcess(files, (program, ...args) => host.words(program, ...args), (reason) => { this.failure ??= reason; });
    this.consumer = new DurableConsumer(broker.port, (id, body, redelivered) => {
      this.verifier.arrived(id, metricOf(body), body.metric, redelivered);
    });
  }

  /** Sets everything up, with the collector at work; `brokerSettings` are added to its settings, and each message has `nodeId` in it twice. */
  static async build(brokerSettings: object = {}, nodeId = 'web_1'): Promise<Harness> {
    const home = mkdtempSync(join(tmpdir(), 'psutil-agent-chaos-'));
    const disk = await SmallDisk.mount(join(home, 'disk'), 192);
    const host = await startDeadHost(2);
    const broker = await startBroker();
    const harness = new Harness(home, broker, await startProxy(broker.port), disk, host, brokerSettings, nodeId);
    try {
      mkdirSync(harness.spool);
      harness.#configure(usualEntries);
      await harness.consumer.start();
      await harness.collector.start();
      return harness;
    } catch (error) {
      await harness.remove();
      throw error;
    }
  }

  get spool(): string {
    return join(this.disk.path, 'spool');
  }

  /** Writes the settings of the next collector. Timeouts are short, so that a dead network is found out in seconds. */
  #configure(entries: number): void {
    const memory = Array.from({ length: entries }, (_, index) => ({ method: 'virtual_memory', interval: 0.1, alias: `memory_${String(index)}` }));
    const volumes = this.host.volumes.map((path, index) => ({ method: 'disk_usage', args: { path }, result_argument: 'free', interval: 0.5, alias: `volume_${String(index)}` }));
    writeFileSync(this.#settings, JSON.stringify({
      node: { deployment_id: 'dep', node_name: 'web', node_id: this.nodeId },
      broker: {
        // A name that is looked up, and behind it an address for when no name can be.
        hostnames: ['broker.example', '127.0.0.1'], port: this.proxy.port, heartbeat: 4, connect_timeout: 2, confirm_timeout: 2,
        reconnect_initial: 0.1, reconnect_maximum: 2, delivery_mode: this.delivery,
        ...this.brokerSettings,
      },
      psutil_config: [...memory, ...volumes],
      spool: { path: this.spool }, status: { path: join(this.home, 'status'), interval: 0.2 }, log: { path: join(this.home, 'log'), level: 'debug' },
    }));
  }

  /** Ends the collector as it is meant to end, and starts the next, with so many entries. */
  async restart(entries = usualEntries): Promise<void> {
    this.#configure(entries);
    await this.collector.end('SIGTERM');
    await this.collector.start();
  }

  note(what: string): void {
    this.notes.push(what);
  }

  /** What the collector says, its memory looked at. */
  async report(): Promise<Report> {
    const told = await this.collector.report();
    this.highest = Math.max(this.highest, told.rss);
    return told;
  }

  /** The place in the journal of what has been promised by now. */
  mark(): number {
    this.#journal.read();
    return this.verifier.promises;
  }

  /**
   * Waits until everything promised up to now and something later has arrived; gives the seconds that took. What is still missing
   * some time after later samples came is never to come: it counts as lost, or as excused.
   */
  async settle(seconds: number): Promise<number> {
    const began = Date.now();
    const mark = this.mark();
    let passed: number | undefined;
    let recovered = began;
    while (!(this.verifier.fulfilled(mark) && this.verifier.reached > mark)) {
      if (this.failure !== undefined) throw new Error(this.failure);
      recovered = Date.now();
      if (this.verifier.reached > mark) passed ??= recovered;
      if (passed !== undefined && recovered - passed > grace) break;
      if (recovered - began > seconds * 1000) throw new Error(await this.#stuck(mark, seconds));
      this.highest = Math.max(this.highest, this.collector.rss);
      await delay(20);
      this.#journal.read();
    }
    if (passed !== undefined) this.#giveUp(mark);
    return ((passed ?? recovered) - began) / 1000;
  }

  async #stuck(mark: number, seconds: number): Promise<string> {
    const missing = this.verifier.missing(mark);
    const { report } = await this.report();
    return `${String(missing.length)} samples had not arrived after ${String(seconds)} s, and none after them; the collector says ${JSON.stringify({ ...report, entries: undefined })}`;
  }

  #giveUp(mark: number): void {
    for (const { id } of this.verifier.missing(mark)) {
      this.verifier.giveUp(id, this.destroyed.has(id));
      if (this.destroyed.get(id) === true) this.tellable += 1;
    }
  }

  /** Waits until the collector's report is as wanted. */
  async until(wanted: string, look: (report: Report['report']) => boolean, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!look((await this.report()).report)) {
      if (Date.now() > deadline) throw new Error(`the collector was not ${wanted} within ${String(seconds)} s`);
    }
  }

  /** Ends everything; with `keep`, its files stay for whoever wants to look at them. */
  async remove(keep = false): Promise<void> {
    await this.collector.end('SIGKILL');
    await this.consumer.stop();
    this.#journal.close();
    await this.proxy.close();
    await this.broker.stop();
    await this.host.close();
    if (keep) cpSync(this.spool, join(this.home, 'spool'), { recursive: true });
    await this.disk.unmount();
    if (!keep) rmSync(this.home, { recursive: true, force: true });
  }
}
