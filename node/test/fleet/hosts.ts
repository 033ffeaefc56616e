/** A process of real hosts: the project's own transports, each with its queue, before a real broker. Told what to do by its parent. */
import { systemClock } from '../../model/clock.js';
import type { BrokerSettings } from '../../model/settings.js';
import { MemoryQueue } from '../../spool/memory.test.support.js';
import { Transport } from '../../transport/transport.js';
import { startProxy } from '../support/proxy.js';
import type { HostsCommand, HostsOrder, HostsReport } from './protocol.js';

const order = JSON.parse(process.argv[2] ?? '{}') as HostsOrder;
const proxy = order.proxied ? await startProxy(order.settings.port) : undefined;
const settings: BrokerSettings = { ...order.settings, port: proxy?.port ?? order.settings.port };
/** As long as a real one. */
const body = JSON.stringify({
  node_id: 'node_abc123', node_name: 'node', deployment_id: 'deployment', name: 'cpu_percent', path: '', metric: 12.5, unit: '', type: 'GAUGE',
  host: 'node_abc123', service: 'deployment.node.node_abc123.cpu_percent', time: 1_700_000_000,
});
const draw = (): number => (order.jitter ? Math.random() : 1);

class Host {
  readonly #queue = new MemoryQueue({ maxBytes: 1e9, maxAge: 1e6, clock: systemClock });
  #transport: Transport | undefined;
  #backlogEnd = 0;
  #before = 0;
  connectedAt: number | undefined;
  drainedAt: number | undefined;
  taken = 0;

  get confirmed(): number {
    return this.#before + (this.#transport?.state().published ?? 0);
  }

  put(count: number): void {
    const envelope = () => ({ id: `0123456789abcdef-${String(this.taken++)}`, time: Math.floor(Date.now() / 1000), routingKey: 'deployment', body });
    void this.#queue.put(Array.from({ length: count }, envelope));
  }

  /** Takes samples while the collector runs. */
  sample(offset: number): void {
    setTimeout(() => {
      setInterval(() => { if (this.#transport !== undefined) this.put(order.load.samples); }, order.load.interval);
    }, offset);
  }

  start(): void {
    const transport = new Transport({
      broker: settings, unroutable: 'hold', queue: this.#queue, clock: systemClock, log: () => undefined, random: draw,
      changed: () => { this.#changed(transport.state().connected); },
    });
    this.#transport = transport;
    transport.start();
  }

  async stop(): Promise<void> {
    const transport = this.#transport;
    this.#transport = undefined;
    this.forget();
    await transport?.stop(1000);
    this.#before += transport?.state().published ?? 0;
  }

  forget(): void {
    this.connectedAt = undefined;
    this.drainedAt = undefined;
  }

  look(): void {
    if (this.connectedAt !== undefined && this.drainedAt === undefined && this.confirmed >= this.#backlogEnd) this.drainedAt = Date.now();
  }

  #changed(connected: boolean): void {
    if (!connected) this.forget();
    else if (this.connectedAt === undefined) {
      this.connectedAt = Date.now();
      this.#backlogEnd = this.taken;
    }
  }
}

const hosts = Array.from({ length: order.hosts }, () => new Host());
for (const host of hosts) host.put(order.backlog);

function last(times: readonly (number | undefined)[]): number {
  return times.reduce<number>((latest, time) => Math.max(latest, time ?? 0), 0);
}

process.on('message', (command: HostsCommand) => {
  switch (command.kind) {
    case 'start':
      for (const host of hosts) {
        setTimeout(() => { host.start(); }, Math.random() * order.spread);
        if (order.load.samples > 0) host.sample(order.jitter ? Math.random() * order.load.interval : order.load.interval - (Date.now() % order.load.interval));
      }
      break;
    case 'forget': for (const host of hosts) host.forget(); break;
    case 'split':
      if (command.on) proxy?.blackHole();
      else proxy?.forward();
      break;
    case 'upgrade':
      hosts.forEach((host, index) => {
        const at = command.at[index] ?? 0;
        setTimeout(() => { void host.stop(); }, at);
        setTimeout(() => { host.start(); }, at + command.away);
      });
      break;
  }
});
process.on('disconnect', () => { process.exit(); });

setInterval(() => {
  for (const host of hosts) host.look();
  const report: HostsReport = {
    connected: hosts.filter(({ connectedAt }) => connectedAt !== undefined).length,
    drained: hosts.filter(({ drainedAt }) => drainedAt !== undefined).length,
    lastConnected: last(hosts.map(({ connectedAt }) => connectedAt)),
    lastDrained: last(hosts.map(({ drainedAt }) => drainedAt)),
    taken: hosts.reduce((sum, { taken }) => sum + taken, 0),
    confirmed: hosts.reduce((sum, { confirmed }) => sum + confirmed, 0),
  };
  process.send?.(report);
}, 200);
