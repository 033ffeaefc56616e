import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import type { StatusReport } from '../../status/report.js';
import { windowsModule } from '../support/windowsModule.js';
import type { WineEnded } from '../support/wine.js';

// Performance counters through PDH itself, as far as Wine has it: two counters, no instances of a pattern, no lists.

/** Wine 8 writes whole numbers whatever the format: what is published as a double are the bits of one. */
function whole(metric: number): number {
  const bits = Buffer.alloc(8);
  bits.writeDoubleLE(metric);
  return Number(bits.readBigInt64LE());
}

it('counters that Wine has are read as they are; one that is missing is a counted absence with its reason, and validation warns of it', async () => {
  const { prefix } = windowsModule;
  const agent = (...args: string[]): Promise<WineEnded> => windowsModule.agent(...args);
  const counter = (path: string, alias: string, interval = 0.5): object => ({ method: 'perf_counter', args: { path }, interval, alias });
  const psutil_config = [
    counter('\\System\\System Up Time', 'uptime'), counter('\\Processor(_Total)\\% Processor Time', 'cpu'), counter('\\System\\Nope', 'nope'),
    counter('\\GPU Engine(*)\\Utilization Percentage', 'gpu'), { method: 'gpu_percent', interval: 0.5 },
  ];
  const config = join(prefix.drive, 'counters.json');
  writeFileSync(config, JSON.stringify({ node: { node_id: 'n' }, status: { path: 'C:\\data\\counters' }, psutil_config }));
  const validated = await agent('validate', '--config', prefix.path(config));
  assert.equal(validated.code, 0, validated.err);
  const warnings = validated.err.split('\n').filter((line) => line.startsWith('warning: '));
  assert.deepEqual(warnings.map((line) => /^warning: (\S+):/.exec(line)?.[1]), ['/psutil_config/2/args/path', '/psutil_config/3/args/path'], validated.err);
  const [sampled, listed] = await Promise.all([agent('sample', 'perf_counter', 'path=\\System\\Nope', '--json'), agent('counters', '--json')]);
  assert.deepEqual([sampled.code, listed.code], [5, 5]);
  assert.match(sampled.out, /the object has no such counter \(PDH_CSTATUS_NO_COUNTER\)/);
  assert.match(listed.out, /This Windows has no PdhEnumObjectsW in pdh\.dll/, 'Wine would end the process that calls it');
  const earlier = uptime();
  const { code, out, err } = await agent('run', '--config', prefix.path(config), '--duration', '4');
  const later = uptime();
  assert.equal(code, 0, err);
  const samples = out.trim().split('\n').map((line) => JSON.parse(line) as { name: string; path: string; metric: number; time: number });
  const values = (name: string): number[] => samples.filter((one) => one.name === name).map(({ metric }) => whole(metric));
  const seconds = values('uptime');
  assert.ok(seconds.length >= 3, out);
  for (const value of seconds) assert.ok(value >= Math.floor(earlier) && value <= later, `${String(earlier)} <= ${String(value)} <= ${String(later)}`);
  assert.ok(seconds.every((value, at) => at === 0 || value >= seconds[at - 1]!) && seconds[seconds.length - 1]! > seconds[0]!);
  // Wine counts no CPU time: the number is its own.
  assert.ok(values('cpu').length >= 3 && values('cpu').every((value) => value === 5), out);
  const { entries } = JSON.parse(readFileSync(join(prefix.drive, 'data/counters/status.json'), 'utf8')) as StatusReport;
  for (const [at, path] of [[2, '\\System\\Nope'], [3, '\\GPU Engine(*)\\Utilization Percentage'], [4, '\\GPU Engine(*)\\Utilization Percentage']] as const) {
    const { taken, unavailable, last_error: error } = entries[at]!;
    assert.ok(taken === 0 && unavailable >= 3, JSON.stringify(entries[at]));
    assert.ok(error?.message.startsWith(`The performance counter ${path}: the object has no such counter (PDH_CSTATUS_NO_COUNTER)`), error?.message);
  }
});
