/** What happened when: spans and moments made of a history's events and minutes. */
import type { History, Minute } from '../history/reader.js';
import type { Delivery, EventLine } from '../history/record.js';
import { dropCauses, type DropCause } from '../model/delivery.js';
import { counted, duration } from './quantity.js';

/** What a span of time was like. `unknown`: there is no history of it. */
export type SpanKind = 'unknown' | 'down' | 'away' | 'held' | 'nacked' | 'blocked' | 'memory' | 'missing' | 'dropped' | 'skipped';

/** Something that lasted. */
export interface Span {
  readonly kind: SpanKind;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** It had not ended when the report was made. */
  readonly open: boolean;
  /** One sentence, without its time. */
  readonly text: string;
}

/** Something that happened at a moment. */
export interface Moment {
  readonly at: number;
  readonly kind: EventLine['event'];
  readonly text: string;
}

export interface Timeline {
  readonly spans: readonly Span[];
  readonly moments: readonly Moment[];
}

/** How the collector stands at the end of the report's time. */
export interface Standing {
  readonly runs: boolean;
  readonly delivery: { readonly state: string; readonly reason: string } | undefined;
}

/** Silence longer than this, milliseconds, or than so many of its records, is one of the collector's. */
const silence = 150_000;
const records = 2.5;
/** Shorter than this, milliseconds, a connection being opened is no outage. */
const shortest = 10_000;

/** The time line from `from` to `to`, milliseconds since 1970. */
export function timelineOf(history: History, from: number, to: number, standing: Standing): Timeline {
  const down = downs(history, from, to, standing);
  const spans = [
    ...down, ...deliveries(history, to, standing, down), ...lasting(history, to, standing),
    ...bursts(history.minutes, 'dropped', (minute) => Object.values(minute.dropped).reduce((sum, count) => sum + count, 0), droppedText),
    ...bursts(history.minutes, 'skipped', ({ skipped }) => skipped, (_, count) => `${counted(count, 'tick')} skipped: what was begun before had not ended, or samples could not be kept as fast as they were taken`),
  ];
  return { spans: spans.filter((span) => span.to > span.from || span.open).sort((a, b) => a.from - b.from), moments: moments(history.events) };
}

/** When the collector told nothing. */
function downs({ minutes, events, begins }: History, from: number, to: number, { runs }: Standing): Span[] {
  const spans: Span[] = [];
  const first = begins === undefined || begins > to ? to : Math.max(from, begins);
  if (first - from > silence) spans.push({ kind: 'unknown', from, to: first, open: false, text: begins === undefined ? 'No history was kept' : 'No history is kept of this time' });
  const told = [...minutes.map((minute) => ({ from: minute.at - minute.for, to: minute.at, event: undefined })), ...events.map((event) => ({ from: event.at, to: event.at, event: event.event }))]
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let last = first;
  let patience = silence;
  let ended: 'stop' | 'failed' | undefined;
  for (const one of told) {
    if (one.event === 'start' && one.from > last) {
      // At the very beginning nothing tells how the one before ended.
      spans.push({ kind: 'down', from: last, to: one.from, open: false, text: one === told[0] ? 'The collector did not run' : endText(ended) });
    } else if (one.event === undefined && one.from - last > patience) {
      spans.push({ kind: 'down', from: last, to: one.from, open: false, text: 'The collector told nothing: the host slept, or the history could not be written' });
    }
    if (one.event === 'stop' || one.event === 'failed') ended = one.event;
    else ended = undefined;
    last = Math.max(last, one.to);
    if (one.event === undefined) patience = Math.max(silence, records * (one.to - one.from));
  }
  if (told.length > 0 && (ended !== undefined || !runs || to - last > patience)) {
    spans.push({ kind: 'down', from: last, to, open: true, text: ended === undefined && runs ? 'The collector tells nothing, though its process is there' : endText(ended) });
  }
  return spans;
}

function endText(ended: 'stop' | 'failed' | undefined): string {
  if (ended === 'stop') return 'The collector was stopped';
  return ended === 'failed' ? 'The collector had ended with a fault' : 'The collector had ended without being stopped: it was killed, or the host went down';
}

type Trouble = 'away' | 'held' | 'nacked' | 'blocked';

const troubles: Readonly<Partial<Record<Delivery, Trouble>>> = {
  connecting: 'away', unreachable: 'away', refused: 'away', held: 'held', nacked: 'nacked', blocked: 'blocked',
};
const troubleTexts: Readonly<Record<Trouble, string>> = {
  away: 'Broker away', held: 'Samples held: nobody is bound for them', nacked: 'The broker refused samples', blocked: 'Blocked by the broker',
};

/** When samples did not flow. */
function deliveries({ minutes, events }: History, to: number, standing: Standing, down: readonly Span[]): Span[] {
  const spans: Span[] = [];
  let open: { readonly kind: Trouble; readonly from: number; reason: string; attempted: boolean } | undefined;
  const close = (at: number, isOpen = false): void => {
    if (open === undefined) return;
    const brief = open.kind === 'away' && !open.attempted && at - open.from < shortest;
    if (!brief) spans.push({ kind: open.kind, from: open.from, to: at, open: isOpen, text: troubleTexts[open.kind] + (open.reason === '' ? '' : `: ${open.reason}`) });
    open = undefined;
  };
  const enter = (state: Delivery, at: number, reason: string): void => {
    const kind = troubles[state];
    if (open?.kind !== kind) close(at);
    if (kind === undefined) return;
    open ??= { kind, from: at, reason, attempted: false };
    // Why an attempt failed says more than that one is made.
    if (state !== 'connecting' || open.reason === '') open.reason = reason || open.reason;
    open.attempted ||= state !== 'connecting';
  };
  const steps = [
    ...minutes.map((minute) => ({ at: minute.at, run: () => { if (troubles[minute.delivery] !== open?.kind) enter(minute.delivery, open === undefined ? minute.at - minute.for : minute.at, ''); } })),
    ...events.filter(({ event }) => event === 'delivery').map(({ at, what, reason }) => ({ at, run: () => { enter(what as Delivery, at, reason); } })),
    ...down.map((span) => ({ at: span.from, run: () => { close(span.from); } })),
  ].sort((a, b) => a.at - b.at);
  for (const { run } of steps) run();
  if (open !== undefined && standing.delivery !== undefined && troubles[standing.delivery.state as Delivery] === open.kind && open.reason === '') open.reason = standing.delivery.reason;
  close(to, standing.runs);
  return spans;
}

/** What is told when it begins and when it ends: a disk that cannot be used, values that cannot be had. */
function lasting({ events }: History, to: number, { runs }: Standing): Span[] {
  const spans: Span[] = [];
  const open = new Map<string, { readonly kind: SpanKind; readonly from: number; text: string }>();
  const close = (key: string, at: number, isOpen = false): void => {
    const one = open.get(key);
    if (one !== undefined) spans.push({ ...one, to: at, open: isOpen });
    open.delete(key);
  };
  for (const { at, event, what, reason } of events) {
    if (event === 'start' || event === 'stop' || event === 'failed') for (const key of [...open.keys()]) close(key, at);
    else if (event === 'spool' && reason !== '') open.set('spool', { kind: 'memory', from: open.get('spool')?.from ?? at, text: `Samples kept in memory only: ${reason}` });
    else if (event === 'spool') close('spool', at);
    else if (event === 'missing') open.set(`missing ${what}`, { kind: 'missing', from: open.get(`missing ${what}`)?.from ?? at, text: `${what}: values could not be had: ${reason}` });
    else if (event === 'complete') close(`missing ${what}`, at);
  }
  for (const key of [...open.keys()]) close(key, to, runs);
  return spans;
}

/** Minutes in a row in which something was counted. */
function bursts(minutes: readonly Minute[], kind: SpanKind, countOf: (minute: Minute) => number, text: (minutes: readonly Minute[], count: number) => string): Span[] {
  const spans: Span[] = [];
  let row: Minute[] = [];
  const end = (): void => {
    const [first, last] = [row[0], row.at(-1)];
    if (first !== undefined && last !== undefined) {
      spans.push({ kind, from: first.at - first.for, to: last.at, open: false, text: text(row, row.reduce((sum, minute) => sum + countOf(minute), 0)) });
    }
    row = [];
  };
  for (const minute of minutes) {
    const last = row.at(-1);
    if (countOf(minute) === 0) continue;
    if (last !== undefined && minute.at - minute.for - last.at > silence) end();
    row.push(minute);
  }
  end();
  return spans;
}

const causeTexts: Readonly<Record<DropCause, string>> = {
  size: 'the spool was full', age: 'they were too old', damage: 'they were damaged on disk', closed: 'they could not be written when the collector ended',
  unroutable: 'nobody was bound for them', unsendable: 'AMQP cannot carry them', overload: 'there was no memory left for them',
};

function droppedText(minutes: readonly Minute[], count: number): string {
  const causes = dropCauses.flatMap((cause) => {
    const sum = minutes.reduce((total, { dropped }) => total + (dropped[cause] ?? 0), 0);
    return sum === 0 ? [] : [`${sum === count ? '' : `${counted(sum, 'sample')}: `}${causeTexts[cause]}`];
  });
  return `${counted(count, 'sample')} dropped: ${causes.join('; ')}`;
}

function moments(events: readonly EventLine[]): Moment[] {
  return events.flatMap(({ at, event, what, reason }): Moment[] => {
    switch (event) {
      case 'start': return [{ at, kind: event, text: `Collector started, version ${what}` }];
      case 'stop': return [{ at, kind: event, text: 'Collector stopped' }];
      case 'failed': return [{ at, kind: event, text: `Collector ended with a fault: ${reason}` }];
      case 'reload': return [{ at, kind: event, text: what === 'refused' ? `Configuration not taken over: ${reason}` : `Configuration taken over: ${reason}` }];
      default: return [];
    }
  });
}

/** How long spans of a kind lasted together, and how many there were; overlapping ones count once. */
export function totalOf(spans: readonly Span[], kind: SpanKind): { readonly count: number; readonly ms: number } {
  let [count, ms, last] = [0, 0, -Infinity];
  for (const span of spans) {
    if (span.kind !== kind) continue;
    count += 1;
    ms += Math.max(0, span.to - Math.max(span.from, last));
    last = Math.max(last, span.to);
  }
  return { count, ms };
}

/** The report's time in one sentence: what went wrong in it, or that nothing did. */
export function summaryOf({ spans }: Timeline, minutes: readonly Minute[]): string {
  const lasted = (kind: SpanKind, text: string): string[] => {
    const { count, ms } = totalOf(spans, kind);
    return count === 0 ? [] : [`${text} ${count === 1 ? '' : `${counted(count, 'time')}, `}for ${duration(ms)}${count === 1 ? '' : ' in all'}`];
  };
  const sum = (of: (minute: Minute) => number): number => minutes.reduce((total, minute) => total + of(minute), 0);
  const dropped = sum((minute) => Object.values(minute.dropped).reduce((total, count) => total + count, 0));
  const skipped = sum((minute) => minute.skipped);
  const unavailable = sum((minute) => minute.unavailable);
  const parts = [
    ...lasted('down', 'the collector did not run'), ...lasted('away', 'the broker was away'), ...lasted('blocked', 'the broker asked for a pause'),
    ...lasted('held', 'nobody was bound for the samples'), ...lasted('nacked', 'the broker refused samples'), ...lasted('memory', 'the disk could not be used'),
    ...(dropped === 0 ? [] : [`${counted(dropped, 'sample')} ${dropped === 1 ? 'was' : 'were'} dropped`]),
    ...(skipped === 0 ? [] : [`${counted(skipped, 'tick')} ${skipped === 1 ? 'was' : 'were'} skipped`]),
    ...(unavailable === 0 ? [] : [`${counted(unavailable, 'value')} could not be had`]),
  ];
  if (minutes.length === 0) return 'There is no history of this time.';
  const text = parts.length === 0 ? 'no outage, nothing dropped, no tick skipped, every value could be had' : parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
