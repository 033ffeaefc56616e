import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { BrokerFigures } from './brokerModel.js';
import { measured } from './figures.js';
import type { HostLoad } from './hostModel.js';
import { measure, playReal } from './real.js';
import { play, type FleetEvent, type Outcome } from './scenario.js';
import { brokerSettings } from './settings.js';

const usage = `npm run fleet: what a broker goes through with a fleet of hosts when it is restarted, when their collectors are upgraded in waves,
and when half of the network is away for ten minutes.

  npm run fleet                     measures this machine's broker, holds the model against real hosts, then models 100, 1,000 and 10,000: about half an hour
  npm run fleet -- model            only the model, with the figures kept in figures.ts: two minutes, one core
  npm run fleet -- measure | check  only that part; check has 100 and 1,000 real hosts, or --hosts N

  --hosts N (all)  --interval S (30)  --samples N a host (30)  --seed N (1) repeats the draws
  --drain-rate N  --reconnect-initial S  --reconnect-maximum S  --connect-timeout S  --heartbeat S: of the settings
  --logins N  --publish N (a second)  --connection-memory KIB  --backlog N: of a broker of your own

Example: npm run fleet -- model --hosts 300 --interval 10 --samples 44 --drain-rate 200`;

const options = {
  hosts: { type: 'string' }, interval: { type: 'string', default: '30' }, samples: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' },
  logins: { type: 'string' }, publish: { type: 'string' }, 'connection-memory': { type: 'string' }, backlog: { type: 'string' },
  'drain-rate': { type: 'string' }, 'reconnect-initial': { type: 'string' }, 'reconnect-maximum': { type: 'string' }, 'connect-timeout': { type: 'string' }, heartbeat: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;
const { values: { help, ...values }, positionals } = parseArgs({ options, allowPositionals: true });
if (help) {
  console.log(usage);
  process.exit(0);
}
const parts = ['measure', 'check', 'model'];
const unknown = positionals.filter((name) => !parts.includes(name));
const bad = Object.entries(values).filter(([, value]) => !(Number(value) > 0));
if (unknown.length > 0 || bad.length > 0) {
  console.error(unknown.length > 0
    ? `expected parts among ${parts.join(', ')}, found ${unknown.join(', ')}`
    : `expected numbers above 0, found ${bad.map(([name, value]) => `--${name} ${value}`).join(', ')}`);
  process.exit(2);
}
const wants = (part: string): boolean => positionals.length === 0 || positionals.includes(part);
const seed = Number(values.seed);

/** The settings under the command line's names, where given. */
function given(): Record<string, number> {
  const names = ['drain-rate', 'reconnect-initial', 'reconnect-maximum', 'connect-timeout', 'heartbeat'] as const;
  return Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name.replaceAll('-', '_'), Number(values[name])]])));
}

const seconds = (value: number | undefined): string => (value === undefined ? 'never' : value < 0.05 ? '0' : value < 10 ? value.toFixed(1) : value.toFixed(0));
const head = '| hosts | event | jitter | connections a second, peak | connections a host | last host connected, s | last backlog drained, s | memory, MiB |\n|---:|---|---|---:|---:|---:|---:|---:|';
const row = (hosts: number, event: string, jitter: boolean, { attempts, connected, drained, memory, peak }: Outcome): string => (
  `| ${hosts.toLocaleString('en')} | ${event} | ${jitter ? 'yes' : 'no'} | ${peak.toLocaleString('en')} | ${attempts.toFixed(1)} | ${seconds(connected)} | ${seconds(drained)} | ${(memory / 2 ** 20).toFixed(0)} |`
);

let found: BrokerFigures | undefined;
console.log(`${String(availableParallelism())} cores, load ${(loadavg()[0] ?? 0).toFixed(1)}, Node ${process.version}, seed ${String(seed)}`);
if (wants('measure') || wants('check')) {
  // Last the one that the check takes.
  for (const queue of wants('measure') ? ['quorum', 'classic'] as const : ['classic'] as const) {
    found = await measure(500, availableParallelism(), queue, (line) => { console.log(`  ${line}`); });
    console.log(`figures of a broker with a ${queue} queue, all ${String(availableParallelism())} cores to itself: ${JSON.stringify(found)}`);
  }
}
if (wants('check') && found !== undefined) await check(found);
if (wants('model')) {
  const load: HostLoad = { interval: Number(values.interval) * 1000, samples: Number(values.samples) };
  const broker = {
    ...measured,
    ...(values.logins === undefined ? {} : { logins: Number(values.logins) }),
    ...(values.publish === undefined ? {} : { samples: Number(values.publish), consumed: Number(values.publish) }),
    ...(values['connection-memory'] === undefined ? {} : { connectionMemory: Number(values['connection-memory']) * 1024 }),
    ...(values.backlog === undefined ? {} : { backlog: Number(values.backlog) }),
  };
  const events: readonly (readonly [string, FleetEvent])[] = [
    ['broker away for 30 s', { kind: 'restart', away: 30 }],
    ['upgrade, a tenth a minute', { kind: 'upgrade', waves: 10, every: 60, away: 10 }],
    ['half away for 10 min', { kind: 'split', share: 0.5, lasts: 600 }],
  ];
  console.log(`\nModel: ${String(load.samples)} samples each ${values.interval} s; ${JSON.stringify(broker)} ${JSON.stringify(given())}\n\n${head}`);
  for (const hosts of values.hosts === undefined ? [100, 1000, 10_000] : [Number(values.hosts)]) {
    for (const [name, event] of events) {
      for (const jitter of [true, false]) console.log(row(hosts, name, jitter, play({ hosts, event, jitter, settings: brokerSettings(given()), load, broker, seed })));
    }
  }
}

/** Real hosts beside the model; the real ones compute on the broker's own cores, so that they are slower where all come at once. */
async function check(figures: BrokerFigures): Promise<void> {
  const load: HostLoad = { interval: 5000, samples: 5 };
  const events: readonly (readonly [string, FleetEvent])[] = [
    ['restart', { kind: 'restart', away: 5 }],
    ['upgrade', { kind: 'upgrade', waves: 2, every: 20, away: 5 }],
    ['split', { kind: 'split', share: 0.5, lasts: 60 }],
  ];
  console.log(`\nReal hosts and the model, ${String(load.samples)} samples each ${String(load.interval / 1000)} s\n\n${head.replace('| event', '| event (real, then model)')}`);
  for (const hosts of values.hosts === undefined ? [100, 1000] : [Number(values.hosts)]) {
    for (const [name, event] of events) {
      for (const jitter of [true, false]) {
        const real = await playReal(hosts, event, jitter, load);
        const same = event.kind === 'restart' ? { ...event, away: real.away } : event;
        const model = play({ hosts, event: same, jitter, settings: brokerSettings(), load, broker: figures, seed });
        console.log(`${row(hosts, name, jitter, real)}\n${row(hosts, name, jitter, model)}`);
      }
    }
  }
}
