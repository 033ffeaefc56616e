import { setTimeout as delay } from 'node:timers/promises';
import { cutPower, flipBit, sizesOf, tear, type Damage } from './damage.js';
import type { Harness } from './harness.js';
import { nonsense } from './hostile.js';
import type { Random } from './random.js';

/** One kind of fault. */
export interface Fault {
  readonly name: string;
  /** The row of the table that it counts in. */
  readonly row: string;
  /** Its share among the others of its place. */
  readonly weight: number;
  /** Where it strikes: at the collector and its disk, or at what lies behind it. */
  readonly place: 'collector' | 'network' | 'broker';
  /** The broker and what it holds go with it: samples are published so that the broker keeps them. */
  readonly destroysBroker?: boolean;
  /** The next fault may follow before the collector has recovered. */
  readonly overlaps: boolean;
  /** Samples may be dropped by it: as many as the collector counts for this cause. */
  readonly drops?: 'damage' | 'size';
  /** Makes it happen; resolves when its cause is gone. */
  run(harness: Harness, random: Random): Promise<void>;
}

/** Seconds, at random. */
const some = (random: Random, low: number, high: number): Promise<void> => delay(random.between(low, high) * 1000);

const brokerStop = (name: string, signal: 'SIGTERM' | 'SIGKILL'): Fault => ({
  name, row: 'broker stopped, killed', weight: 1, place: 'broker', overlaps: false, destroysBroker: true,
  async run(harness, random) {
    await harness.broker.halt(signal);
    await some(random, 0, 1);
    await harness.broker.resume();
  },
});

const collectorEnd = (name: string, signal: 'SIGTERM' | 'SIGKILL'): Fault => ({
  name, row: 'collector killed, stopped', weight: 3, place: 'collector', overlaps: true,
  async run(harness, random) {
    await harness.collector.end(signal);
    await some(random, 0, 0.3);
    await harness.collector.start();
  },
});

/** Kills the collector with a backlog behind it, does damage to its spool, and starts it again. */
const spoolDamage = (name: string, row: string, damage: (harness: Harness, random: Random) => Promise<Damage>): Fault => ({
  name, row, weight: 1.5, place: 'collector', overlaps: false, drops: 'damage',
  async run(harness, random) {
    harness.proxy.refuse();
    await some(random, 0.5, 4);
    const { what, destroyed } = await damage(harness, random);
    for (const [id, tellable] of destroyed) harness.destroyed.set(id, tellable);
    harness.note(what);
    await harness.collector.start();
    await some(random, 0, 0.5);
    harness.proxy.forward();
  },
});

const killed = async (harness: Harness): Promise<void> => harness.collector.end('SIGKILL');

/** All kinds. */
export const faults: readonly Fault[] = [
  brokerStop('broker stopped and started', 'SIGTERM'),
  brokerStop('broker killed and started', 'SIGKILL'),
  {
    name: 'connections closed by the broker', row: 'connections closed, reset, refused', weight: 2, place: 'network', overlaps: true,
    run: async (harness) => { await harness.broker.ctl('close_all_connections', 'chaos'); },
  },
  {
    name: 'TCP reset', row: 'connections closed, reset, refused', weight: 4, place: 'network', overlaps: true,
    run: (harness) => {
      harness.proxy.reset();
      return Promise.resolve();
    },
  },
  {
    name: 'connections refused', row: 'connections closed, reset, refused', weight: 3, place: 'network', overlaps: true,
    async run(harness, random) {
      harness.proxy.refuse();
      await some(random, 0.2, 2);
      harness.proxy.forward();
    },
  },
  {
    name: 'black hole, short', row: 'black hole, slow link', weight: 2, place: 'network', overlaps: true,
    async run(harness, random) {
      harness.proxy.blackHole();
      await some(random, 0.2, 1.5);
      harness.proxy.forward();
    },
  },
  {
    name: 'black hole, until given up', row: 'black hole, slow link', weight: 2, place: 'network', overlaps: true,
    async run(harness, random) {
      harness.proxy.blackHole();
      await some(random, 3, 5);
      // Nobody sends again what is in a connection that its owner gave up: it is gone.
      harness.proxy.reset();
      harness.proxy.forward();
    },
  },
  {
    name: 'slow link', row: 'black hole, slow link', weight: 2, place: 'network', overlaps: true,
    async run(harness, random) {
      harness.proxy.slow(random.between(10_000, 100_000));
      await some(random, 1, 3);
      harness.proxy.slow(undefined);
    },
  },
  {
    name: 'memory alarm', row: 'memory alarm', weight: 1, place: 'network', overlaps: true,
    async run(harness, random) {
      await harness.broker.ctl('set_vm_memory_high_watermark', '0');
      await some(random, 0, 1);
      await harness.broker.ctl('set_vm_memory_high_watermark', 'absolute', '4GB');
    },
  },
  {
    name: 'exchange deleted', row: 'exchange deleted, consumer away', weight: 3, place: 'network', overlaps: true,
    async run(harness, random) {
      await harness.consumer.deleteExchange();
      if (random.chance(0.7)) await some(random, 0, 1);
      await harness.consumer.comeBack();
    },
  },
  {
    name: 'consumer away, exchange gone with it', row: 'exchange deleted, consumer away', weight: 2, place: 'network', overlaps: true,
    async run(harness, random) {
      await harness.consumer.leave(false);
      await some(random, 0, 1.5);
      await harness.consumer.comeBack();
    },
  },
  {
    name: 'consumer away, exchange kept', row: 'exchange deleted, consumer away', weight: 2, place: 'network', overlaps: true,
    async run(harness, random) {
      await harness.consumer.leave(true);
      await some(random, 0, 1.5);
      await harness.consumer.comeBack();
    },
  },
  collectorEnd('collector killed (SIGKILL)', 'SIGKILL'),
  collectorEnd('collector stopped (SIGTERM)', 'SIGTERM'),
  {
    name: 'clock stepped', row: 'clock stepped', weight: 3, place: 'collector', overlaps: true,
    async run(harness, random) {
      // Back and forward about the true time, by up to a day: a spool that is opened later must not find its samples too old.
      harness.collector.setAhead(random.between(-1, 1) * 86_400_000);
      await some(random, 0, 0.5);
    },
  },
  {
    name: 'disk full', row: 'disk full', weight: 2, place: 'collector', overlaps: false,
    async run(harness, random) {
      await harness.disk.fill();
      await some(random, 0.5, 2.5);
      await harness.disk.free();
      await harness.until('back on its disk', ({ spool_kept: kept }) => kept === 'disk');
    },
  },
  spoolDamage('spool file bit-flipped', 'spool file torn or bit-flipped', async (harness, random) => {
    await killed(harness);
    return flipBit(harness.spool, random);
  }),
  spoolDamage('spool file torn', 'spool file torn or bit-flipped', async (harness, random) => {
    await killed(harness);
    return tear(harness.spool, random);
  }),
  spoolDamage('power cut', 'power cut', async (harness, random) => {
    const before = sizesOf(harness.spool);
    await some(random, 0.1, 0.9);
    await killed(harness);
    return cutPower(harness.spool, before);
  }),
  {
    name: 'volumes dead', row: 'volumes dead', weight: 3, place: 'collector', overlaps: true,
    async run(harness, random) {
      await harness.host.tell({ volumes: 'dead' });
      await some(random, 0.5, 4);
      // A stop must end a collector that hangs in them.
      if (random.chance(0.3)) await harness.restart();
      await harness.host.tell({ volumes: 'alive' });
    },
  },
  {
    name: 'name server dead', row: 'name server dead', weight: 3, place: 'network', overlaps: true,
    async run(harness, random) {
      await harness.host.tell({ names: 'dead' });
      harness.proxy.reset();
      await some(random, 0.5, 4);
      await harness.host.tell({ names: 'alive' });
    },
  },
  {
    name: 'overload', row: 'overload', weight: 1, place: 'collector', overlaps: false, drops: 'size',
    async run(harness, random) {
      const held = random.chance(0.5);
      if (held) harness.proxy.slow(random.between(10_000, 100_000));
      await harness.restart(600);
      await some(random, 0.5, 1);
      const { report, rss } = await harness.report();
      harness.note(`overload: ${String(report.taken)} taken, ${String(report.skipped)} ticks skipped, ${rss.toFixed(0)} MB`);
      await harness.restart();
      harness.proxy.slow(undefined);
    },
  },
  {
    name: 'hostile frames', row: 'hostile frames', weight: 3, place: 'network', overlaps: true,
    async run(harness, random) {
      const { name, first, then } = random.pick(nonsense);
      harness.proxy.inject(first);
      for (let sent = 0; sent < 50 && harness.proxy.inject(then); sent += 1) await delay(20);
      harness.note(name);
      // Nothing that follows it can be made sense of.
      harness.proxy.reset();
    },
  },
];
