/** Numbers, times and durations as a report has them. */
import { moment } from '../model/moment.js';
import { formatCount, formatValue } from '../model/quantity.js';

/** A value with its unit, as everywhere; seconds in what fits them, and as a moment where they are one, as boot_time's. */
export function readable(value: number, unit: string): string {
  if (unit === 'C') return formatValue(value, '°C');
  if (unit !== 's') return formatValue(value, unit);
  const size = Math.abs(value);
  if (value >= 1e9 && value < 1e10) return moment(value * 1000);
  if (size === 0 || (size >= 1 && size < 120)) return formatValue(value, 's');
  if (size < 1e-3) return formatValue(value * 1e6, 'µs');
  return size < 1 ? formatValue(value * 1e3, 'ms') : `${value < 0 ? '-' : ''}${duration(size * 1000)}`;
}

/** How long something lasted, milliseconds, in its largest unit, and the next where that is few. */
export function duration(ms: number): string {
  const parts = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']] as const;
  const at = parts.findIndex(([size]) => ms >= size);
  if (at === -1) return 'under 1 s';
  const [[size, name], next] = [parts[at] ?? parts[3], parts[at + 1]];
  const whole = Math.floor(ms / size);
  const rest = next === undefined || whole >= 10 ? 0 : Math.floor((ms - whole * size) / next[0]);
  return `${formatCount(whole)} ${name}${rest === 0 || next === undefined ? '' : ` ${String(rest)} ${next[1]}`}`;
}

/** `1 sample`, `2 samples`. */
export const counted = (count: number, one: string, several = `${one}s`): string => `${formatCount(count)} ${count === 1 ? one : several}`;
