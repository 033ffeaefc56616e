/** A fleet of real hosts before a real RabbitMQ: what the model is measured by, and held against. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect as dial, type ChannelModel } from 'amqplib';
import type { BrokerSettings } from '../../model/settings.js';
import { Random } from '../chaos/random.js';
import { startBroker, type TestBroker } from '../support/broker.js';
import { until } from '../support/wait.js';
import type { BrokerFigures } from './brokerModel.js';
import type { HostLoad } from './hostModel.js';
import type { HostsCommand, HostsOrder, HostsReport } from './protocol.js';
import type { FleetEvent, Outcome } from './scenario.js';
import { brokerSettings } from './settings.js';

const program = fileURLToPath(new URL('hosts.js', import.meta.url));
/** Longest wait for anything, seconds: it only ends what hangs. */
const patience = 600;
const exchange = 'fleet';

class Hosts {
  readonly #process: ChildProcess;
  #report: HostsReport = { connected: 0, drained: 0, lastConnected: 0, lastDrained: 0, taken: 0, confirmed: 0 };
  #fresh = false;

  constructor(readonly order: HostsOrder) {
    this.#process = fork(program, [JSON.stringify(order)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', (report: HostsReport) => {
      this.#report = report;
      this.#fresh = true;
    });
  }

  get report(): HostsReport {
    return this.#report;
  }

  tell(command: HostsCommand): void {
    this.#process.send(command);
    this.#fresh = false;
  }

  /** Waits for a report that is younger than what it was told last. */
  async heard(): Promise<void> {
    await until('a report', () => this.#fresh, patience);
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}

/** A broker with a consumer that acknowledges, and its process as the system sees it. */
export class RealBroker {
  #consumer: ChannelModel | undefined;
  #highest = 0;
  #watch: NodeJS.Timeout | undefined;

  private constructor(readonly broker: TestBroker, private readonly queue: 'classic' | 'quorum', private pid: number) {}

  static async start(queue: 'classic' | 'quorum'): Promise<RealBroker> {
    const broker = await startBroker();
    const real = new RealBroker(broker, queue, await processOf(broker));
    await real.consume();
    return real;
  }

  get settings(): BrokerSettings {
    return brokerSettings({ port: this.broker.port, username: 'guest', password: 'guest', exchange: { name: exchange, durable: true }, delivery_mode: this.queue === 'quorum' ? 'persistent' : 'transient' });
  }

  /** Declares the queue, and takes from it unless told otherwise. */
  async consume(take = true): Promise<void> {
    const connection = await dial({ hostname: '127.0.0.1', port: this.broker.port });
    connection.on('error', () => undefined);
    this.#consumer = connection;
    const channel = await connection.createChannel();
    channel.on('error', () => undefined);
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue(exchange, { durable: true, arguments: { 'x-queue-type': this.queue } });
    await channel.bindQueue(exchange, exchange, '#');
    await channel.prefetch(1000);
    let taken = 0;
    if (take) {
      await channel.consume(exchange, (message) => {
        taken += 1;
        if (message !== null && taken % 100 === 0) channel.ack(message, true);
      });
    }
  }

  async leave(): Promise<void> {
    await this.#consumer?.close().catch(() => undefined);
  }

  /** Processor time of the broker so far, seconds. */
  cpu(): number {
    const fields = readFileSync(`/proc/${String(this.pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Resident memory of the broker, bytes. */
  memory(): number {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(this.pid)}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  }

  /** Begins to watch for the most memory. */
  watch(): void {
    this.#highest = 0;
    this.#watch = setInterval(() => {
      try { this.#highest = Math.max(this.#highest, this.memory()); } catch { /* it is away */ }
    }, 200);
  }

  get highest(): number {
    clearInterval(this.#watch);
    return this.#highest;
  }

  /** Gives when it was there again, milliseconds since 1970. */
  async restart(away: number): Promise<number> {
    await this.broker.halt();
    await delay(away * 1000);
    await this.broker.resume();
    const there = Date.now();
    this.pid = await processOf(this.broker);
    return there;
  }

  /** Milliseconds since 1970 at which the broker accepted connections, by its log. */
  async accepts(since: number): Promise<number[]> {
    const lines = (await this.broker.log()).matchAll(/^(\S+ \S+) \[info\] .*accepting AMQP connection/gm);
    return [...lines].map((line) => Date.parse(line[1] ?? '')).filter((at) => at >= since);
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    await this.broker.stop();
  }
}

async function processOf(broker: TestBroker): Promise<number> {
  return Number(/\d+/.exec(await broker.ctl('eval', 'os:getpid().'))?.[0]);
}

/** Starts hosts in several processes, the first of which reaches the broker by a proxy where the network is to be split. */
function startHosts(broker: RealBroker, order: Partial<HostsOrder> & { readonly hosts: number }, split = 0): Hosts[] {
  const base: HostsOrder = { settings: broker.settings, load: { interval: 1000, samples: 0 }, jitter: true, proxied: false, backlog: 0, spread: 0, ...order };
  const struck = Math.round(order.hosts * split);
  const rest = order.hosts - struck;
  const sizes = struck > 0 ? [struck, rest] : [Math.ceil(rest / 2), Math.floor(rest / 2)];
  return sizes.filter((hosts) => hosts > 0).map((hosts, index) => new Hosts({ ...base, hosts, proxied: struck > 0 && index === 0 }));
}

const sum = (all: readonly Hosts[], key: keyof HostsReport): number => all.reduce((total, { report }) => total + report[key], 0);
const size = (all: readonly Hosts[]): number => all.reduce((total, { order }) => total + order.hosts, 0);
const last = (all: readonly Hosts[], key: 'lastConnected' | 'lastDrained'): number => Math.max(...all.map(({ report }) => report[key]));

async function tell(all: readonly Hosts[], command: HostsCommand): Promise<void> {
  for (const one of all) one.tell(command);
  await Promise.all(all.map((one) => one.heard()));
}

/**
 * Measures a broker with so many hosts. What it can do a second is taken from its processor's time, as if it had all cores to itself: how
 * long the hosts took, which compute on the same cores, is told beside it.
 */
export async function measure(hosts: number, cores: number, queue: 'classic' | 'quorum', note: (line: string) => void): Promise<BrokerFigures> {
  const broker = await RealBroker.start(queue);
  const all: Hosts[] = [];
  try {
    const memory = broker.memory();
    const storm = startHosts(broker, { hosts });
    all.push(...storm);
    await Promise.all(storm.map((one) => one.heard()));
    let cpu = broker.cpu();
    const began = Date.now();
    await tell(storm, { kind: 'start' });
    await until('every host connected', () => sum(storm, 'connected') === hosts, patience);
    const loginSeconds = (last(storm, 'lastConnected') - began) / 1000;
    const loginCpu = (broker.cpu() - cpu) / hosts;
    const accepted = (await broker.accepts(began)).sort((a, b) => a - b);
    // The busiest tenth: what it accepts when it has nothing else to do yet.
    const tenth = Math.max(1, Math.floor(accepted.length / 10));
    const shortest = accepted.reduce((least, at, index) => Math.min(least, Math.max(1, (accepted[index + tenth] ?? Infinity) - at)), Infinity);
    cpu = broker.cpu();
    await delay(10_000);
    const connectionMemory = Math.max(0, broker.memory() - memory) / hosts;
    const idle = (broker.cpu() - cpu) / 10 / hosts;
    await Promise.all(storm.map((one) => one.end()));
    note(`${String(hosts)} logins in ${loginSeconds.toFixed(1)} s, ${(loginCpu * 1000).toFixed(2)} ms of the broker's processor time each; ${(connectionMemory / 1024).toFixed(0)} KiB a connection; ${(idle * 1e6).toFixed(0)} us a second while it is open`);

    const [writers, each] = [50, 1000];
    const writing = startHosts(broker, { hosts: writers, backlog: each });
    all.push(...writing);
    await Promise.all(writing.map((one) => one.heard()));
    cpu = broker.cpu();
    const wrote = Date.now();
    await tell(writing, { kind: 'start' });
    await until('every sample confirmed', () => sum(writing, 'confirmed') === writers * each, patience);
    const sampleSeconds = (last(writing, 'lastDrained') - wrote) / 1000;
    const sampleCpu = (broker.cpu() - cpu) / (writers * each);
    await Promise.all(writing.map((one) => one.end()));
    note(`${String(writers * each)} samples to a ${queue} queue in ${sampleSeconds.toFixed(1)} s, ${(sampleCpu * 1e6).toFixed(0)} us of the broker's processor time each, consumed`);

    await broker.leave();
    await broker.consume(false);
    const before = broker.memory();
    const filling = startHosts(broker, { hosts: writers, backlog: each });
    all.push(...filling);
    await Promise.all(filling.map((one) => one.heard()));
    await tell(filling, { kind: 'start' });
    await until('every sample queued', () => sum(filling, 'confirmed') === writers * each, patience);
    const sampleMemory = Math.max(0, broker.memory() - before - writers * connectionMemory) / (writers * each);
    note(`${sampleMemory.toFixed(0)} bytes a sample that waits`);

    const samples = cores / sampleCpu;
    return { memory, connectionMemory, sampleMemory, accepts: (tenth * 1000) / shortest, backlog: 128, logins: cores / loginCpu, samples, consumed: samples };
  } finally {
    await Promise.all(all.map((one) => one.end()));
    await broker.stop();
  }
}

/** Plays an event with real hosts. `away` of a restart is what the broker is kept down beyond its own stop and start; the outcome says how long it was. */
export async function playReal(hosts: number, event: FleetEvent, jitter: boolean, load: HostLoad): Promise<Outcome & { readonly away: number }> {
  const broker = await RealBroker.start('classic');
  const all = startHosts(broker, { hosts, load, jitter, spread: Math.max(5000, hosts * 10) }, event.kind === 'split' ? event.share : 0);
  try {
    await Promise.all(all.map((one) => one.heard()));
    await tell(all, { kind: 'start' });
    await until('every host connected', () => sum(all, 'drained') === hosts, patience);
    await delay(2 * load.interval);
    broker.watch();
    const began = Date.now();
    let better = began;
    let struck = all;
    switch (event.kind) {
      case 'restart':
        better = await broker.restart(event.away);
        await broker.consume();
        break;
      case 'split':
        struck = all.slice(0, 1);
        await tell(struck, { kind: 'split', on: true });
        await delay(event.lasts * 1000);
        better = Date.now();
        await tell(struck, { kind: 'split', on: false });
        break;
      case 'upgrade': {
        const nature = new Random(1);
        let index = 0;
        for (const one of all) {
          const at = Array.from({ length: one.order.hosts }, () => (Math.floor((index++ * event.waves) / hosts) * event.every + (jitter ? nature.next() * event.every : 0)) * 1000);
          one.tell({ kind: 'upgrade', at, away: event.away * 1000 });
        }
        await delay(((event.waves - (jitter ? 0 : 1)) * event.every + event.away) * 1000);
        better = Date.now();
      }
    }
    await Promise.all(all.map((one) => one.heard()));
    await until('every backlog drained', () => sum(struck, 'drained') === size(struck), patience);
    const accepted = await broker.accepts(began);
    const seconds = new Map<number, number>();
    for (const at of accepted) seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1);
    return {
      away: (better - began) / 1000,
      peak: Math.max(...seconds.values()),
      attempts: accepted.length / size(struck),
      connected: Math.max(0, (last(struck, 'lastConnected') - better) / 1000),
      drained: Math.max(0, (last(struck, 'lastDrained') - better) / 1000),
      memory: broker.highest,
      taken: sum(all, 'taken'),
      confirmed: sum(all, 'confirmed'),
    };
  } finally {
    await Promise.all(all.map((one) => one.end()));
    await broker.stop();
  }
}
