import { setTimeout as delay } from 'node:timers/promises';
import { statSync } from 'node:fs';
import { cutPower, flipBit, newestSegment, tear, type Damage } from './damage.js';
import type { Random } from './random.js';
import type { Rig } from './rig.js';

/** One kind of fault. */
export interface Fault {
  readonly name: string;
  /** Its share among the others of its place. */
  readonly weight: number;
  /** Where it strikes: at the collector and its disk, or at what lies behind it. */
  readonly place: 'collector' | 'network' | 'broker';
  /** The broker and what it holds go with it: samples are published so that the broker keeps them. */
  readonly destroysBroker?: boolean;
  /** The next fault may follow before the collector has recovered. */
  readonly overlaps: boolean;
  /** Samples may be lost by it: those that the collector counts as damaged, and those it cannot know of. */
  readonly damages?: boolean;
  /** Makes it happen; resolves when its cause is gone. */
  run(rig: Rig, random: Random): Promise<void>;
}

/** Seconds, at random. */
const some = (random: Random, low: number, high: number): Promise<void> => delay(random.between(low, high) * 1000);

const brokerStop = (name: string, signal: 'SIGTERM' | 'SIGKILL'): Fault => ({
  name, weight: 1, place: 'broker', overlaps: false, destroysBroker: true,
  async run(rig, random) {
    await rig.broker.halt(signal);
    await some(random, 0, 1);
    await rig.broker.resume();
  },
});

const collectorEnd = (name: string, signal: 'SIGTERM' | 'SIGKILL'): Fault => ({
  name, weight: 3, place: 'collector', overlaps: true,
  async run(rig, random) {
    await rig.subject.end(signal);
    await some(random, 0, 0.3);
    await rig.subject.start();
  },
});

/** Kills the collector with a backlog behind it, does damage to its spool, and starts it again. */
const spoolDamage = (name: string, damage: (rig: Rig, random: Random) => Promise<Damage>): Fault => ({
  name, weight: 1.5, place: 'collector', overlaps: false, damages: true,
  async run(rig, random) {
    rig.proxy.refuse();
    await some(random, 0.5, 4);
    const { what, excused } = await damage(rig, random);
    for (const id of excused) rig.excused.add(id);
    rig.note(what);
    await rig.subject.start();
    await some(random, 0, 0.5);
    rig.proxy.forward();
  },
});

const killed = async (rig: Rig): Promise<void> => rig.subject.end('SIGKILL');

/** All kinds. */
export const faults: readonly Fault[] = [
  brokerStop('broker stopped and started', 'SIGTERM'),
  brokerStop('broker killed and started', 'SIGKILL'),
  {
    name: 'connections closed by the broker', weight: 2, place: 'network', overlaps: true,
    run: async (rig) => { await rig.broker.ctl('close_all_connections', 'chaos'); },
  },
  {
    name: 'TCP reset', weight: 4, place: 'network', overlaps: true,
    run: (rig) => {
      rig.proxy.reset();
      return Promise.resolve();
    },
  },
  {
    name: 'connections refused', weight: 3, place: 'network', overlaps: true,
    async run(rig, random) {
      rig.proxy.refuse();
      await some(random, 0.2, 2);
      rig.proxy.forward();
    },
  },
  {
    name: 'black hole, short', weight: 2, place: 'network', overlaps: true,
    async run(rig, random) {
      rig.proxy.blackHole();
      await some(random, 0.2, 1.5);
      rig.proxy.forward();
    },
  },
  {
    name: 'black hole, until given up', weight: 2, place: 'network', overlaps: true,
    async run(rig, random) {
      rig.proxy.blackHole();
      await some(random, 3, 5);
      // Nobody sends again what is in a connection that its owner gave up: it is gone.
      rig.proxy.reset();
      rig.proxy.forward();
    },
  },
  {
    name: 'slow link', weight: 2, place: 'network', overlaps: true,
    async run(rig, random) {
      rig.proxy.slow(random.between(10_000, 100_000));
      await some(random, 1, 3);
      rig.proxy.slow(undefined);
    },
  },
  {
    name: 'memory alarm', weight: 1, place: 'network', overlaps: true,
    async run(rig, random) {
      await rig.broker.ctl('set_vm_memory_high_watermark', '0');
      await some(random, 0, 1);
      await rig.broker.ctl('set_vm_memory_high_watermark', 'absolute', '4GB');
    },
  },
  {
    name: 'exchange deleted', weight: 3, place: 'network', overlaps: true,
    async run(rig, random) {
      await rig.witness.deleteExchange();
      if (random.chance(0.7)) await some(random, 0, 1);
      await rig.witness.comeBack();
    },
  },
  {
    name: 'consumer away, exchange gone with it', weight: 2, place: 'network', overlaps: true,
    async run(rig, random) {
      await rig.witness.leave(false);
      await some(random, 0, 1.5);
      await rig.witness.comeBack();
    },
  },
  {
    name: 'consumer away, exchange kept', weight: 2, place: 'network', overlaps: true,
    async run(rig, random) {
      await rig.witness.leave(true);
      await some(random, 0, 1.5);
      await rig.witness.comeBack();
    },
  },
  collectorEnd('collector killed (SIGKILL)', 'SIGKILL'),
  collectorEnd('collector stopped (SIGTERM)', 'SIGTERM'),
  {
    name: 'clock stepped', weight: 3, place: 'collector', overlaps: true,
    async run(rig, random) {
      // Back and forward about the true time, by up to a day: a spool that is opened later must not find its samples too old.
      rig.subject.setAhead(random.between(-1, 1) * 86_400_000);
      await some(random, 0, 0.5);
    },
  },
  {
    name: 'disk full', weight: 2, place: 'collector', overlaps: false,
    async run(rig, random) {
      await rig.disk.fill();
      await some(random, 0.5, 2.5);
      await rig.disk.free();
      await rig.until('back on its disk', ({ spool_kept: kept }) => kept === 'disk');
    },
  },
  spoolDamage('spool file bit-flipped', async (rig, random) => {
    await killed(rig);
    return flipBit(rig.spool, random);
  }),
  spoolDamage('spool file torn', async (rig, random) => {
    await killed(rig);
    return tear(rig.spool, random);
  }),
  spoolDamage('power cut', async (rig, random) => {
    const segment = newestSegment(rig.spool);
    const size = segment === undefined ? 0 : statSync(segment).size;
    await some(random, 0.1, 0.9);
    await killed(rig);
    return cutPower(rig.spool, segment, size);
  }),
];
