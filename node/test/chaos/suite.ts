import { setTimeout as delay } from 'node:timers/promises';
import { faults, type Fault } from './faults.js';
import { FaultTable } from './faultTable.js';
import type { Harness } from './harness.js';
import type { Random } from './random.js';
import { runSequence } from './sequence.js';
import type { Findings } from './verifier.js';

/** How long everything may take to arrive after the last fault of a sequence, seconds. */
const longestRecovery = 120;

/** What the collector counted as dropped, by cause. */
interface Dropped {
  readonly damage: number;
  readonly size: number;
}

/** A run of sequences of faults against one harness. */
export class Suite {
  readonly table = new FaultTable(faults);
  #deck: Fault[] = [];
  #dropped: Dropped = { damage: 0, size: 0 };

  /** `say` is told of every sequence. */
  constructor(
    private readonly harness: Harness,
    private readonly random: Random,
    private readonly say: (line: string) => void,
  ) {}

  /** Goes on until so many faults were injected and so many samples have arrived. */
  async run(least: { readonly faults: number; readonly samples: number }): Promise<void> {
    while (this.table.total('injected') < least.faults || this.table.total('arrived') < least.samples) {
      // What was sampled while the collector caught up goes out meanwhile, or does not.
      await delay(this.random.between(0, 3000));
      await this.sequence();
    }
  }

  /** Every kind that costs no restart of the broker, once each. */
  async runCheap(): Promise<void> {
    const cheap = this.random.shuffled(faults.filter(({ place }) => place !== 'broker'));
    const single = cheap.filter(({ overlaps }) => !overlaps);
    const group = Math.ceil((cheap.length - single.length) / single.length);
    const overlapping = cheap.filter(({ overlaps }) => overlaps);
    for (const last of single) await this.#play([...overlapping.splice(0, group), last]);
  }

  /** Up to three faults that follow each other, or strike together, and then everything must arrive. */
  async sequence(): Promise<void> {
    const first = this.#draw();
    if (first.destroysBroker === true) {
      await this.#withoutBroker(first);
      return;
    }
    const sequence = [first];
    while (sequence.at(-1)?.overlaps === true && this.random.chance(0.55) && sequence.length < 3) {
      const next = this.#draw((fault) => fault.place !== 'broker');
      sequence.push(next);
    }
    await this.#play(sequence);
  }

  async #play(sequence: readonly Fault[]): Promise<void> {
    let last: Fault | undefined;
    await runSequence(sequence, this.random, (fault) => {
      if (last !== undefined) this.table.found(last, this.harness.verifier.findings());
      last = fault;
      this.table.injected(fault);
      return fault.run(this.harness, this.random);
    });
    if (last !== undefined) await this.#settle(sequence, last);
  }

  /** The broker goes with all that it does not keep, and meanwhile the collector has troubles of its own. */
  async #withoutBroker(fault: Fault): Promise<void> {
    await this.#restart('persistent');
    const others = Array.from({ length: 1 + this.random.below(2) }, () => this.#draw(({ place }) => place === 'collector'));
    for (const one of [fault, ...others]) this.table.injected(one);
    const troubles = async (): Promise<void> => {
      for (const other of others) await other.run(this.harness, this.random);
    };
    await Promise.all([fault.run(this.harness, this.random), troubles()]);
    await this.#settle([fault, ...others], fault);
    await this.#restart('transient');
  }

  async #restart(delivery: Harness['delivery']): Promise<void> {
    this.harness.delivery = delivery;
    await this.harness.restart();
    await this.harness.settle(longestRecovery);
  }

  async #settle(sequence: readonly Fault[], last: Fault): Promise<void> {
    const { verifier, collector, notes } = this.harness;
    const seconds = await this.harness.settle(longestRecovery);
    const { report } = await this.harness.report();
    const found = verifier.findings();
    const dropped = this.#droppedSince(collector);
    // What the collector counted as dropped for a cause that it may drop for, and no more, may be missing.
    const counted = (['damage', 'size'] as const).reduce((sum, cause) => sum + (sequence.some(({ drops }) => drops === cause) ? dropped[cause] : 0), 0);
    const excused = Math.min(found.lost, Math.max(0, counted - found.excused));
    const findings = { ...found, lost: found.lost - excused, excused: found.excused + excused };
    this.table.found(last, findings);
    this.table.recovered(last, seconds);
    this.say(lineOf(sequence, findings, dropped, seconds, this.table.total('injected'), notes.splice(0)));
    const { tellable } = this.harness;
    this.harness.tellable = 0;
    if (tellable > dropped.damage) throw new Error(`${String(tellable)} samples that can be told to be gone were destroyed, and ${String(dropped.damage)} were counted as damaged`);
    const { age, closed, size } = report.dropped_by;
    if (age + closed > 0 || (size > 0 && !sequence.some(({ drops }) => drops === 'size'))) throw new Error(`the collector dropped samples: ${JSON.stringify(report.dropped_by)}`);
  }

  #droppedSince(collector: Harness['collector']): Dropped {
    const before = this.#dropped;
    this.#dropped = { damage: collector.dropped('damage'), size: collector.dropped('size') };
    return { damage: this.#dropped.damage - before.damage, size: this.#dropped.size - before.size };
  }

  /** The next of a shuffled deck in which every kind is as often as its weight says. */
  #draw(fits: (fault: Fault) => boolean = () => true): Fault {
    for (;;) {
      const index = this.#deck.findIndex(fits);
      const [fault] = index < 0 ? [] : this.#deck.splice(index, 1);
      if (fault !== undefined) return fault;
      this.#deck.push(...this.random.shuffled(faults.flatMap((kind) => Array.from({ length: Math.round(kind.weight * 2) }, () => kind))));
    }
  }
}

function lineOf(sequence: readonly Fault[], found: Findings, dropped: Dropped, seconds: number, injected: number, notes: readonly string[]): string {
  const { arrived, lost, excused, repeats, disorder, wrong } = found;
  return [
    `${String(injected).padStart(4)}  ${sequence.map(({ name }) => name).join(' + ')}`,
    `: ${String(arrived)} samples, recovered in ${seconds.toFixed(1)} s`,
    repeats > 0 ? `, ${String(repeats)} repeats` : '',
    excused + dropped.damage + dropped.size > 0 ? `, ${String(excused)} excused (${String(dropped.damage)} counted as damaged, ${String(dropped.size)} as dropped for size)` : '',
    lost + disorder + wrong > 0 ? `, LOST ${String(lost)}, OUT OF ORDER ${String(disorder)}, WRONG ${String(wrong)}` : '',
    ...notes.map((note) => `; ${note}`),
  ].join('');
}
