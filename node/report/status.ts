/** status.json as a report reads it: another version of the collector may have written it, or another hand. */
import { readStatus } from '../status/file.js';
import { messageOf } from '../model/errors.js';

export interface EntryView {
  readonly name: string;
  readonly method: string;
  readonly interval: number | undefined;
  readonly unit: string;
  readonly values: readonly (readonly [string, number])[];
  /** When they were taken, milliseconds since 1970. */
  readonly at: number | undefined;
  readonly fault: string | undefined;
}

/** What is known; whatever is not there, or is something else, is undefined. */
export interface StatusView {
  readonly summary: string;
  readonly state: string;
  readonly pid: number | undefined;
  readonly version: string;
  readonly account: string | undefined;
  readonly broker: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  readonly updated: number | undefined;
  readonly delivery: { readonly state: string; readonly reason: string } | undefined;
  readonly lastError: { readonly at: number | undefined; readonly message: string } | undefined;
  readonly counts: Readonly<Partial<Record<(typeof countNames)[number], number>>>;
  readonly entries: readonly EntryView[];
}

const countNames = ['taken', 'published', 'spooled', 'spooled_bytes', 'dropped', 'skipped', 'unavailable', 'reconnects'] as const;
const mostEntries = 20_000;

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const time = (value: unknown): number | undefined => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
};

/** What a directory's status says, or why it says nothing. */
export function viewStatus(directory: string): { readonly status: StatusView } | { readonly fault: string } {
  let raw: Fields;
  try {
    raw = fields(readStatus(directory));
  } catch (error) {
    return { fault: messageOf(error) };
  }
  const [delivery, error] = [fields(raw['delivery']), fields(raw['last_error'])];
  const state = text(delivery['state']);
  const message = text(error['message']);
  return {
    status: {
      summary: text(raw['summary']) ?? '', state: text(raw['state']) ?? '', pid: number(raw['pid']), version: text(raw['version']) ?? '', account: text(fields(raw['account'])['name']), broker: text(raw['broker']),
      since: time(raw['since']), updated: time(raw['updated']),
      delivery: state === undefined ? undefined : { state, reason: text(delivery['reason']) ?? '' },
      lastError: message === undefined ? undefined : { at: time(error['time']), message },
      counts: Object.fromEntries(countNames.flatMap((name) => (number(raw[name]) === undefined ? [] : [[name, number(raw[name])]]))),
      entries: Array.isArray(raw['entries']) ? (raw['entries'] as unknown[]).slice(0, mostEntries).map((entry) => viewEntry(fields(entry))) : [],
    },
  };
}

function viewEntry(entry: Fields): EntryView {
  const last = fields(entry['last']);
  return {
    name: text(entry['name']) ?? '', method: text(entry['method']) ?? '', interval: number(entry['interval']), unit: text(entry['unit']) ?? '', at: time(last['time']), fault: text(entry['fault']),
    values: Object.entries(fields(last['values'])).flatMap(([path, value]) => (number(value) === undefined ? [] : [[path, Number(value)] as const])),
  };
}
