import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../model/clock.js';
import { sizeOf, type Line } from './kill.test.support.js';
import { all, range, sample, temporary } from './queue.test.support.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

const child = fileURLToPath(new URL('kill.test.support.js', import.meta.url));
/** PSUTIL_KILLS=1000 is the long form. */
const kills = Number(process.env['PSUTIL_KILLS'] ?? 50);
/** An acknowledgement older than this, milliseconds, is written on the slowest machine. */
const longestSave = 5000;

/** Runs the child on a spool and kills it so many milliseconds after its start, or after it has opened the spool; gives what it told. */
async function runAndKill(path: string, args: readonly number[], after: 'start' | 'open', ms: number): Promise<Line[]> {
  const process_ = spawn(process.execPath, [child, path, ...args.map(String)], { stdio: ['ignore', 'pipe', 'pipe'] });
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

/** What the lines say of samples from `low` to before `high`, which the spool held before them. */
function outcome(lines: readonly Line[], low: number, high: number) {
  let [gone, surelyGone, put, begun] = [low, low, high, high];
  const end = Math.max(0, ...lines.map((line) => (line.step === 'gone' ? line.at : 0)));
  for (const line of lines) {
    if (line.step === 'gone') {
      gone = Math.max(gone, line.until);
      if (line.at < end - longestSave) surelyGone = gone;
    } else if (line.step === 'put' && line.done) put = line.until;
    else if (line.step === 'put') begun = line.until;
  }
  return { gone, surelyGone, put, begun };
}

test(`a process that is killed at any instant loses nothing it was told is safe: ${String(kills)} kills`, { timeout: kills * 5000 + 60_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${String(seed)} (PSUTIL_SEED replays it)`);
  const next = random(seed);
  const path = await temporary(context);
  let [low, high, repeated, maxBytes] = [0, 0, 0, 1e9];
  const positions = new Map<number, number>();
  let highest = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    if (next() < 0.2) maxBytes = next() < 0.5 ? 1e9 : 50_000 + Math.floor(next() * 500_000);
    const lines = await runAndKill(path, [Math.floor(next() * 2 ** 31), maxBytes, high], next() < 0.15 ? 'start' : 'open', next() * 250);
    const { gone, surelyGone, put, begun } = outcome(lines, low, high);
    const where = `kill ${String(kill)}, seed ${String(seed)}: held ${String(low)}-${String(high)}, gone ${String(gone)}, put ${String(put)} of ${String(begun)}`;
    const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock: systemClock, report: (event) => { assert.fail(event.message); } });
    context.after(() => queue.close());
    // A put that was under way may have evicted.
    let bytes = range(gone, begun).reduce((sum, number) => sum + sizeOf(number), 0);
    let evicted = gone;
    for (; bytes > maxBytes; evicted += 1) bytes -= sizeOf(evicted);
    let found = await all(queue);
    // Evictions are not saved at once: the oldest may be back, before a gap of those that never reached the disk.
    const gap = maxBytes === 1e9 ? -1 : found.findLastIndex(({ position }, index) => index > 0 && position !== (found[index - 1]?.position ?? 0) + 1);
    const before = found[gap - 1];
    if (before !== undefined) {
      assert.ok(Number(before.envelope.id.slice('sample-'.length)) < evicted, `${where}: a gap`);
      queue.ack(before.position);
      found = await all(queue);
    }
    const numbers = found.map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
    const first = numbers[0] ?? put;
    const end = first + numbers.length;
    assert.deepEqual(numbers, range(first, end), `${where}: gaps`);
    for (const { envelope } of found) {
      const number = Number(envelope.id.slice('sample-'.length));
      assert.deepEqual(envelope, sample(number, sizeOf(number)), where);
    }
    assert.ok(end >= put && end <= begun, `${where}: ends at ${String(end)}`);
    assert.ok(first >= surelyGone, `${where}: begins at ${String(first)}, of which all before ${String(surelyGone)} was gone long ago`);
    assert.ok(first <= evicted, `${where}: begins at ${String(first)}`);
    repeated += Math.max(0, gone - first);
    const { count, dropped } = queue.stats();
    assert.deepEqual([count, dropped], [found.length, { size: 0, age: 0, damage: 0, closed: 0 }], where);
    found.forEach(({ position }, index) => {
      const known = positions.get(numbers[index] ?? NaN);
      assert.ok(known === undefined ? position > highest : known === position, `${where}: position ${String(position)} was used before`);
    });
    positions.clear();
    found.forEach(({ position }, index) => positions.set(numbers[index] ?? NaN, position));
    highest = Math.max(highest, found.at(-1)?.position ?? 0);
    [low, high] = [first, end];
    await queue.close();
  }
  context.diagnostic(`${String(kills)} kills, ${String(high)} samples, 0 lost, ${String(repeated)} acknowledged or evicted ones read again`);
  assert.ok(high > 0 && low > 0);
});
