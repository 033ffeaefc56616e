import { wrapOf32, wrapped } from './derivation.js';
import type { Selected, Selection } from './selection.js';

/** Makes the growth a second of counters, by their paths. One instance an entry. */
export class Rates {
  #before = new Map<string, { readonly value: number; readonly at: number }>();

  /**
   * The growth since the selection before; what is no counter has none and is left out.
   *
   * @param at when the values were taken, monotonic milliseconds.
   */
  between({ selected, missing }: Selection, at: number): Selection {
    const now = new Map<string, { value: number; at: number }>();
    const rates: Selected[] = [];
    const unknown: string[] = [];
    for (const one of selected) {
      if (one.field?.kind !== 'counter') continue;
      const before = this.#before.get(one.path);
      const seconds = before === undefined ? 0 : (at - before.at) / 1000;
      now.set(one.path, seconds > 0 || before === undefined ? { value: one.value, at } : before);
      if (before === undefined || seconds <= 0) unknown.push(`${one.path || 'the value'}: the first reading only starts the measurement`);
      else rates.push({ ...one, value: growth(before.value, one) / seconds, unit: one.unit === '' ? '1/s' : `${one.unit}/s` });
    }
    this.#before = now;
    return { selected: rates, missing: [...missing, ...unknown] };
  }
}

/** A counter that fell has wrapped where it is one of 32 bits and was near its end, and else has begun anew from 0. */
function growth(before: number, { value, field }: Selected): number {
  if (value >= before) return value - before;
  return field?.bits === 32 && wrapped(before, value) ? value + wrapOf32 - before : value;
}
