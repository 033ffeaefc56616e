import type { Findings } from './verifier.js';
import type { Fault } from './faults.js';

interface Row extends Record<keyof Findings, number> {
  injected: number;
  /** Seconds from the end of the cause until everything had arrived. */
  readonly recoveries: number[];
}

const columns = ['injected', 'lost', 'repeats', 'out of order', 'seconds to recover, at most'] as const;

/** The share of samples that may come twice. */
const mostRepeats = 0.0005;

/** What came of each kind of fault. Samples count for the fault that was injected last when they arrived. */
export class FaultTable {
  readonly #rows = new Map<string, Row>();

  constructor(private readonly kinds: readonly Fault[]) {}

  injected(fault: Fault): void {
    this.#rowOf(fault.row).injected += 1;
  }

  found(fault: Fault, findings: Findings): void {
    const row = this.#rowOf(fault.row);
    for (const key of ['arrived', 'lost', 'excused', 'repeats', 'disorder', 'wrong'] as const) row[key] += findings[key];
  }

  recovered(fault: Fault, seconds: number): void {
    this.#rowOf(fault.row).recoveries.push(seconds);
  }

  total(key: 'injected' | keyof Findings): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row[key], 0);
  }

  /** Why this is no success, a sentence each; none: it is one. */
  get shortcomings(): readonly string[] {
    const repeats = this.#repeats;
    return [
      ...(['lost', 'disorder', 'wrong'] as const).filter((key) => this.total(key) > 0).map((key) => `${key}: ${String(this.total(key))}`),
      ...(repeats < mostRepeats ? [] : [`repeats: ${percent(repeats)} %, ${String(mostRepeats * 100)} % allowed`]),
    ];
  }

  /** The table in Markdown, as README has it. */
  get table(): string {
    const names = [...new Set(this.kinds.map(({ row }) => row))].filter((name) => this.#rows.has(name));
    const recoveries = [...this.#rows.values()].flatMap((row) => row.recoveries).sort((a, b) => a - b);
    const [injected, arrived, lost, repeats, disorder] = (['injected', 'arrived', 'lost', 'repeats', 'disorder'] as const).map((key) => this.total(key));
    const share = `${count(repeats)} (${percent(this.#repeats)} %)`;
    const all = [`all: ${count(arrived)} samples`, count(injected), count(lost), share, count(disorder), seconds(recoveries.at(-1))];
    return [
      `| fault | ${columns.join(' | ')} |`,
      `|---|${columns.map(() => '---:|').join('')}`,
      ...names.map((name) => lineOf(name, this.#rowOf(name))),
      `| ${all.map((cell) => `**${cell}**`).join(' | ')} (median ${seconds(recoveries[recoveries.length >> 1])}) |`,
    ].join('\n');
  }

  get #repeats(): number {
    return this.total('repeats') / Math.max(1, this.total('arrived'));
  }

  #rowOf(name: string): Row {
    const row = this.#rows.get(name) ?? { injected: 0, arrived: 0, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0, recoveries: [] };
    this.#rows.set(name, row);
    return row;
  }
}

const count = (value: number | undefined): string => (value ?? 0).toLocaleString('en-US');
const seconds = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));
const percent = (share: number): string => (share * 100).toFixed(3);

function lineOf(name: string, { injected, lost, repeats, disorder, recoveries }: Row): string {
  const longest = recoveries.length === 0 ? undefined : Math.max(...recoveries);
  return `| ${[name, count(injected), count(lost), count(repeats), count(disorder), seconds(longest)].join(' | ')} |`;
}
