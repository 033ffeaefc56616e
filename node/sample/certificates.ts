/** What is computed of certificates: the days that are left to them. */
import type { Arguments, Result } from '../catalog/value.js';
import { matches } from '../model/pattern.js';

/** A certificate as a provider tells it; times in seconds since 1970. */
interface Row {
  readonly thumbprint: string;
  readonly subject: string;
  readonly issuer: string;
  readonly not_before: number;
  readonly not_after: number;
}

/** A raw reading of certificates. */
export interface Certificates {
  readonly rows: readonly Row[];
  readonly unreadable: number;
}

const secondsOfDay = 86_400;

function wanted({ rows }: Certificates, subject: unknown): readonly Row[] {
  return typeof subject === 'string' ? rows.filter((one) => matches(subject.toLowerCase(), one.subject.toLowerCase())) : rows;
}

/** Days with two decimals: finer, it would differ with each reading and say no more. */
function daysLeft({ not_after }: Row, now: number): number {
  return Math.floor(((not_after - now) / secondsOfDay) * 100) / 100;
}

/** All of them together at a time, in seconds since 1970; where there is none, no days are left to one. */
export function certificateExpiry(raw: Certificates, args: Arguments, now: number): { result: Result; reasons: Readonly<Record<string, string>> } {
  const rows = wanted(raw, args['subject']);
  const days = rows.map((row) => daysLeft(row, now));
  const none = `there is no certificate${typeof args['subject'] === 'string' ? ` of the subject "${args['subject']}"` : ''} that could expire`;
  const result = { days_left: rows.length === 0 ? null : Math.min(...days), count: rows.length, expired: rows.filter(({ not_after }) => not_after < now).length, unreadable: raw.unreadable };
  return { result, reasons: rows.length === 0 ? { days_left: none } : {} };
}

/** Each of them by its thumbprint, or by its subject; of one subject the one that lasts longest. */
export function certificateMap(raw: Certificates, args: Arguments, now: number): Result {
  const found = new Map<string, Row>();
  for (const row of wanted(raw, args['subject'])) {
    // A certificate may have no subject, only names beside it.
    const key = args['by'] === 'subject' && row.subject !== '' ? row.subject : row.thumbprint;
    if ((found.get(key)?.not_after ?? -Infinity) < row.not_after) found.set(key, row);
  }
  return Object.fromEntries([...found].map(([key, row]) => [key, { ...row, days_left: daysLeft(row, now), expired: row.not_after < now }]));
}
