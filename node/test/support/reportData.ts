/** A data directory as a collector leaves it after some hours with an outage, made up and the same each time: for pictures and tests of the report. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyNames } from '../../history/file.js';
import { noBroker } from '../../output/lines.js';
import { writeStatus } from '../../status/file.js';
import { summaryOf } from '../../status/summary.js';
import type { EntryReport } from '../../status/report.js';

const minute = 60_000;

/** A value over time: `of` gives its mean at a minute, `swing` how far it was from it. */
interface Metric {
  readonly name: string;
  readonly path?: string;
  readonly method: string;
  readonly unit: string;
  readonly args?: object;
  readonly select?: string;
  readonly every: number;
  readonly swing: number;
  /** NaN: there was none. */
  readonly of: (at: number, noise: number) => number;
}

const gib = 2 ** 30;
const wave = (at: number, length: number): number => Math.sin((at / length) * 2 * Math.PI);

const metrics: readonly Metric[] = [
  { name: 'cpu_percent', method: 'cpu_percent', unit: '%', every: 5, swing: 9, of: (at, noise) => 18 + 6 * wave(at, 170) + 8 * noise + (at > 232 && at < 262 ? 55 : 0) },
  { name: 'memory_available', method: 'virtual_memory', select: 'available', unit: 'B', every: 5, swing: gib / 30, of: (at, noise) => 9.4 * gib - at * gib / 160 + noise * gib / 20 + (at > 300 ? 1.5 * gib : 0) },
  { name: 'disk_C_percent', method: 'disk_usage', args: { path: 'C:\\' }, select: 'percent', unit: '%', every: 60, swing: 0, of: (at) => 71.2 + at / 120 },
  { name: 'disk_D_percent', method: 'disk_usage', args: { path: 'D:\\' }, select: 'percent', unit: '%', every: 60, swing: 0, of: (at) => (at > 330 ? Number.NaN : 43.1) },
  { name: 'disk_read', method: 'disk_io_counters', select: 'read_bytes', unit: 'B/s', every: 10, swing: 900_000, of: (at, noise) => 1.2e6 + 8e5 * noise ** 2 + (at % 60 < 3 ? 2.4e7 : 0) },
  { name: 'net_received', path: 'Ethernet0', method: 'net_io_counters', unit: 'B/s', every: 10, swing: 60_000, of: (at, noise) => 240_000 + 90_000 * wave(at, 90) + 50_000 * noise },
  { name: 'net_received', path: 'Ethernet1', method: 'net_io_counters', unit: 'B/s', every: 10, swing: 4000, of: (_, noise) => 11_000 + 3000 * noise },
  { name: 'sql_sessions', method: 'perf_counter', args: { path: '\\SQLServer:General Statistics\\User Connections' }, unit: 'count', every: 15, swing: 3, of: (at, noise) => Math.round(64 + 25 * wave(at, 330) + 6 * noise) },
  { name: 'confirm_time', method: 'agent', select: 'confirm_time_p99', unit: 'ms', every: 30, swing: 2, of: (at, noise) => (at > 96 && at < 111 ? Number.NaN : 5.2 + 2 * noise) },
];

/** 0 to 1, the same for the same place. */
const noiseAt = (place: number): number => Math.abs(Math.sin(place * 12.9898) * 43_758.5453) % 1;

/** Settings with what must not be seen, under keys of every kind. */
export const reportSecret = 'hunter2-Secret';

/** Writes the directory; `to` is when its last minute ended. `hostile`: names and texts are what an attacker would choose. */
export function writeReportData(directory: string, to: number, hours = 6, hostile = ''): void {
  mkdirSync(directory, { recursive: true });
  const count = hours * 60;
  const begin = to - count * minute;
  const [away, back, killed, restarted] = [96, 111, 187, 193];
  const lines: object[] = [{ at: begin, event: 'start', what: '0.1.0', reason: '' }, ...metrics.map(explained)];
  const happened: Readonly<Record<number, readonly object[]>> = {
    [away]: [{ event: 'delivery', what: 'unreachable', reason: `rabbit-1.example.com:5672: nobody answers (ECONNREFUSED)${hostile}; again in 4.0 s` }],
    [back]: [{ event: 'delivery', what: 'flowing', reason: '' }],
    [restarted]: [{ event: 'start', what: '0.1.0', reason: '' }],
    247: [{ event: 'delivery', what: 'blocked', reason: 'the broker asks for a pause (low on memory)' }],
    250: [{ event: 'delivery', what: 'flowing', reason: '' }],
    275: [{ event: 'reload', what: 'taken', reason: '8 entries kept, 1 begun, 0 ended' }],
    331: [{ event: 'missing', what: `disk_D_percent${hostile}`, reason: 'D:\\ is not ready' }],
  };
  let spooled = 0;
  for (let at = 0; at < count; at++) {
    for (const event of happened[at] ?? []) lines.push({ at: begin + at * minute, ...event });
    if (at >= killed && at < restarted) continue;
    if (at === restarted) lines.push(...metrics.map(explained));
    const isAway = at >= away && at < back;
    const taken = 66;
    const drained = isAway ? 0 : Math.min(spooled, 400);
    spooled += isAway ? taken : -drained;
    lines.push({
      at: begin + (at + 1) * minute, for: minute, delivery: isAway ? 'unreachable' : at >= 247 && at < 250 ? 'blocked' : 'flowing', taken, published: isAway ? 0 : taken + drained, skipped: at === 240 || at === 241 ? 7 : 0,
      unavailable: at > 330 ? 1 : 0, dropped: {}, spooled, more: 0,
      values: metrics.flatMap((metric, index) => {
        const mean = metric.of(at, noiseAt(at + index * 1000));
        if (Number.isNaN(mean)) return [];
        const swing = metric.swing * (0.4 + noiseAt(at * 7 + index));
        const floor = (value: number): number => Math.max(0, value);
        return [metric.swing === 0 ? [index + 1, mean] : [index + 1, mean, floor(mean - swing), metric.unit === '%' ? Math.min(100, mean + swing) : mean + swing].map((value) => Number(value.toPrecision(6)))];
      }),
    });
  }
  writeFileSync(join(directory, historyNames.now), lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  const iso = (at: number): string => new Date(at).toISOString();
  const status = {
    version: '0.1.0', state: 'sampling' as const, pid: process.pid, account: { name: 'NT AUTHORITY\\SYSTEM', privileged: true }, since: iso(begin + restarted * minute), updated: iso(to - 2000), ...noBroker,
    connected: true, connected_since: iso(begin + restarted * minute), broker: 'rabbit-1.example.com:5672', delivery: { state: 'flowing' as const, since: iso(begin + 250 * minute), reason: null },
    taken: (count - restarted) * 66, published: (count - restarted) * 66, skipped: 14, unavailable: count - 331, reconnects: 0, last_published: iso(to - 2000), reload: null,
    entries: [...new Map(metrics.map((metric) => [metric.name, metric])).values()].map((metric, index): EntryReport => {
      const gone = metric.name === 'disk_D_percent';
      const values = Object.fromEntries(metrics.filter(({ name }) => name === metric.name).map(({ path, of }) => [path ?? 'value', of(gone ? 330 : count - 1, 0.5)]));
      return {
        index, name: metric.name + (gone ? hostile : ''), method: metric.method, interval: metric.every, unit: metric.unit, units: null, taken: 900, skipped: 0, unavailable: gone ? count - 331 : 0,
        last: { time: iso(gone ? begin + 330 * minute : to - 3000), values }, last_error: gone ? { time: iso(to - 30_000), message: 'D:\\ is not ready' } : null, fault: gone ? 'D:\\ is not ready' : null,
      };
    }),
  };
  writeStatus(directory, { ...status, summary: summaryOf(status) });
  const settings = {
    node: { deployment_id: 'shop', node_name: 'db', node_id: 'db_7f3k2a' },
    broker: { hostnames: ['rabbit-1.example.com', 'rabbit-2.example.com'], username: 'metrics', password: reportSecret, heartbeat: 20 },
    psutil_config: [...new Map(metrics.map((metric) => [metric.name, metric])).values()].map(({ name, method, args, select, every, unit }) => ({
      method, ...(args === undefined ? {} : { args }), ...(select === undefined ? {} : { result_argument: select }), interval: every, alias: name, ...(unit === 'B/s' ? { rate: true } : {}),
    })),
    status: { path: directory },
  };
  writeFileSync(join(directory, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });

  function explained({ name, path = '', unit, every }: Metric, index: number): object {
    return { series: index + 1, name: name + (name === 'disk_D_percent' ? hostile : ''), path, unit, every };
  }
}
