import type { Findings } from './verifier.js';
import type { Fault } from './faults.js';

interface Row extends Record<keyof Findings, number> {
  injected: number;
  /** Seconds from the end of the cause until everything had arrived. */
  readonly recoveries: number[];
}

const columns = ['injected', 'samples', 'lost', 'excused', 'repeats', 'out of order', 'recovery, s: median', 'max'] as const;

/** The share of samples that may come twice. */
const mostRepeats = 0.0005;

/** What came of each kind of fault. Samples count for the fault that was injected last when they arrived. */
export class FaultTable {
  readonly #rows = new Map<string, Row>();
  wrong = 0;

  constructor(private readonly kinds: readonly Fault[]) {}

  injected(fault: Fault): void {
    this.#row(fault).injected += 1;
  }

  found(fault: Fault, findings: Findings): void {
    const row = this.#row(fault);
    for (const key of ['arrived', 'lost', 'excused', 'repeats', 'disorder', 'wrong'] as const) row[key] += findings[key];
  }

  recovered(fault: Fault, seconds: number): void {
    this.#row(fault).recoveries.push(seconds);
  }

  total(key: 'injected' | keyof Findings): number {
    return [...this.#rows.values()].reduce((sum, row) => sum + row[key], 0);
  }

  /** Why this is no success, a sentence each; none: it is one. */
  get shortcomings(): readonly string[] {
    const repeats = this.total('repeats') / Math.max(1, this.total('arrived'));
    return [
      ...(['lost', 'disorder', 'wrong'] as const).filter((key) => this.total(key) > 0).map((key) => `${key}: ${String(this.total(key))}`),
      ...(repeats < mostRepeats ? [] : [`repeats: ${(repeats * 100).toFixed(3)} %, ${String(mostRepeats * 100)} % allowed`]),
    ];
  }

  /** The table in Markdown. */
  get table(): string {
    const rows = this.kinds.filter(({ name }) => this.#rows.has(name)).map((fault) => lineOf(fault.name, this.#row(fault)));
    const all = [...this.#rows.values()];
    const sum = blank();
    for (const row of all) {
      sum.injected += row.injected;
      for (const key of ['arrived', 'lost', 'excused', 'repeats', 'disorder', 'wrong'] as const) sum[key] += row[key];
      sum.recoveries.push(...row.recoveries);
    }
    return [`| fault | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---:|').join('')}`, ...rows, lineOf('**all**', sum)].join('\n');
  }

  #row({ name }: Fault): Row {
    const row = this.#rows.get(name) ?? blank();
    this.#rows.set(name, row);
    return row;
  }
}

function blank(): Row {
  return { injected: 0, arrived: 0, lost: 0, excused: 0, repeats: 0, disorder: 0, wrong: 0, recoveries: [] };
}

function lineOf(name: string, row: Row): string {
  const sorted = [...row.recoveries].sort((a, b) => a - b);
  const second = (value: number | undefined): string => (value === undefined ? '' : value.toFixed(1));
  const cells = [row.injected, row.arrived, row.lost, row.excused, row.repeats, row.disorder].map((count) => count.toLocaleString('en-US'));
  return `| ${[name, ...cells, second(sorted[sorted.length >> 1]), second(sorted.at(-1))].join(' | ')} |`;
}
