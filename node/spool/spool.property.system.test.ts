import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../model/clock.js';
import { sizeOf, type Line } from './crash.test.support.js';
import { temporary } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

const child = fileURLToPath(new URL('crash.test.support.js', import.meta.url));
const long = process.env['PSUTIL_CHAOS'] === 'long';
const duration = long ? 300_000 : 10_000;

/** Runs the child on a spool and kills it so many milliseconds after its start, or after it has opened the spool; gives what it told. */
async function runAndKill(path: string, seed: number, maxBytes: number, next: number, after: 'start' | 'open', ms: number): Promise<Line[]> {
  const process_ = spawn(process.execPath, [child, path, String(seed), String(maxBytes), String(next)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  process_.stdout.on('data', (data: Buffer) => (out += data.toString()));
  process_.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const gone = new Promise<NodeJS.Signals | null>((resolve) => process_.once('close', (_code, signal) => { resolve(signal); }));
  if (after === 'open') await Promise.race([once(process_.stdout, 'data'), gone]);
  await delay(ms);
  process_.kill('SIGKILL');
  assert.equal(await gone, 'SIGKILL', `the child ended by itself: ${errors}`);
  assert.equal(errors.replaceAll(/\{"kind":"dropped","message":"[^"]*","since":\{"size":\d+,"age":0,"damage":0,"closed":0\}\}\n/g, ''), '', 'the spool reported something');
  // The pipe may end within a line.
  return out.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line);
}

const bytesOf = (held: readonly number[]): number => held.reduce((sum, number) => sum + sizeOf(number), 0);

/** The model: what a queue of `maxBytes` holds after each step. */
function step(held: readonly number[], line: Line, maxBytes: number): number[] {
  if (line.step === 'open') return [...held];
  const removed = new Set(line.step === 'remove' ? line.numbers : []);
  const fresh = line.step === 'put' ? Array.from({ length: line.until - line.from }, (_, index) => line.from + index) : [];
  const all = [...held.filter((number) => !removed.has(number)), ...fresh];
  let bytes = bytesOf(all);
  let start = 0;
  for (; bytes > maxBytes; start += 1) bytes -= sizeOf(all[start] ?? NaN);
  return all.slice(start);
}

/** Whether a queue may hold this after a step that was begun and of which nobody knows how far it came. */
function mayFollow(found: readonly number[], before: readonly number[], line: Line, maxBytes: number): boolean {
  const after = step(before, line, maxBytes);
  const same = (one: readonly number[], other: readonly number[]): boolean => one.length === other.length && one.every((value, index) => value === other[index]);
  if (line.step !== 'put') return same(found, before) || same(found, after);
  // The first of the new ones, behind the old without those that had to make room.
  const fresh = found.filter((number) => number >= line.from);
  const old = found.slice(0, found.length - fresh.length);
  const isPrefix = fresh.every((number, index) => number === (fresh[0] ?? 0) + index && number < line.until);
  const startsRight = fresh.length === 0 || fresh[0] === line.from || fresh[0] === after[0];
  const dropped = before.length - old.length;
  return isPrefix && startsRight && same(old, before.slice(dropped)) && dropped <= before.filter((number) => !after.includes(number)).length;
}

/** Numbers as runs, for people. */
function runsOf(numbers: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.to === number - 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs.map(({ from, to }) => `${String(from)}-${String(to)}`).join(' ');
}

test('a process that is killed at any instant loses nothing it was told is safe, and gets nothing back', { timeout: duration * 3 + 60_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${String(seed)} (PSUTIL_SEED replays it)`);
  const next = random(seed);
  const path = await temporary(context);
  let held: number[] = [];
  let number = 0;
  let kills = 0;
  let acknowledged = 0;
  let removed = 0;
  let maxBytes = 1e9;
  const positions = new Map<number, number>();
  let highest = 0;
  // A slow machine may need longer until anything was taken out.
  for (const end = performance.now() + duration; performance.now() < end || removed === 0; kills += 1) {
    if (next() < 0.2) maxBytes = next() < 0.5 ? 1e9 : 50_000 + Math.floor(next() * 500_000);
    const after = next() < 0.15 ? 'start' : 'open';
    const lines = await runAndKill(path, Math.floor(next() * 2 ** 31), maxBytes, number, after, next() * 250);
    let pending: Line | undefined;
    const initial = runsOf(held);
    for (const line of lines) {
      if (line.step === 'put') number = Math.max(number, line.until);
      if (!line.done) {
        pending = line;
        continue;
      }
      pending = undefined;
      held = step(held, line, maxBytes);
      if (line.step === 'put') acknowledged += line.until - line.from;
      if (line.step === 'remove') removed += line.numbers.length;
    }
    const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock: systemClock, report: (event) => { assert.fail(event.message); } });
    context.after(() => queue.close());
    const all = await queue.read(-1, 10_000_000);
    const found = all.map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
    const story = `${lines.map((line) => (line.step === 'open' ? 'open' : `${line.step} ${line.step === 'put' ? `${String(line.from)}-${String(line.until - 1)}` : runsOf(line.numbers)} ${String(line.done)}`)).join('\n')}\nmax ${String(maxBytes)} initial ${initial}`;
    const where = `${story}\nkill ${String(kills)}, seed ${String(seed)}, pending ${pending === undefined ? 'nothing' : JSON.stringify(pending).slice(0, 100)}`;
    if (pending === undefined) assert.deepEqual(found, held, where);
    else assert.ok(mayFollow(found, held, pending, maxBytes), `${where}: before ${runsOf(held)}, after ${runsOf(step(held, pending, maxBytes))}, found ${runsOf(found)}`);
    const { count, bytes, dropped } = queue.stats();
    assert.deepEqual({ count, bytes, dropped }, { count: found.length, bytes: bytesOf(found), dropped: { size: 0, age: 0, damage: 0, closed: 0 } }, where);
    for (const { position, envelope } of all) {
      const known = positions.get(Number(envelope.id.slice('sample-'.length)));
      assert.ok(known === undefined ? position > highest || positions.size === 0 : known === position, `${where}: position ${String(position)} was used before`);
    }
    positions.clear();
    all.forEach(({ position }, index) => positions.set(found[index] ?? NaN, position));
    highest = Math.max(highest, all.at(-1)?.position ?? 0);
    held = found;
    await queue.close();
  }
  context.diagnostic(`${String(kills)} kills, ${String(acknowledged)} samples acknowledged, ${String(removed)} removed, 0 lost, 0 back`);
  assert.ok(acknowledged > 0 && removed > 0);
});
