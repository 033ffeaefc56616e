import { Ledger, type State } from './ledger.js';
import type { Range } from './ranges.js';
import { decode } from './record.js';
import { sift, type Placed } from './sift.js';
import type { Raw, Store } from './store.js';

const chunk = 500;

/** What a count of the records themselves came to. */
export interface Recount {
  readonly ledger: Ledger;
  /** Samples that the state or the gaps say were there, and are not. */
  readonly lost: number;
}

/**
 * The ledger by what the store really holds, from the state's head on where there is a state. `each` is given every
 * stretch: the ledger up to there, its samples, and the gaps that end in it.
 */
export async function recount(
  store: Store,
  state: State | undefined,
  each?: (ledger: Ledger, samples: readonly Placed[], gaps: readonly Range[]) => Promise<void>,
): Promise<Recount> {
  let ledger = state === undefined ? undefined : empty(state.head);
  let lost = 0;
  for (let start = state?.head ?? 0; ; ) {
    const records = await store.scan(start, Infinity, chunk);
    const last = records.at(-1);
    if (last === undefined) break;
    start = last[0] + 1;
    // A damaged key may name any position: only a record that is whole is believed.
    const whole = records.filter(([position, value]) => decode(position, value) !== undefined);
    const first = whole[0];
    if (first === undefined) continue;
    ledger ??= empty(first[0]);
    const before = ledger.next;
    const { samples, ranges } = extend(ledger, whole);
    for (const range of ranges) lost += range.until - range.from;
    await each?.(ledger, samples, ledger.gone.runs.filter((run) => run.until > before));
  }
  ledger ??= empty(state?.next ?? 1);
  if (state !== undefined && state.next > ledger.next) {
    const tail = { from: ledger.next, until: state.next };
    lost += tail.until - tail.from;
    ledger.next = tail.until;
    ledger.take(tail.from, tail.until, 0);
    await each?.(ledger, [], ledger.count > 0 ? [tail] : []);
  }
  return { ledger, lost };
}

function empty(position: number): Ledger {
  return new Ledger({ head: position, next: position, swept: position, bytes: 0 });
}

function extend(ledger: Ledger, records: readonly Raw[]): { samples: readonly Placed[]; ranges: readonly Range[] } {
  const end = (records.at(-1)?.[0] ?? ledger.next) + 1;
  const { samples, lost } = sift(records, ledger.next, end, ledger.gone);
  ledger.next = Math.max(end, ledger.gone.runs.at(-1)?.until ?? 0);
  for (const { entry } of samples) ledger.bytes += entry.bytes;
  for (const range of lost) ledger.take(range.from, range.until, 0);
  // Also where no sample was lost: a gap at the very head moves it.
  ledger.take(ledger.head, ledger.head, 0);
  return { samples, ranges: lost };
}
