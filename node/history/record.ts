/**
 * The lines of a history file, one JSON object each. A line stands for itself, so that one that is torn or damaged costs no other: what a
 * series' number means is told in the same file, before it is first used.
 */
import { deliveryStates, dropCauses, type Drops } from '../model/delivery.js';

/** What a series' number stands for in the lines below. */
export interface SeriesLine {
  readonly series: number;
  /** The metric's name, and the place of the value in it. */
  readonly name: string;
  readonly path: string;
  readonly unit: string;
  /** Seconds between its values. */
  readonly every: number;
}

/** How the samples fare; none: there is no broker. */
const deliveries = ['none', ...deliveryStates] as const;
export type Delivery = (typeof deliveries)[number];

/** What was seen in about a minute. Counts are of that time alone. */
export interface MinuteLine {
  /** When it ended, milliseconds since 1970, and how long it was, milliseconds. */
  readonly at: number;
  readonly for: number;
  /** A series' number, then its mean, and its least and greatest value where they differ from it. */
  readonly values: readonly (readonly number[])[];
  readonly delivery: Delivery;
  readonly taken: number;
  readonly published: number;
  readonly skipped: number;
  readonly unavailable: number;
  readonly dropped: Partial<Drops>;
  /** Samples that wait at its end. */
  readonly spooled: number;
  /** Values that have no series, for lack of room. */
  readonly more: number;
}

const eventKinds = ['start', 'stop', 'failed', 'delivery', 'missing', 'complete', 'spool', 'reload'] as const;

/** Something that happened. */
export interface EventLine {
  readonly at: number;
  /**
   * start and stop: of the collector; failed: it ended with a fault. delivery: samples fare otherwise. missing and complete: of a metric,
   * values cannot be had, or can be again. spool: the disk cannot be used, or can be again. reload: the configuration was taken over anew.
   */
  readonly event: (typeof eventKinds)[number];
  /** The metric, the delivery's state, or the version that started. */
  readonly what: string;
  /** In words; empty where there is none, or what was is over. */
  readonly reason: string;
}

/** Longest texts and lines, characters; names beyond are left out when written, all beyond when read. */
export const longest = { name: 300, reason: 400, line: 1024 * 1024 } as const;

/** A line as it was written; undefined where it is none, or says what cannot be. */
export function parseLine(line: string): SeriesLine | MinuteLine | EventLine | undefined {
  if (line.length > longest.line) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // No JSON says nothing.
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if ('series' in fields) return seriesLine(fields);
  return 'event' in fields ? eventLine(fields) : minuteLine(fields);
}

type Fields = Readonly<Record<string, unknown>>;

function seriesLine({ series, name, path, unit, every }: Fields): SeriesLine | undefined {
  if (!isCount(series) || !isText(name, longest.name) || !isText(path, longest.name) || !isText(unit, 64) || !isNumber(every) || every <= 0) return undefined;
  return { series, name, path, unit, every };
}

function eventLine({ at, event, what, reason }: Fields): EventLine | undefined {
  const kind = eventKinds.find((one) => one === event);
  if (kind === undefined || !isTime(at) || !isText(what, longest.name) || !isText(reason, longest.reason)) return undefined;
  return { at, event: kind, what, reason };
}

function minuteLine(fields: Fields): MinuteLine | undefined {
  const { at, for: length, values, taken, published, skipped, unavailable, dropped, spooled, more } = fields;
  const delivery = deliveries.find((one) => one === fields['delivery']);
  if (!isTime(at) || !isNumber(length) || length <= 0 || !Array.isArray(values) || delivery === undefined) return undefined;
  const counts = { taken, published, skipped, unavailable, spooled, more };
  if (!Object.values(counts).every(isCount) || typeof dropped !== 'object' || dropped === null) return undefined;
  if (!values.every((one) => Array.isArray(one) && (one.length === 2 || one.length === 4) && one.every(isNumber))) return undefined;
  const causes = dropCauses.flatMap((cause) => {
    const count = (dropped as Fields)[cause];
    return isCount(count) && count > 0 ? [[cause, count]] : [];
  });
  return { at, for: length, values: values as number[][], delivery, dropped: Object.fromEntries(causes) as MinuteLine['dropped'], ...(counts as Record<keyof typeof counts, number>) };
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number => isNumber(value) && value >= 0;
/** Up to the year 9999. */
const isTime = (value: unknown): value is number => isCount(value) && value < 253_402_300_800_000;
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
