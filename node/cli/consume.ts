import { readSettings } from '../config/reader.js';
import { systemClock } from '../model/clock.js';
import { display } from '../model/display.js';
import { BrokerError, ExitCode } from '../model/errors.js';
import { formatValue } from '../model/quantity.js';
import { unprotect } from '../providers/secret.js';
import type { ReceivedMessage } from '../transport/receiver.js';
import { brokerOf } from './broker.js';
import type { Command } from './command.js';
import { numberOption, required, wholeOption } from './option.js';
import { fitted, report } from './output.js';
import { StopSignal } from './stopSignal.js';

/** Longer bodies are no sample of ours; they are shown cut. */
const longestBody = 4096;

/** `consume`: what arrives at the broker, as its consumers get it. */
export const consume: Command = {
  name: 'consume',
  usage: '--config FILE [--key KEY] [--count N] [--duration S] [--json]',
  summary: 'Binds a queue and prints the samples that arrive at the broker.',
  details: [
    '  --config FILE  settings with a broker, JSON or YAML; - is standard input',
    '  --key KEY      what the queue is bound with: the settings\' routing key unless given; # for all',
    '  --count N      ends after N messages',
    '  --duration S   ends after S seconds; with --count, exit code 4 where fewer came',
    '  --json         each message as it came, a line each; so too where stdout is no terminal',
    '',
    'The queue is its own and goes with it. A collector that held its samples because nobody was bound sends',
    'them now; once they are shown here, no consumer that comes later gets them.',
  ],
  example: 'consume --config examples/durable.yaml --count 3',
  options: { config: { type: 'string' }, key: { type: 'string' }, count: { type: 'string' }, duration: { type: 'string' }, json: { type: 'boolean' } },
  positionals: 0,
  async run(options) {
    const path = required(options, 'config', 'FILE');
    const count = wholeOption(options, 'count', 1) ?? Number.POSITIVE_INFINITY;
    const duration = numberOption(options, 'duration', 0);
    const broker = brokerOf(readSettings(path, process.env).settings, path, 'receive from');
    const key = typeof options['key'] === 'string' ? options['key'] : broker.routingKey;
    const asJson = options['json'] === true || !process.stdout.isTTY;
    const stopping = new StopSignal(systemClock, duration);
    const end = new AbortController();
    void stopping.asked.then(() => { end.abort(); });
    let taken = 0;
    const { receive } = await import('../transport/receiver.js');
    await receive({
      broker, key, unprotect, signal: end.signal,
      bound: (address) => { report(`bound to ${broker.exchange.name} at ${address} with ${key}; Ctrl-C ends`); },
      take: (message) => {
        if (taken === count) return undefined;
        taken += 1;
        const written = write(asJson ? raw(message) : fitted(row(message), process.stdout));
        if (taken === count) void written.then(() => { end.abort(); });
        return written;
      },
    }).finally(() => { stopping.close(); });
    if (count !== Number.POSITIVE_INFINITY && taken < count && duration !== undefined) {
      throw new BrokerError('PSA_BROKER_CHANNEL', 'publish', `expected ${String(count)} messages within ${String(duration)} s, found ${String(taken)}: check with check-broker and status that a collector sends with the routing key ${key}`);
    }
    return ExitCode.ok;
  },
};

/** Written when the reader has taken it, so that a slow one slows the broker and not this process's memory. */
function write(line: string): Promise<void> {
  return new Promise((resolve) => { process.stdout.write(`${line}\n`, () => { resolve(); }); });
}

/** The message on one line: JSON as it came, anything else as text that steers no terminal. */
function raw({ body }: ReceivedMessage): string {
  const text = body.toString('utf8');
  return sampleOf(body) === undefined ? display(text, longestBody) : text.replace(/[\r\n]+/g, ' ');
}

interface Shown {
  readonly time: number;
  readonly name: string;
  readonly path: string;
  readonly metric: number;
  readonly unit: string;
  readonly host: string;
}

function row(message: ReceivedMessage): string {
  const sample = sampleOf(message.body);
  if (sample === undefined) return raw(message);
  const time = new Date(sample.time * (sample.time > 1e11 ? 1 : 1000)).toTimeString().slice(0, 8);
  const name = sample.path === '' ? sample.name : `${sample.name} ${sample.path}`;
  return `${time}  ${display(sample.host, 24).padEnd(16)}  ${display(name, 60).padEnd(28)}  ${formatValue(sample.metric, sample.unit)}`;
}

/** The body as a sample; undefined where it is none. */
function sampleOf(body: Buffer): Shown | undefined {
  if (body.length > longestBody * 4) return undefined;
  try {
    const { time, name, path, metric, unit, host } = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
    if (typeof time !== 'number' || typeof metric !== 'number' || typeof name !== 'string' || typeof path !== 'string') return undefined;
    return { time, metric, name, path, unit: typeof unit === 'string' ? display(unit, 16) : '', host: typeof host === 'string' ? host : '' };
  } catch {
    return undefined;
  }
}

