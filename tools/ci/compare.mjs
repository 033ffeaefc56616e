// Values of this host beside those of the real psutil, read just before and just after; ends with 1 where one is elsewhere.
//   node tools/ci/compare.mjs [python]      of dist/, with a Python that has psutil
import { completeArguments } from '../../dist/config/validation.js';
import { systemClock } from '../../dist/model/clock.js';
import { openProvider } from '../../dist/providers/host.js';
import { SharedProvider } from '../../dist/providers/shared.js';
import { openReader } from '../../dist/sample/reader.js';
import { disagreement, usePython, psutil } from '../../dist/test/support/psutil.js';

if (process.argv[2] !== undefined) usePython(process.argv[2]);
const windows = process.platform === 'win32';
const disk = windows ? 'C:\\' : '/';
/** Each function, its arguments, psutil's own words, and by how much of a value it may be off: what changes by itself between two looks. */
const comparisons = [
  ['cpu_count', { logical: true }, 'psutil.cpu_count()', 0],
  ['cpu_count', { logical: false }, 'psutil.cpu_count(logical=False)', 0],
  ['boot_time', {}, 'psutil.boot_time()', 1e-8],
  ['cpu_times', {}, 'psutil.cpu_times()', 0.01],
  ['cpu_stats', {}, 'psutil.cpu_stats()', 0.01],
  ['virtual_memory', {}, 'psutil.virtual_memory()', 0.1],
  ['swap_memory', {}, 'psutil.swap_memory()', 0.1],
  ['disk_usage', { path: disk }, `psutil.disk_usage(${JSON.stringify(disk)})`, 0.01],
  ['disk_io_counters', {}, 'psutil.disk_io_counters()', 0.01],
  ['net_io_counters', {}, 'psutil.net_io_counters()', 0.01],
  ['net_if_stats', {}, 'psutil.net_if_stats()', 0],
];

/** Every number in a result by its place. */
function numbers(value, place = '') {
  if (typeof value === 'number') return [[place, value]];
  if (typeof value === 'boolean') return [[place, Number(value)]];
  return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([key, item]) => numbers(item, place === '' ? key : `${place}.${key}`)) : [];
}

const provider = new SharedProvider(await openProvider());
let [same, off] = [0, 0];
for (const [method, given, expression, share] of comparisons) {
  const args = completeArguments({ method, args: given, interval: 1 });
  try {
    const before = new Map(numbers(await psutil(expression)));
    const ours = new Map(numbers((await openReader(provider, systemClock, { method, args }).read()).result));
    const after = new Map(numbers(await psutil(expression)));
    let compared = 0;
    for (const [place, value] of ours) {
      const [first, last] = [before.get(place), after.get(place)];
      if (first === undefined || last === undefined) continue;
      compared += 1;
      const problem = disagreement(value, first, last, Math.max(Math.abs(first) * share, share > 0 && Math.abs(first) < 1000 ? 5 : 0));
      if (problem !== undefined) console.log(`${method} ${place}: ${problem}`);
      if (problem === undefined) same += 1;
      else off += 1;
    }
    console.log(`${expression}: ${String(compared)} values`);
    if (compared === 0) off += 1;
  } catch (error) {
    off += 1;
    console.log(`${expression}: ${error.message}`);
  }
}
provider.close();
console.log(`${String(same)} passed, ${String(off)} failed`);
process.exit(off === 0 ? 0 : 1);
