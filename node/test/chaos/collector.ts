/**
 * The collector that the chaos suite torments: `collector.js SETTINGS JOURNAL [OFFSET]`. Every part is the real one; what is added is
 * the journal, a wall clock that a parent can step (OFFSET, milliseconds, from the start), and answers to a parent that asks.
 */
import { Agent } from '../../agent.js';
import { readSettings } from '../../config/reader.js';
import { openLog } from '../../log/log.js';
import { brokerOutput } from '../../output/broker.js';
import { openProvider } from '../../providers/host.js';
import { Envelopes } from '../../sample/envelopes.js';
import { sleep } from '../../model/clock.js';
import type { StatusReport } from '../../status/report.js';
import { SteppedClock } from './clock.js';
import { JournalOutlet } from './journal.js';

/** What a parent may say. */
export type Request =
  | { readonly kind: 'step'; readonly ms: number }
  | { readonly kind: 'report' }
  /** Put so many samples, 50 at a time: what is an hour's work at 50 a second, a hundred times as fast. */
  | { readonly kind: 'flood'; readonly samples: number };

/** What the collector answers. */
export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'report'; readonly report: StatusReport; readonly rss: number }
  | { readonly kind: 'flooded' };

const [settingsPath, journalPath, offset = '0'] = process.argv.slice(2);
if (settingsPath === undefined || journalPath === undefined) throw new Error('usage: collector.js SETTINGS JOURNAL [OFFSET]');

const clock = new SteppedClock(Number(offset));
const { settings } = readSettings(settingsPath, process.env);
const { broker, identity } = settings;
if (broker === undefined) throw new Error(`${settingsPath}: expected a broker`);
const log = openLog(settings.log, (message) => { console.error(message); });
const output = new JournalOutlet(await brokerOutput({ ...settings, broker }, clock, log.logger, () => undefined), journalPath);

let stop = (): void => undefined;
const asked = new Promise<void>((resolve) => { stop = resolve; });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

const agent = new Agent({ settings, clock, log, output, provider: await openProvider(), onStopRequest: stop });

async function flood(samples: number): Promise<void> {
  const envelopes = new Envelopes(identity, broker?.routingKey ?? '');
  for (let done = 0; done < samples; done += 50) {
    const time = Math.floor(clock.wall() / 1000);
    const metrics = Array.from({ length: Math.min(50, samples - done) }, (_, index) => done + index);
    await Promise.all([sleep(clock, 10), output.put(metrics.map((metric) => envelopes.of({ name: 'flood', path: `metric_${String(metric % 50)}`, metric, unit: '', time })))]);
  }
}

const answer = (message: Answer): void => { process.send?.(message); };
process.on('message', (request: Request) => {
  if (request.kind === 'step') clock.step(request.ms);
  else if (request.kind === 'report') answer({ kind: 'report', report: agent.report(), rss: process.memoryUsage.rss() });
  else void flood(request.samples).then(() => { answer({ kind: 'flooded' }); });
});
// Nobody is left to torment it.
process.on('disconnect', () => process.exit(1));

agent.start();
answer({ kind: 'ready' });
await asked;
await agent.stop();
process.exit(0);
