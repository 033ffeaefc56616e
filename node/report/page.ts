/** The report: one HTML page that needs nothing but itself. */
import { createHash } from 'node:crypto';
import type { History, Minute, ReadSeries } from '../history/reader.js';
import { moment, sameDay, timeOfDay, zone } from '../model/moment.js';
import { formatCount } from '../model/quantity.js';
import { version } from '../model/version.js';
import { axisOf, chart, extentOf, type Axis } from './chart.js';
import { Html, html, none, outside } from './html.js';
import { counted, duration, readable } from './quantity.js';
import { script } from './script.js';
import type { EntryView, StatusView } from './status.js';
import { style } from './style.js';
import { summaryOf, timelineOf, type Span, type SpanKind, type Timeline } from './timeline.js';

/** One line of the settings, already without secrets. */
export interface SettingRow {
  readonly key: string;
  readonly value: string;
  /** Whether it stands in the file; else it is the default. */
  readonly written: boolean;
}

export interface SettingsView {
  readonly file: string;
  readonly rows: readonly SettingRow[];
  /** What is wrong with the file, if anything. */
  readonly faults: readonly string[];
  /** Each entry's arguments and selection in words, by its place in psutil_config. */
  readonly entries: readonly { readonly name: string; readonly method: string; readonly interval: number; readonly call: string }[];
}

/** What a report is made of. Times are milliseconds since 1970. */
export interface ReportParts {
  /** Whom it is about: the node, or the directory. */
  readonly title: string;
  readonly directory: string;
  readonly from: number;
  readonly to: number;
  readonly status: StatusView | undefined;
  /** Why there is no status. */
  readonly statusFault: string;
  /** Whether the process of the status is there. */
  readonly alive: boolean;
  readonly history: History;
  /** The settings, or why they are not shown. */
  readonly settings: SettingsView | string;
}

const most = { events: 300, charts: 400, entries: 1000, open: 12 } as const;
/** A status older than this, milliseconds, is not what is now. */
const stale = 60_000;

/** The page as text. */
export function reportPage(parts: ReportParts): string {
  const { from, to, status, history } = parts;
  const runs = parts.alive && status !== undefined && status.state !== 'stopped' && status.state !== 'failed';
  const timeline = timelineOf(history, from, to, { runs, delivery: status?.delivery });
  const axis = axisOf(from, to);
  const digest = createHash('sha256').update(script).digest('base64');
  const body = html`
<a class="skip" href="#now">To the content</a>
<div class="page">
<header><p class="soft">PsutilAgent report</p><h1>${outside(parts.title)}</h1>
<p class="soft">${moment(from)} to ${moment(to)} (${duration(to - from)}), times in ${zone(to)}</p>
<nav aria-label="Sections"><ul>${sections.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav></header>
<main id="now">
${verdict(parts, runs, timeline)}
${figures(status, history.minutes)}
<h2 id="timeline">Time line</h2>
${lanes(timeline, history.minutes, parts, axis)}
<h2 id="metrics">Metrics</h2>
${metrics(parts, axis)}
<h2 id="sampled">What is sampled</h2>
${sampled(parts)}
<h2 id="settings">Settings</h2>
${settingsSection(parts.settings)}
</main>
<footer>${history.faults.map((fault) => html`<p>${outside(fault)}</p>`)}<p>A line is a value's mean a minute, the band around it from its least to its greatest. Where there is no line, nobody knows the value: that is not 0. Grey in a chart: the collector did not run; red: the broker was away; violet or orange: samples waited for another reason.</p>
<p>Made ${moment(to, true)} by psutil-agent ${version} from ${outside(parts.directory)}. The page needs no network.</p></footer>
</div>
<form class="cursor" aria-label="A moment" hidden data-times="${times(axis)}"><label>Time <input type="range" min="0" max="${axis.bins - 1}" step="1" value="${axis.bins - 1}"><output>latest</output></label><p></p></form>
`;
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="generator" content="psutil-agent ${html`${version}`.text}">
<title>${html`${outside(parts.title)}`.text}: PsutilAgent report of ${moment(to)}</title>
<style>${style}:root{${bands(timeline.spans, axis)}}</style></head><body>${body.text}<script>${script}</script></body></html>
`;
}

const sections = [['timeline', 'Time line'], ['metrics', 'Metrics'], ['sampled', 'What is sampled'], ['settings', 'Settings']] as const;

const times = ({ from, to, bins }: Axis): string => Array.from({ length: bins }, (_, bin) => timeOfDay(from + ((bin + 0.5) / bins) * (to - from))).join('|');

/** Place and width on the axis, percent, as CSS takes them. */
const percent = (at: number, { from, to }: Axis): number => Math.round(Math.max(0, Math.min(100, ((at - from) / (to - from)) * 100)) * 100) / 100;
const place = (from: number, to: number, axis: Axis): string => `left:${String(percent(from, axis))}%;width:${String(Math.round((percent(to, axis) - percent(from, axis)) * 100) / 100)}%`;

type Tone = 'ok' | 'warn' | 'bad' | 'off';

const signs: Readonly<Record<Tone, Html>> = {
  ok: new Html('<circle cx="12" cy="12" r="10"/><path d="M7.5 12.5l3 3 6-6.5"/>'),
  warn: new Html('<path d="M12 3L2.5 20.5h19z"/><path d="M12 10v4.5M12 17.5v.1"/>'),
  bad: new Html('<circle cx="12" cy="12" r="10"/><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"/>'),
  off: new Html('<circle cx="12" cy="12" r="10"/><path d="M8 12h8"/>'),
};

/** Whether data flows, and why not. */
function standing({ status, statusFault, history, to }: ReportParts, runs: boolean): { readonly tone: Tone; readonly word: string; readonly text: string } {
  if (status === undefined) return { tone: 'off', word: 'never started', text: `No collector has told anything here: ${statusFault}` };
  const { state, summary, updated, delivery, entries } = status;
  const said = updated === undefined ? summary : `${summary} (told ${moment(updated, true)})`;
  if (state === 'failed') return { tone: 'bad', word: 'failed', text: said };
  if (state === 'stopped') return { tone: 'off', word: 'stopped', text: said };
  if (!runs) return { tone: 'bad', word: 'does not run', text: `The collector is gone and was not stopped; it last said: ${said}` };
  if (updated !== undefined && to - updated > Math.max(stale, 2.5 * (history.minutes.at(-1)?.for ?? 0))) return { tone: 'bad', word: 'silent', text: `The collector has told nothing for ${duration(to - updated)}, though a process with its number is there; it last said: ${said}` };
  if (delivery !== undefined && ['unreachable', 'refused', 'nacked'].includes(delivery.state)) return { tone: 'bad', word: 'does not flow', text: summary };
  if (delivery !== undefined && ['held', 'blocked', 'connecting'].includes(delivery.state)) return { tone: 'warn', word: 'waits', text: summary };
  if (state !== 'sampling') return { tone: 'warn', word: state, text: summary };
  if (entries.some(({ fault }) => fault !== undefined)) return { tone: 'warn', word: 'flows in part', text: summary };
  return { tone: 'ok', word: 'flows', text: summary };
}

function verdict(parts: ReportParts, runs: boolean, timeline: Timeline): Html {
  const { tone, word, text } = standing(parts, runs);
  return html`<section class="verdict ${tone}" aria-label="How it stands"><svg viewBox="0 0 24 24" aria-hidden="true">${signs[tone]}</svg><div><p class="word">${outside(word, 40)}</p><p class="says">${outside(text.charAt(0).toUpperCase() + text.slice(1), 700)}</p></div>
<p class="then"><strong>These ${duration(parts.to - parts.from)}:</strong> ${summaryOf(timeline, parts.history.minutes)}</p></section>`;
}

function figures(status: StatusView | undefined, minutes: readonly Minute[]): Html {
  if (status === undefined) return none;
  const { counts, since, updated } = status;
  const sum = (of: (minute: Minute) => number): number => minutes.reduce((total, minute) => total + of(minute), 0);
  const dropped = sum((minute) => Object.values(minute.dropped).reduce((total, count) => total + count, 0));
  const figure = (name: string, here: number | undefined, sinceStart: number | undefined, more = ''): Html => {
    const main = minutes.length === 0 ? sinceStart : here ?? sinceStart;
    if (main === undefined) return none;
    const small = more !== '' || sinceStart === undefined ? more : main === sinceStart ? 'since its start' : `${formatCount(sinceStart)} since its start`;
    return html`<div><dt>${name}</dt><dd>${formatCount(main)}<small>${small}</small></dd></div>`;
  };
  const waiting = counts.spooled_bytes === undefined ? '' : readable(counts.spooled_bytes, 'B');
  return html`<dl class="figures">${figure('taken', sum(({ taken }) => taken), counts.taken)}${figure('published', sum(({ published }) => published), counts.published)}${figure('waiting now', undefined, counts.spooled, waiting)}${figure('dropped', dropped, counts.dropped)}${figure('ticks skipped', sum(({ skipped }) => skipped), counts.skipped)}${figure('values missing', sum(({ unavailable }) => unavailable), counts.unavailable)}${figure('reconnects', undefined, counts.reconnects)}</dl>
<p class="soft small">${minutes.length === 0 ? 'Counted since the collector\'s start' : 'Counted in this time'}${since === undefined ? '' : `; the collector started ${moment(since, true)}`}${updated === undefined ? '' : `, told ${moment(updated, true)}`}. Version ${outside(status.version, 40)}${status.pid === undefined ? '' : `, process ${String(status.pid)}`}${status.account === undefined ? '' : `, as ${outside(status.account, 80)}`}${status.broker === undefined ? '' : `, broker ${outside(status.broker, 80)}`}${status.lastError === undefined ? '' : `. Last error${status.lastError.at === undefined ? '' : ` ${moment(status.lastError.at, true)}`}: ${outside(status.lastError.message)}`}.</p>`;
}

/** Kinds of the delivery's lane, and what they are called in the key. */
const deliveryKinds: readonly (readonly [SpanKind, string])[] = [['away', 'broker away'], ['held', 'held'], ['blocked', 'blocked'], ['nacked', 'refused (nack)'], ['memory', 'in memory only']];

function lanes(timeline: Timeline, minutes: readonly Minute[], { status, from, to }: ReportParts, axis: Axis): Html {
  const { spans, moments } = timeline;
  const bars = (kinds: readonly SpanKind[]): Html[] => spans.filter(({ kind }) => kinds.includes(kind)).map((span) => html`<i class="${span.kind}" style="${place(span.from, span.to, axis)}"></i>`);
  const running = minutes.length === 0 ? none : html`${runningSpans(spans, from, to).map(([begin, end]) => html`<i class="ok" style="${place(begin, end, axis)}"></i>`)}`;
  const marks = moments.map(({ at, kind }) => html`<b class="${kind}" style="left:${percent(at, axis)}%"></b>`);
  const hasBroker = status?.delivery !== undefined || minutes.some(({ delivery }) => delivery !== 'none');
  const rows: Html[] = [html`<div>collector</div><div class="lane">${running}${bars(['unknown', 'down'])}${marks}</div>`];
  if (hasBroker) rows.push(html`<div>delivery</div><div class="lane">${running}${bars(['unknown', 'down', ...deliveryKinds.map(([kind]) => kind)])}</div>`);
  const waiting = Math.max(0, ...minutes.map(({ spooled }) => spooled));
  if (waiting > 0) rows.push(html`<div>waiting</div><div class="lane" title="at most ${formatCount(waiting)}">${area(minutes, waiting, axis)}</div>`);
  for (const [kind, name] of [['dropped', 'dropped'], ['skipped', 'skipped'], ['missing', 'missing']] as const) {
    if (spans.some((span) => span.kind === kind)) rows.push(html`<div>${name}</div><div class="lane">${bars([kind])}</div>`);
  }
  const key = deliveryKinds.filter(([kind]) => spans.some((span) => span.kind === kind)).map(([kind, name]) => html`<li><i class="${kind}"></i>${name}</li>`);
  const label = `Time line from ${moment(from)} to ${moment(to)}; the table below tells the same`;
  return html`<section class="card" aria-label="Time line"><div class="lanes" role="img" aria-label="${label}">${rows}<div></div><div class="ticks">${ticks(axis).map((at) => html`<span style="left:${percent(at, axis)}%">${timeOfDay(at)}</span>`)}</div></div>
<ul class="key"><li><i class="ok"></i>runs</li>${spans.some(({ kind }) => kind === 'down') ? html`<li><i class="down"></i>did not run</li>` : none}${spans.some(({ kind }) => kind === 'unknown') ? html`<li><i class="unknown"></i>no history</li>` : none}${key}${waiting > 0 ? html`<li>waiting: at most ${counted(waiting, 'sample')}</li>` : none}</ul>
${events(timeline, axis)}</section>`;
}

/** What lies between the spans in which the collector told nothing. */
function runningSpans(spans: readonly Span[], from: number, to: number): [number, number][] {
  const found: [number, number][] = [];
  let last = from;
  for (const span of spans.filter(({ kind }) => kind === 'down' || kind === 'unknown')) {
    if (span.from > last) found.push([last, span.from]);
    last = Math.max(last, span.to);
  }
  if (last < to) found.push([last, to]);
  return found;
}

function area(minutes: readonly Minute[], greatest: number, axis: Axis): Html {
  const points = minutes.map(({ at, spooled }) => `${String(percent(at, axis))} ${String(Math.round((20 - (spooled / greatest) * 18) * 10) / 10)}`);
  const [first, last] = [minutes[0], minutes.at(-1)].map((minute) => String(percent(minute?.at ?? 0, axis)));
  return html`<svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true"><path class="band" d="M${first} 20L${points.join('L')}L${last} 20Z"/></svg>`;
}

function events({ spans, moments }: Timeline, axis: Axis): Html {
  const bin = (at: number): number => Math.max(0, Math.min(axis.bins - 1, Math.floor(((at - axis.from) / (axis.to - axis.from)) * axis.bins)));
  // What began and ended with the collector is told by those; a stop that a silence follows is that silence.
  const told = [
    ...spans.map((span) => ({ at: span.from, to: span.to, kind: span.kind, text: span.text, lasted: span.open ? `${duration(span.to - span.from)}, still` : duration(span.to - span.from) })),
    ...moments.filter(({ kind, at }) => kind !== 'stop' || !spans.some((span) => span.kind === 'down' && Math.abs(span.from - at) < 2000)).map(({ at, kind, text }) => ({ at, to: at, kind: kind, text, lasted: '' })),
  ].sort((a, b) => b.at - a.at);
  if (told.length === 0) return html`<p>Nothing happened that would be worth telling.</p>`;
  const rows = told.slice(0, most.events).map(({ at, to, kind, text, lasted }) => html`<tr class="${kind}" data-from="${bin(at)}" data-to="${bin(to)}"><th scope="row">${dayed(at, axis)}</th><td>${lasted}</td><td>${outside(text, 500)}</td></tr>`);
  const more = told.length > most.events ? html`<p>${counted(told.length - most.events, 'earlier event')} not shown.</p>` : none;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Events"><table class="events"><caption class="sr">What happened, the latest first</caption><thead><tr><th scope="col">When</th><th scope="col">Lasted</th><th scope="col">What</th></tr></thead><tbody>${rows}</tbody></table></div>${more}`;
}

/** The time of day, with the day where the report is of more than one. */
const dayed = (at: number, { from, to }: Axis): string => (sameDay(from, to) ? timeOfDay(at, true) : moment(at, true));

/** Whole hours and the like, at most six. */
function ticks({ from, to }: Axis): number[] {
  const minute = 60_000;
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * minute).find((size) => (to - from) / size <= 6) ?? 14 * 1440 * minute;
  const offset = new Date(from).getTimezoneOffset() * minute;
  const found: number[] = [];
  for (let at = Math.ceil((from - offset) / step) * step + offset; at <= to; at += step) if (at - from > (to - from) * 0.03 && to - at > (to - from) * 0.03) found.push(at);
  return found;
}

const tints: Readonly<Partial<Record<SpanKind, string>>> = { down: 'down', unknown: 'down', away: 'bad', held: 'held', blocked: 'held', nacked: 'held' };

/** What every chart has behind its line: outages, and lines at the ticks. */
function bands(spans: readonly Span[], axis: Axis): string {
  const layer = (from: number, to: number, color: string): string => `linear-gradient(90deg,transparent ${String(from)}%,${color} ${String(from)}% ${String(to)}%,transparent ${String(to)}%)`;
  const layers = spans.flatMap((span) => {
    const tint = tints[span.kind];
    return tint === undefined ? [] : [layer(percent(span.from, axis), Math.max(percent(span.to, axis), percent(span.from, axis) + 0.3), `var(--tint-${tint})`)];
  }).slice(-60);
  const hours = ticks(axis).map((at) => layer(percent(at, axis), percent(at, axis) + 0.15, 'var(--grid)'));
  const empty = 'linear-gradient(transparent,transparent)';
  return `--outages:${layers.join(',') || empty};--hours:${hours.join(',') || empty}`;
}

function metrics({ history, status, settings }: ReportParts, axis: Axis): Html {
  const groups = new Map<string, ReadSeries[]>();
  for (const series of history.series) if (extentOf(series) !== undefined) groups.set(series.name, [...(groups.get(series.name) ?? []), series]);
  if (groups.size === 0) return html`<p>No value is in the history of this time.${typeof settings === 'string' ? '' : settings.rows.some(({ key, value }) => key === 'history.enabled' && value === 'false') ? ' The settings have history.enabled: false.' : ''}</p>`;
  const entries = new Map((status?.entries ?? []).map((entry) => [entry.name, entry]));
  const order = [...new Set([...entries.keys(), ...groups.keys()])].flatMap((name) => {
    const series = groups.get(name);
    return series === undefined ? [] : [[name, series] as const];
  });
  let left = most.charts;
  const shown = order.map(([name, series]) => {
    const charts = series.slice(0, left);
    left -= charts.length;
    return group(charts, entries.get(name), axis);
  });
  const total = history.series.length;
  const leftOut = [
    ...(total > most.charts ? [`${counted(total - most.charts, 'value')} of the history ${total - most.charts === 1 ? 'is' : 'are'} not shown`] : []),
    ...((history.minutes.at(-1)?.more ?? 0) > 0 ? [`${counted(history.minutes.at(-1)?.more ?? 0, 'value')} ${history.minutes.at(-1)?.more === 1 ? 'is' : 'are'} not in the history, which has history.max_series of them`] : []),
    ...(history.leftOut > 0 ? [`${counted(history.leftOut, 'value')} left out: the files have more than a report takes`] : []),
  ];
  return html`${leftOut.map((text) => html`<p>${text}.</p>`)}<div class="charts">${shown}</div>`;
}

/** The charts of one metric; of many values they are folded up. */
function group(series: readonly ReadSeries[], entry: EntryView | undefined, axis: Axis): Html {
  const [first] = series;
  if (first === undefined) return none;
  const about = `${entry === undefined || entry.method === first.name ? '' : `${entry.method}, `}every ${readable(first.every, 's')}${entry === undefined ? ', not sampled now' : ''}`;
  const charts = series.map((one) => chart(one, axis, about, entry?.fault));
  if (series.length <= most.open) return html`${charts}`;
  return html`<details class="group"><summary>${outside(first.name)}: ${counted(series.length, 'value')}</summary><div class="charts">${charts}</div></details>`;
}

function sampled({ status, settings }: ReportParts): Html {
  const calls = typeof settings === 'string' ? [] : settings.entries;
  const rows = status !== undefined && status.entries.length > 0
    ? status.entries.map((entry, at) => ({ ...entry, call: calls[at]?.name === entry.name ? calls[at].call : '' }))
    : calls.map((call) => ({ ...call, unit: '', values: [], at: undefined, fault: undefined }));
  if (rows.length === 0) return html`<p>Nothing is known of what is sampled.</p>`;
  const now = status?.updated;
  const shown = rows.slice(0, most.entries).map(({ name, method, call, interval, values, unit, at, fault }) => {
    const value = values.length === 0 ? 'none yet' : values.length === 1 ? readable(values[0]?.[1] ?? 0, unit) : counted(values.length, 'value');
    const age = at === undefined || now === undefined ? '' : ` (${duration(Math.max(0, now - at))} old)`;
    return html`<tr><th scope="row">${outside(name)}</th><td>${outside(method, 100)}${call === '' ? none : html` <code>${outside(call)}</code>`}</td><td>${interval === undefined ? '' : readable(interval, 's')}</td><td>${value}<span class="soft">${age}</span></td><td>${fault === undefined ? '' : html`<span class="fault">${outside(fault)}</span>`}</td></tr>`;
  });
  const more = rows.length > most.entries ? html`<p>${counted(rows.length - most.entries, 'more entry', 'more entries')}.</p>` : none;
  return html`<div class="card"><div class="scroll" tabindex="0" role="region" aria-label="What is sampled"><table><thead><tr><th scope="col">Metric</th><th scope="col">Function</th><th scope="col">Every</th><th scope="col">Last value</th><th scope="col">Cannot be had because</th></tr></thead><tbody>${shown}</tbody></table></div>${more}</div>`;
}

function settingsSection(settings: SettingsView | string): Html {
  if (typeof settings === 'string') return html`<p>${outside(settings, 500)}</p>`;
  const rows = (written: boolean): Html[] => settings.rows.filter((row) => row.written === written).map(({ key, value }) => html`<tr><th scope="row"><code>${outside(key)}</code></th><td>${outside(value, 400)}</td></tr>`);
  const table = (name: string, lines: readonly Html[]): Html => html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr><th scope="col">Key</th><th scope="col">Value</th></tr></thead><tbody>${lines}</tbody></table></div>`;
  const [written, defaults] = [rows(true), rows(false)];
  return html`<div class="card"><p class="soft">${outside(settings.file)}, as it is now. Secrets are not shown.</p>${settings.faults.map((fault) => html`<p class="fault">${outside(fault)}</p>`)}
${written.length === 0 ? html`<p>Nothing but psutil_config is set.</p>` : table('Settings', written)}${defaults.length === 0 ? none : html`<details><summary>${counted(defaults.length, 'default')}</summary>${table('Defaults', defaults)}</details>`}</div>`;
}
