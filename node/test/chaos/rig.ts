import { cpSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker, type TestBroker } from '../support/broker.js';
import { startProxy, type FaultProxy } from '../support/proxy.js';
import { Audit } from './audit.js';
import { SmallDisk } from './disk.js';
import { JournalReader, metricOf } from './journal.js';
import { Subject } from './subject.js';
import { Witness } from './witness.js';

/** What every entry of the collector gives together, about 440 samples a second. */
const entries = Array.from({ length: 4 }, (_, index) => ({ method: 'virtual_memory', interval: 0.1, alias: `memory_${String(index)}` }));
/** How long nothing may come of samples after those that are missing before these count as lost, milliseconds. */
const grace = 2000;

/** Everything that a fault can be done to: collector, spool, disk, network, broker and consumer, and the audit over them. */
export class Rig {
  readonly audit = new Audit();
  readonly subject: Subject;
  readonly witness: Witness;
  /** Samples that damage may have taken without anybody being able to tell. */
  readonly excused = new Set<string>();
  /** A collector that ended by itself, or anything else that must never be. */
  failure: string | undefined;
  /** What was done, for the report of a failure. */
  readonly notes: string[] = [];
  readonly #journal: JournalReader;
  readonly #settings: string;

  private constructor(
    readonly home: string,
    readonly broker: TestBroker,
    readonly proxy: FaultProxy,
    readonly disk: SmallDisk,
    private readonly brokerSettings: object,
  ) {
    this.#settings = join(home, 'settings.json');
    const journal = join(home, 'journal');
    const { audit } = this;
    this.#journal = new JournalReader(journal, { run: (run) => { audit.run(run); }, promised: (line) => { audit.promised(line); } });
    this.subject = new Subject(this.#settings, journal, (reason) => { this.failure ??= reason; });
    this.witness = new Witness(broker.port, (id, body, redelivered) => {
      // The line of a sample's run is in the journal before the sample is on its way.
      if (!audit.knows(id)) this.#journal.read();
      audit.arrived(id, metricOf(body), body.metric, redelivered);
    });
  }

  /** Sets everything up, with the collector at work; `brokerSettings` are added to its settings. */
  static async build(brokerSettings: object = {}): Promise<Rig> {
    const home = mkdtempSync(join(tmpdir(), 'psutil-agent-chaos-'));
    const disk = await SmallDisk.mount(join(home, 'disk'), 192);
    const broker = await startBroker();
    const rig = new Rig(home, broker, await startProxy(broker.port), disk, brokerSettings);
    try {
      mkdirSync(rig.spool);
      rig.configure('transient');
      await rig.witness.start();
      await rig.subject.start();
      return rig;
    } catch (error) {
      await rig.remove();
      throw error;
    }
  }

  get spool(): string {
    return join(this.disk.path, 'spool');
  }

  /** Writes the settings of the next collector. Timeouts are short, so that a dead network is found out in seconds. */
  configure(delivery: 'transient' | 'persistent'): void {
    writeFileSync(this.#settings, JSON.stringify({
      node: { deployment_id: 'dep', node_name: 'web', node_id: 'web_1' },
      broker: {
        hostnames: ['127.0.0.1'], port: this.proxy.port, heartbeat: 4, connect_timeout: 2, confirm_timeout: 2,
        reconnect_initial: 0.1, reconnect_maximum: 2, delivery_mode: delivery,
        ...this.brokerSettings,
      },
      psutil_config: entries,
      spool: { path: this.spool }, status: { path: join(this.home, 'status') }, log: { path: join(this.home, 'log'), level: 'debug' },
    }));
  }

  note(what: string): void {
    this.notes.push(what);
  }

  /** The place in the journal of what has been promised by now. */
  mark(): number {
    this.#journal.read();
    return this.audit.promises;
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
    while (!(this.audit.fulfilled(mark) && this.audit.reached > mark)) {
      if (this.failure !== undefined) throw new Error(this.failure);
      recovered = Date.now();
      if (this.audit.reached > mark) passed ??= recovered;
      if (passed !== undefined && recovered - passed > grace) break;
      if (recovered - began > seconds * 1000) throw new Error(await this.#stuck(mark, seconds));
      await delay(20);
      this.#journal.read();
    }
    if (passed !== undefined) this.#giveUp(mark);
    return ((passed ?? recovered) - began) / 1000;
  }

  async #stuck(mark: number, seconds: number): Promise<string> {
    const missing = this.audit.missing(mark);
    const { report } = await this.subject.report();
    return `${String(missing.length)} samples had not arrived after ${String(seconds)} s, and none after them; the collector says ${JSON.stringify({ ...report, entries: undefined })}`;
  }

  #giveUp(mark: number): void {
    for (const { id } of this.audit.missing(mark)) this.audit.giveUp(id, this.excused.has(id));
  }

  /** Waits until the collector's report is as wanted. */
  async until(wanted: string, look: (report: Awaited<ReturnType<Subject['report']>>['report']) => boolean, seconds = 60): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!look((await this.subject.report()).report)) {
      if (Date.now() > deadline) throw new Error(`the collector was not ${wanted} within ${String(seconds)} s`);
      await delay(50);
    }
  }

  /** Ends everything; with `keep`, its files stay for whoever wants to look at them. */
  async remove(keep = false): Promise<void> {
    await this.subject.end('SIGKILL');
    await this.witness.stop();
    this.#journal.close();
    await this.proxy.close();
    await this.broker.stop();
    if (keep) cpSync(this.spool, join(this.home, 'spool'), { recursive: true });
    await this.disk.unmount();
    if (!keep) rmSync(this.home, { recursive: true, force: true });
  }
}
