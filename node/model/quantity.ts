/** Numbers and times as people read them. */

/** The multiples of 1024 below the greatest, Ei. */
const multiples = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** A value with its unit: bytes in binary multiples, counts without a word, at most three decimals. Never 0 for what is not 0. */
export function formatValue(value: number, unit: string): string {
  if ((unit === 'B' || unit === 'B/s') && Math.abs(value) >= 1024) return formatBytes(value, unit);
  const number = formatNumber(value);
  if (unit === '' || unit === 'count') return number;
  if (unit === '1/s' || unit === 'count/s') return `${number}/s`;
  return `${number} ${unit}`;
}

function formatBytes(value: number, unit: string): string {
  let scaled = value;
  for (const multiple of multiples) {
    scaled /= 1024;
    // 1023.95 would be rounded to 1024.0 of the same multiple.
    if (Math.abs(scaled) < 1023.95) return `${scaled.toFixed(1)} ${multiple}${unit}`;
  }
  return `${(scaled / 1024).toFixed(1)} Ei${unit}`;
}

function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 0.001) return String(Number(value.toPrecision(3)));
  return String(Number(value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3)));
}

/** Seconds as `4s`, `3m`, `2h`, `9d`. */
export function formatAge(seconds: number): string {
  if (seconds < 100) return `${String(Math.max(0, Math.round(seconds)))}s`;
  if (seconds < 6000) return `${String(Math.round(seconds / 60))}m`;
  return seconds < 48 * 3600 ? `${String(Math.round(seconds / 3600))}h` : `${String(Math.round(seconds / 86400))}d`;
}

/** A count by thousands; toLocaleString would have ICU's tables read, 8 MB of them. */
export function formatCount(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
