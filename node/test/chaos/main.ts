/**
 * `npm run chaos`: the long form. PSUTIL_CHAOS_SEED repeats a run's choices, PSUTIL_CHAOS_FAULTS and PSUTIL_CHAOS_SAMPLES say how
 * many there must be at least (400 and 400,000), PSUTIL_CHAOS_KEEP keeps the files of a run that failed. Ends with 1 where a sample was lost, out of order or wrong, or too many came twice.
 */
import { randomInt } from 'node:crypto';
import { Harness } from './harness.js';
import { Random } from './random.js';
import { Suite } from './suite.js';

const number = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const seed = number('PSUTIL_CHAOS_SEED', randomInt(2 ** 31));
const least = { faults: number('PSUTIL_CHAOS_FAULTS', 400), samples: number('PSUTIL_CHAOS_SAMPLES', 400_000) };
const began = Date.now();
console.log(`seed ${String(seed)} (PSUTIL_CHAOS_SEED=${String(seed)} npm run chaos)`);

const harness = await Harness.build();
process.once('SIGINT', () => { harness.failure = 'interrupted'; });
const suite = new Suite(harness, new Random(seed), (line) => { console.log(line); });
let failure: string | undefined;
try {
  await suite.run(least);
} catch (error) {
  failure = `${error instanceof Error ? error.message : String(error)}; ${harness.notes.join('; ')}`;
}
console.log(`\n${suite.table.table}\n`);
console.log(`${String(suite.table.total('excused'))} not counted as lost, for the suite itself destroyed them on disk`);
console.log(`seed ${String(seed)}, ${((Date.now() - began) / 1000).toFixed(0)} s; ${String(harness.verifier.redelivered)} more were repeated by the broker to a consumer whose connection it had lost; the collector's memory at the highest ${harness.highest.toFixed(0)} MB`);
const problems = [...suite.table.shortcomings, ...(failure === undefined ? [] : [failure])];
for (const problem of problems) console.log(`FAILED: ${problem}`);
const keep = problems.length > 0 && process.env['PSUTIL_CHAOS_KEEP'] !== undefined;
await harness.remove(keep);
if (keep) console.log(`kept: ${harness.home}`);
process.exit(problems.length === 0 ? 0 : 1);
