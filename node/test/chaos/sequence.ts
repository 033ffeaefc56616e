import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './faults.js';
import type { Random } from './random.js';

/**
 * Has the faults strike one after the other, up to half a second apart, by `strike`; resolves when the causes of all are gone. One may
 * strike while others last, but never while another of its own place does: whoever starts a collector must not find it killed.
 */
export async function runSequence(
  sequence: readonly Fault[],
  random: Random,
  strike: (fault: Fault) => Promise<void>,
  wait: (ms: number) => Promise<void> = delay,
): Promise<void> {
  const running: { readonly place: Fault['place']; readonly run: Promise<void> }[] = [];
  for (const fault of sequence) {
    const alone = !fault.overlaps || random.chance(0.5);
    await Promise.all(running.filter(({ place }) => alone || place === fault.place).map(({ run }) => run));
    const run = strike(fault);
    // Told of by the last line; until then nobody may be waiting for it.
    run.catch(() => undefined);
    running.push({ place: fault.place, run });
    if (fault !== sequence.at(-1)) await wait(random.between(0, 500));
  }
  await Promise.all(running.map(({ run }) => run));
}
