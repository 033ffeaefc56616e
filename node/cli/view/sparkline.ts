/** The last values of a metric, a character each. */

/** The characters from the least to the greatest: `unicode` where the terminal has them, else `ascii`. */
export const ramps = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.:-=+*#' } as const;

/** Readings that one shows. */
export const sparklineLength = 16;

/** Values as a row of characters, from their least to their greatest; all the lowest where they are alike. */
export function sparkline(values: readonly number[], ramp: string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const top = ramp.length - 1;
  return values.map((value) => ramp[most === least ? 0 : Math.round(((value - least) / (most - least)) * top)] ?? '').join('');
}
