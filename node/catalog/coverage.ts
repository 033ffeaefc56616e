/** The coverage table, docs/coverage.md: what psutil has and what of it is had here, written from the catalog (`npm run schemas`). */
import type { CatalogFunction, Field } from './function.js';
import { functions } from './functions.js';
import { processReads, type ProcessRead } from './process.js';
import { refusedFunctions, refusedReads, type Refusal } from './refused.js';
import type { Platform } from './value.js';

/** Which tests hold a group's values against something else than this program. */
const proofs: Readonly<Record<CatalogFunction['group'], string>> = {
  cpu: 'A B C', memory: 'A B C', disk: 'A B C', network: 'A B C D F', sensors: 'D F', system: 'A C', process: 'D E F', services: 'E F', agent: '', external: '',
};

/** What this catalog has beyond psutil, and its proofs. */
const own: Readonly<Record<string, string>> = {
  commit_memory: 'G H I', kernel_memory: 'G I', system_stats: 'G H I', uptime: 'G H I', net_tcp_stats: 'G H I', net_udp_stats: 'G H I',
  certificate_expiry: 'G H I', certificates: 'G H I', reboot_pending: 'G H I', event_count: 'I', clock_offset: 'G H J',
  gpu_percent: 'P', gpu_memory: 'P', perf_counter: 'P Q',
};

/** Reads that Wine 8 refuses or leaves empty: on Windows they are proven by structures alone. */
const notOnWine: ReadonlySet<string> = new Set([
  'ionice', 'num_ctx_switches', 'memory_info_ex', 'memory_footprint', 'page_faults', 'io_counters', 'open_files', 'net_connections',
]);

function proofOf({ name, source }: ProcessRead): string {
  return [source.linux === undefined ? '' : name === 'cpu_percent' || name === 'memory_percent' ? 'B' : 'D', source.win32 === undefined || notOnWine.has(name) ? '' : 'E', source.win32 === undefined ? '' : 'F'].filter(Boolean).join(' ');
}

const tests: readonly string[] = [
  'A: providers/linux/psutil.system.test.ts, raw readings beside python3-psutil',
  'B: sample/psutil.system.test.ts, what is computed beside python3-psutil',
  'C: windows.system.test.ts, every function under Wine, totals beside this machine\'s python3-psutil',
  'D: providers/linux/process.system.test.ts, processes, connections and sensors beside python3-psutil',
  'E: test/windows/process.ts, a service of NSSM\'s, its processes and its socket under Wine; delayed and trigger-started services Wine 8 does not have (error 124)',
  'F: providers/windows/process.test.ts, services.test.ts and layouts.test.ts, structures at offsets of declarations of their own, given by functions that stand for Windows\'',
  'G: sample/numbers.system.test.ts, on Linux beside Python and openssl, and beside connections and datagrams of the test\'s own',
  'H: test/windows/numbers.ts, under Wine beside this machine\'s /proc, and what the test put into stores and registry',
  'I: providers/windows/ (numbers, certificates, reboot, events).test.ts, a fake Windows that checks what it is asked, and layouts.test.ts; for event_count that alone, as Wine has no event logs',
  'J: providers/timeServer.test.ts, a time server of the test\'s own',
  'P: providers/windows/performanceCounters.test.ts and sample/counterReader.test.ts, a fake PDH that checks what it is asked, and instance names as Windows gives them; not shown on a real Windows',
  'Q: test/windows/counters.ts, the counters that Wine has beside this machine\'s uptime',
];

function fieldNames(fields: readonly Field[]): string {
  const names = fields.filter(({ name }) => name !== '').map(({ name, platforms }) => {
    const [only, ...others] = platforms;
    return others.length > 0 ? name : `${name} (${only === 'win32' ? 'W' : 'L'})`;
  });
  return names.length === 0 ? 'the value' : names.join(', ');
}

function row(name: string, fields: readonly Field[], of: CatalogFunction | ProcessRead, proof: string): string {
  const reasons = 'reasons' in of ? (of.reasons ?? {}) : {};
  const cell = (platform: Platform): string => of.source[platform] ?? `no${reasons[platform] === undefined ? '' : `: ${reasons[platform]}`}`;
  return `| \`${name}\` | ${fieldNames(fields)} | ${cell('win32')} | ${cell('linux')} | ${proof} |`;
}

function refused(prefix: string, refusals: readonly Refusal[]): string[] {
  return refusals.map(({ name, reason }) => `| \`${prefix}${name}\` | ${reason} |`);
}

/** The table as Markdown. */
export function coveragePage(): string {
  const offered = functions.filter(({ group, name }) => (group !== 'external' && group !== 'agent') || name in own);
  return [
    '# Coverage', '',
    'psutil\'s public functions and the reads of its `Process`: which of them a configuration may ask for, by which calls they are',
    'answered on Windows and on Linux, and which tests hold them against something else. This page is written from the catalog',
    '(`npm run schemas`); a test holds it so, and another reads psutil\'s own list, so that what psutil gains is noticed.',
    '(W) and (L) mark fields of one system.', '',
    '## Functions', '', '| function | fields | Windows | Linux | proven by |', '|---|---|---|---|---|',
    ...offered.filter(({ name }) => !(name in own)).map((one) => row(one.name, one.group === 'process' ? [] : one.fields, one, proofs[one.group])), '',
    '## Functions that psutil has not', '', '| function | fields | Windows | Linux | proven by |', '|---|---|---|---|---|',
    ...offered.filter(({ name }) => name in own).map((one) => row(one.name, one.fields, one, own[one.name] ?? '')), '',
    '## Reads of Process', '', '| read | fields | Windows | Linux | proven by |', '|---|---|---|---|---|',
    ...processReads.map((one) => row(one.name, one.fields, one, proofOf(one))), '',
    '## Refused', '', '| name | why |', '|---|---|', ...refused('', refusedFunctions), ...refused('Process.', refusedReads), '',
    '## Tests', '', ...tests.map((test) => `- ${test}`), '',
  ].join('\n');
}
