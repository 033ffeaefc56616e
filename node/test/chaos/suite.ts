import { setTimeout as delay } from 'node:timers/promises';
import { faults, type Fault } from './faults.js';
import { FaultLedger } from './ledger.js';
import type { Random } from './random.js';
import type { Rig } from './rig.js';
import { runSequence } from './sequence.js';

/** How long everything may take to arrive after the last fault of a sequence, seconds. */
const patience = 120;

/** A run of sequences of faults against one rig. */
export class Suite {
  readonly ledger = new FaultLedger(faults);
  #deck: Fault[] = [];
  #damage = 0;

  /** `say` is told of every sequence. */
  constructor(
    private readonly rig: Rig,
    private readonly random: Random,
    private readonly say: (line: string) => void,
  ) {}

  /** Goes on until so many faults were injected and so many samples have arrived. */
  async run(least: { readonly faults: number; readonly samples: number }): Promise<void> {
    while (this.ledger.total('injected') < least.faults || this.ledger.total('arrived') < least.samples) {
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
      if (last !== undefined) this.ledger.found(last, this.rig.audit.findings());
      last = fault;
      this.ledger.injected(fault);
      return fault.run(this.rig, this.random);
    });
    if (last !== undefined) await this.#settle(sequence, last);
  }

  /** The broker goes with all that it does not keep, and meanwhile the collector has troubles of its own. */
  async #withoutBroker(fault: Fault): Promise<void> {
    await this.#restart('persistent');
    const others = Array.from({ length: 1 + this.random.below(2) }, () => this.#draw(({ place }) => place === 'collector'));
    for (const one of [fault, ...others]) this.ledger.injected(one);
    const troubles = async (): Promise<void> => {
      for (const other of others) await other.run(this.rig, this.random);
    };
    await Promise.all([fault.run(this.rig, this.random), troubles()]);
    await this.#settle([fault, ...others], fault);
    await this.#restart('transient');
  }

  async #restart(delivery: 'transient' | 'persistent'): Promise<void> {
    this.rig.configure(delivery);
    await this.rig.subject.end('SIGTERM');
    await this.rig.subject.start();
    await this.rig.settle(patience);
  }

  async #settle(sequence: readonly Fault[], last: Fault): Promise<void> {
    const seconds = await this.rig.settle(patience);
    const { report } = await this.rig.subject.report();
    const found = this.rig.audit.findings();
    const damaged = this.rig.subject.damaged - this.#damage;
    this.#damage += damaged;
    // What the collector counted as damaged, and no more, may be missing after damage.
    const counted = sequence.some(({ damages }) => damages === true) ? Math.min(found.lost, damaged) : 0;
    const findings = { ...found, lost: found.lost - counted, excused: found.excused + counted };
    this.ledger.found(last, findings);
    this.ledger.recovered(last, seconds);
    const notes = this.rig.notes.splice(0);
    const { lost, excused, repeats, disorder, wrong } = findings;
    this.say([
      `${String(this.ledger.total('injected')).padStart(4)}  ${sequence.map(({ name }) => name).join(' + ')}`,
      `: ${String(this.ledger.total('arrived'))} samples, recovered in ${seconds.toFixed(1)} s`,
      repeats > 0 ? `, ${String(repeats)} repeats` : '',
      excused > 0 ? `, ${String(excused)} excused (${String(damaged)} counted as damaged)` : '',
      lost + disorder + wrong > 0 ? `, LOST ${String(lost)}, OUT OF ORDER ${String(disorder)}, WRONG ${String(wrong)}` : '',
      ...notes.map((note) => `; ${note}`),
    ].join(''));
    const { size, age, closed } = report.dropped_by;
    if (size + age + closed > 0) throw new Error(`the collector let samples go: ${JSON.stringify(report.dropped_by)}`);
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
