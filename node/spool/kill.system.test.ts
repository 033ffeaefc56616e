import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../model/clock.js';
import { fitting, sizeOf, type Line } from './kill.test.support.js';
import { all, range, sample, temporary } from './queue.test.support.js';
import type { SampleQueue } from './queue.js';
import { random } from './random.test.support.js';
import { openSpool } from './spool.js';

const child = fileURLToPath(new URL('kill.test.support.js', import.meta.url));
/** PSUTIL_KILLS=1000 is the long form. */
const kills = Number(process.env['PSUTIL_KILLS'] ?? 12);

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

/** What some lines say of samples from `low` to before `high`, which the spool held before them. */
function outcome(lines: readonly Line[], low: number, high: number, maxBytes: number) {
  let [acknowledged, put, begun, saved] = [low, high, high, 0];
  for (const line of lines) {
    if (line.step === 'ack') acknowledged = line.until;
    else if (line.step === 'saved') saved = line.head;
    else if (line.step === 'put' && line.done) put = line.until;
    else if (line.step === 'put') begun = line.until;
  }
  // A put under way may have evicted.
  const kept = begun === high ? low : (fitting(range(low, begun), maxBytes)[0] ?? begun);
  return { put, begun, saved, safe: Math.max(acknowledged, kept) };
}

/**
 * Every put that was acknowledged is read back, unless it was acknowledged or evicted; what is read is what was put, in its order, each once. What was
 * acknowledged or evicted comes back only behind the last position that was written. Of a put under way there is the beginning, or nothing.
 */
test(`a process that is killed at any instant loses nothing it was told is safe: ${String(kills)} kills`, { timeout: kills * 5000 + 60_000 }, async (context) => {
  const seed = Number(process.env['PSUTIL_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${String(seed)} (PSUTIL_SEED replays it)`);
  const next = random(seed);
  const path = await temporary(context);
  let [low, high, repeated, saves, highest, maxBytes] = [0, 0, 0, 0, 0, 1e9];
  let positions = new Map<number, number>();
  let open: SampleQueue | undefined;
  context.after(() => open?.close());
  // A busy machine gives a child less to do before it is killed.
  for (let kill = 0; kill < kills || (saves <= kills && kill < 4 * kills); kill += 1) {
    if (next() < 0.2) maxBytes = next() < 0.5 ? 1e9 : 50_000 + Math.floor(next() * 500_000);
    const lines = await runAndKill(path, [Math.floor(next() * 2 ** 31), maxBytes, low, high], next() < 0.15 ? 'start' : 'open', next() * 250);
    const { put, begun, saved, safe } = outcome(lines, low, high, maxBytes);
    const queue = await openSpool({ path, maxBytes: 1e9, maxAge: 1e6, clock: systemClock, report: (event) => { assert.fail(event.message); } });
    open = queue;
    const { count } = queue.stats();
    const found = await all(queue);
    const numbers = found.map(({ envelope }) => Number(envelope.id.slice('sample-'.length)));
    const first = numbers[0] ?? put;
    const end = first + numbers.length;
    const where = `kill ${String(kill)}, seed ${String(seed)}: held ${String(low)}-${String(high)}, put ${String(put)} of ${String(begun)}, safe from ${String(safe)}, found ${String(first)}-${String(end)}`;
    assert.deepEqual(numbers, range(first, end), `${where}: gaps`);
    assert.ok(end >= put && end <= begun && first >= low && first <= safe, where);
    found.forEach(({ envelope, position }, index) => {
      const number = first + index;
      assert.deepEqual(envelope, sample(number, sizeOf(number)), where);
      assert.ok(position >= saved, `${where}: ${String(number)} at ${String(position)} comes back, though before ${String(saved)} all was gone`);
      const known = positions.get(number);
      assert.ok(known === undefined ? position > highest : known === position, `${where}: position ${String(position)} was used before`);
    });
    const { count: counted, dropped } = queue.stats();
    assert.deepEqual([count, counted, dropped], [found.length, found.length, { size: 0, age: 0, damage: 0, closed: 0 }], where);
    repeated += Math.max(0, Math.min(safe, end) - first);
    saves += lines.filter(({ step }) => step === 'saved').length;
    positions = new Map(found.map(({ position }, index) => [first + index, position]));
    highest = Math.max(highest, found.at(-1)?.position ?? 0);
    [low, high] = [first, end];
    await queue.close();
    if (kill % 100 === 99) context.diagnostic(`${String(kill + 1)} kills, ${String(high)} samples, 0 lost, ${String(repeated)} read again, ${String(saves)} cursors written`);
  }
  context.diagnostic(`${String(kills)} kills, ${String(high)} samples, 0 lost, ${String(repeated)} acknowledged or evicted ones read again, ${String(saves)} cursors written`);
  assert.ok(high > 0 && saves > kills);
});
