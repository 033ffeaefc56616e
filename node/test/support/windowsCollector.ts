/** A collector under Wine, and what it publishes. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatusReport } from '../../status/report.js';
import type { Prefix } from './wine.js';

/** An entry of psutil_config. */
export interface Entry {
  readonly method: string;
  readonly args?: object;
  readonly result_argument?: string;
  readonly interval: number;
  readonly alias: string;
  readonly rate?: boolean;
}

/** The last value by alias and path, and why others are missing. */
export interface Published {
  readonly values: Readonly<Record<string, number>>;
  readonly reasons: Readonly<Record<string, string>>;
}

/** An entry that is read once a second. */
export const entry = (alias: string, method: string, args: object, result_argument?: string): Entry => ({
  method, args, interval: 1, alias, ...(result_argument === undefined ? {} : { result_argument }),
});

/** What a collector of these entries, of the module folder `module` of a prefix, publishes in so many seconds, or by one reading of each. */
export async function publish(prefix: Prefix, module: string, entries: readonly Entry[], seconds: number | 'once'): Promise<Published> {
  const config = join(prefix.drive, 'config.json');
  writeFileSync(config, JSON.stringify({ status: { path: 'C:\\data', interval: 0.5 }, psutil_config: entries }));
  const { code, out, err } = await prefix.wine([
    join(module, 'bin/node.exe'), `${prefix.path(module)}\\dist\\cli\\launcher.cjs`, 'run', '--config', prefix.path(config), ...(seconds === 'once' ? ['--once'] : ['--duration', String(seconds)]),
  ]);
  assert.equal(code, 0, err);
  const messages = out.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { name: string; path: string; metric: number });
  const { entries: told } = JSON.parse(readFileSync(join(prefix.drive, 'data/status.json'), 'utf8')) as StatusReport;
  return {
    values: Object.fromEntries(messages.map(({ name, path, metric }) => [path === '' ? name : `${name} ${path}`, metric])),
    reasons: Object.fromEntries(told.flatMap(({ name, last_error }) => (last_error === null ? [] : [[name, last_error.message]]))),
  };
}
