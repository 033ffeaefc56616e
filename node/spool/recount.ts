import { Ledger, type State } from './ledger.js';
import { decode } from './record.js';
import { sift } from './sift.js';
import type { Raw, Store } from './store.js';

const chunk = 500;

/** What a count of the records themselves came to. */
export interface Recount {
  readonly ledger: Ledger;
  /** Samples that the state or the gaps say were there, and are not. */
  readonly lost: number;
}

/** The ledger by what the store really holds, from the state's head on where there is a state. */
export async function recount(store: Store, state: State | undefined): Promise<Recount> {
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
    lost += extend(ledger, whole);
  }
  ledger ??= empty(state?.next ?? 1);
  if (state !== undefined && state.next > ledger.next) {
    const end = ledger.next;
    lost += state.next - end;
    ledger.next = state.next;
    ledger.take(end, state.next, 0);
  }
  return { ledger, lost };
}

function empty(position: number): Ledger {
  return new Ledger({ head: position, next: position, swept: position, bytes: 0 });
}

/** Takes in the next records; gives how many samples are missing among them. */
function extend(ledger: Ledger, records: readonly Raw[]): number {
  const end = (records.at(-1)?.[0] ?? ledger.next) + 1;
  const { samples, lost } = sift(records, ledger.next, end, ledger.gone);
  ledger.next = Math.max(end, ledger.gone.runs.at(-1)?.until ?? 0);
  for (const { entry } of samples) ledger.bytes += entry.bytes;
  for (const range of lost) ledger.take(range.from, range.until, 0);
  // Also where no sample was lost: a gap at the very head moves it.
  ledger.take(ledger.head, ledger.head, 0);
  return lost.reduce((sum, { from, until }) => sum + until - from, 0);
}
