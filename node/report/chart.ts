/** The line of a value, as an SVG that stretches to its place, and as a table. */
import type { ReadSeries } from '../history/reader.js';
import { moment, timeOfDay } from '../model/moment.js';
import { html, none, outside, type Html } from './html.js';
import { readable } from './quantity.js';

/** The time that a report tells of, milliseconds since 1970, cut into bins of one length. */
export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly bins: number;
}

/** A bin with values. */
export interface Bin {
  readonly at: number;
  readonly mean: number;
  readonly least: number;
  readonly greatest: number;
}

const mostBins = 360;
const minute = 60_000;
const tableRows = 24;
/** The drawing's own units, which are stretched. */
const [width, height] = [1000, 100];

/** A bin a minute, as long as there are not too many. */
export function axisOf(from: number, to: number): Axis {
  return { from, to, bins: Math.max(1, Math.min(mostBins, Math.round((to - from) / minute))) };
}

/** The values of a series in bins, by the bin's number; where there was none, there is none. */
export function binsOf({ points }: Pick<ReadSeries, 'points'>, { from, to, bins }: Axis): (Bin | undefined)[] {
  const found: (Bin | undefined)[] = new Array<Bin | undefined>(bins).fill(undefined);
  const weights = new Array<number>(bins).fill(0);
  for (const point of points) {
    const middle = (Math.max(point.from, from) + point.to) / 2;
    const at = Math.floor(((middle - from) / (to - from)) * bins);
    const [before, weight] = [found[at], weights[at]];
    if (at < 0 || at >= bins || weight === undefined) continue;
    found[at] = before === undefined
      ? { at: middle, mean: point.mean, least: point.least, greatest: point.greatest }
      : { at: middle, mean: (before.mean * weight + point.mean) / (weight + 1), least: Math.min(before.least, point.least), greatest: Math.max(before.greatest, point.greatest) };
    weights[at] = weight + 1;
  }
  return found;
}

/** The longest time between two values that is none without values, milliseconds. */
const patienceOf = (every: number, { from, to, bins }: Axis): number => Math.max(2.2 * every * 1000, 2.5 * Math.max(minute, (to - from) / bins));

/** Bins that follow each other closely enough to be one line: a longer silence is a gap, for nobody knows what was in it. */
export function stretchesOf(bins: readonly (Bin | undefined)[], every: number, axis: Axis): Bin[][] {
  const patience = patienceOf(every, axis);
  const stretches: Bin[][] = [];
  for (const bin of bins) {
    if (bin === undefined) continue;
    const last = stretches.at(-1)?.at(-1);
    if (last !== undefined && bin.at - last.at <= patience) stretches.at(-1)?.push(bin);
    else stretches.push([bin]);
  }
  return stretches;
}

/** Least, mean and greatest of a series, and its last value. */
export interface Extent {
  readonly least: number;
  readonly mean: number;
  readonly greatest: number;
  readonly last: number;
  readonly lastAt: number;
}

export function extentOf({ points }: Pick<ReadSeries, 'points'>): Extent | undefined {
  const last = points.at(-1);
  if (last === undefined) return undefined;
  let [least, greatest, sum] = [Infinity, -Infinity, 0];
  for (const point of points) {
    least = Math.min(least, point.least);
    greatest = Math.max(greatest, point.greatest);
    sum += point.mean / points.length;
  }
  return { least, greatest, mean: sum, last: last.mean, lastAt: last.to };
}

/** A number of the drawing. */
const short = (value: number): string => String(Math.round(value * 10) / 10);

function drawing(stretches: readonly (readonly Bin[])[], { least, greatest }: Extent, { from, to }: Axis): Html {
  const x = ({ at }: Bin): number => ((at - from) / (to - from)) * width;
  // What hardly changes is not to look like a cliff: it is a line in the middle.
  const range = Math.max(greatest - least, 0.05 * Math.max(Math.abs(greatest), Math.abs(least))) || 1;
  const y = (value: number): number => 4 + (0.5 - (value - (greatest + least) / 2) / range) * (height - 8);
  const path = (bins: readonly Bin[], of: (bin: Bin) => number): string => bins.map((bin) => `${short(x(bin))} ${short(y(of(bin)))}`).join('L');
  const lines = stretches.map((bins) => {
    const [only] = bins;
    // One value alone, between two gaps, is a dot.
    return bins.length === 1 && only !== undefined ? `M${short(x(only))} ${short(y(only.mean))}h.1` : `M${path(bins, (bin) => bin.mean)}`;
  }).join('');
  const bands = stretches.filter((bins) => bins.some((bin) => bin.greatest > bin.least)).map((bins) => `M${path(bins, (bin) => bin.greatest)}L${path([...bins].reverse(), (bin) => bin.least)}Z`).join('');
  return html`<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><path class="band" d="${bands}"/><path class="line" d="${lines}"/></svg>`;
}

/** The series' values at fewer moments, for whoever sees no line. */
function table(series: ReadSeries, title: string, axis: Axis): Html {
  const coarse = { ...axis, bins: Math.min(tableRows, axis.bins) };
  const step = (axis.to - axis.from) / coarse.bins;
  const rows = binsOf(series, coarse).map((bin, at) => {
    const time = timeOfDay(axis.from + at * step);
    if (bin === undefined) return html`<tr><th scope="row">${time}</th><td colspan="3">no value</td></tr>`;
    return html`<tr><th scope="row">${time}</th>${[bin.least, bin.mean, bin.greatest].map((value) => html`<td>${readable(value, series.unit)}</td>`)}</tr>`;
  });
  return html`<details><summary>Table<span class="sr"> of ${title}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="Table of ${title}"><table><thead><tr><th scope="col">from</th><th scope="col">least</th><th scope="col">mean</th><th scope="col">greatest</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

/**
 * One value over the report's time: its line, where there were values, and what they were. `about`: in words, what it is; `fault`: why it
 * cannot be had now.
 */
export function chart(series: ReadSeries, axis: Axis, about: string, fault: string | undefined): Html {
  const extent = extentOf(series);
  if (extent === undefined) return none;
  const { unit } = series;
  const bins = binsOf(series, axis);
  const stretches = stretchesOf(bins, series.every, axis);
  const title = outside(series.path === '' ? series.name : `${series.name} ${series.path}`);
  const says = (value: number): string => readable(value, unit);
  const gaps = stretches.length - 1;
  const label = `${title} from ${moment(axis.from)} to ${moment(axis.to)}: least ${says(extent.least)}, mean ${says(extent.mean)}, greatest ${says(extent.greatest)}, last ${says(extent.last)}${gaps === 0 ? '' : `; ${String(gaps)} ${gaps === 1 ? 'gap' : 'gaps'} without values`}`;
  const isOld = axis.to - extent.lastAt > patienceOf(series.every, axis);
  const now = isOld ? html`<span class="now">no value</span>` : html`<span class="now">${says(extent.last)}</span>`;
  const place = series.path === '' ? none : html` <span class="path">${outside(series.path)}</span>`;
  return html`<figure class="chart"><figcaption><h3>${outside(series.name)}${place}</h3>${now}</figcaption><p class="about">${outside(about)}${isOld ? `; last ${says(extent.last)} at ${timeOfDay(extent.lastAt)}` : ''}</p>${fault === undefined ? none : html`<p class="fault">${outside(fault)}</p>`}
<div class="plot" role="img" aria-label="${label}" data-values="${texts(bins, stretches, says)}">${drawing(stretches, extent, axis)}</div><p class="ends" aria-hidden="true"><span>${timeOfDay(axis.from)}</span><span>${timeOfDay(axis.to)}</span></p>
<dl class="extent"><div><dt>least</dt><dd>${says(extent.least)}</dd></div><div><dt>mean</dt><dd>${says(extent.mean)}</dd></div><div><dt>greatest</dt><dd>${says(extent.greatest)}</dd></div></dl>${table(series, title, axis)}</figure>
`;
}

/** What is told at each bin: its own value, or within a line the one before it; empty in a gap. */
function texts(bins: readonly (Bin | undefined)[], stretches: readonly (readonly Bin[])[], says: (value: number) => string): string {
  const ends = new Set(stretches.map((stretch) => stretch.at(-1)));
  let last = '';
  return bins.map((bin) => {
    const text = bin === undefined ? last : says(bin.mean);
    last = bin === undefined ? last : ends.has(bin) ? '' : text;
    return text;
  }).join('|');
}
