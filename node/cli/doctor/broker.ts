/** The way to the broker: check-broker's steps, a line a host. */
import { unprotect } from '../../providers/secret.js';
import { checkBroker as check, nobodyIsBound, type BrokerCheck, type CheckedStep } from '../../transport/checkBroker.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Seconds for one step at most: somebody waits. */
const stepTime = 5;

export async function checkBroker({ settings }: Subject, note: Note): Promise<void> {
  if (settings === undefined) return;
  const { broker } = settings;
  if (broker === undefined) {
    note('ok', 'none is configured: samples go to standard output. Add the key broker to have them sent');
    return;
  }
  const checks: BrokerCheck[] = [];
  // One after the other: where the exchange is not there each declares it and takes it away again.
  for (const host of broker.hostnames) {
    const one = { ...broker, hostnames: [host], connectTimeout: Math.min(broker.connectTimeout, stepTime) };
    checks.push(await check(one, { unprotect }));
  }
  const works = checks.some(({ ok }) => ok);
  for (const { ok, steps } of checks) {
    if (ok) noteWorking(steps, note);
    else note(works ? 'warning' : 'fault', failureOf(steps));
  }
}

function failureOf(steps: readonly CheckedStep[]): string {
  const last = steps.at(-1);
  return last === undefined ? 'no step was tried' : `${last.step} fails on ${last.host}: ${last.detail}`;
}

function noteWorking(steps: readonly CheckedStep[], note: Note): void {
  const detailOf = (wanted: CheckedStep['step']): string => steps.find(({ step }) => step === wanted)?.detail ?? '';
  note('ok', `${steps[0]?.host ?? ''}: ${detailOf('login')}; ${detailOf('publish')}`);
  if (detailOf('tls').startsWith('NOT')) note('warning', `the certificate is ${detailOf('tls')}`);
  if (detailOf('binding').startsWith(nobodyIsBound)) note('warning', `${detailOf('binding')}; bind a queue with that routing key, or see what arrives with psutil-agent consume`);
}
