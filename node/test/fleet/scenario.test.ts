import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { measured } from './figures.js';
import { play, type FleetEvent, type Scenario } from './scenario.js';
import { brokerSettings } from './settings.js';
import { Timeline } from './timeline.js';

const restart: FleetEvent = { kind: 'restart', away: 20 };
const events: readonly FleetEvent[] = [restart, { kind: 'upgrade', waves: 2, every: 20, away: 5 }, { kind: 'split', share: 0.5, lasts: 120 }];

function outcome(more: Partial<Scenario> = {}) {
  return play({ hosts: 200, event: restart, jitter: true, settings: brokerSettings(), load: { interval: 10_000, samples: 5 }, broker: measured, seed: 7, ...more });
}

describe('The model of a fleet', () => {
  it('has the same outcome for the same seed, and another for another', () => {
    assert.deepEqual(outcome(), outcome());
    assert.notDeepEqual(outcome(), outcome({ seed: 8 }));
  });

  it('brings every host back and drains every backlog, whatever happened', () => {
    for (const event of events) {
      for (const jitter of [true, false]) {
        const { confirmed, connected, drained, taken } = outcome({ event, jitter });
        assert.ok(connected !== undefined && drained !== undefined && drained >= connected, event.kind);
        // What was taken in the last moments is on its way.
        assert.ok(confirmed <= taken && confirmed > taken * 0.97, `${event.kind}: ${String(confirmed)} of ${String(taken)}`);
      }
    }
  });

  it('has a lower peak with jitter', () => {
    for (const event of events.slice(0, 2)) assert.ok(outcome({ event }).peak * 2 < outcome({ event, jitter: false }).peak, event.kind);
  });

  it('takes longer to drain with a lower drain_rate, and needs more memory for more hosts', () => {
    const event: FleetEvent = { kind: 'split', share: 0.5, lasts: 120 };
    const drained = (drainRate: number): number => outcome({ event, jitter: false, settings: { ...brokerSettings(), drainRate } }).drained ?? 0;
    assert.ok(drained(1) > drained(5000) + 20);
    assert.ok(outcome({ hosts: 400 }).memory - outcome().memory >= 200 * measured.connectionMemory);
  });

  it('is overrun for good where all log in at once and that takes longer than a host waits; with jitter it recovers', () => {
    const broker = { ...measured, logins: 10 };
    assert.equal(outcome({ jitter: false, broker }).connected, undefined);
    assert.ok(outcome({ broker }).connected !== undefined);
  });
});

describe('Timeline', () => {
  it('runs what is due in order, up to a moment, and keeps the rest', () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    for (const [ms, name] of [[30, 'c'], [10, 'a'], [20, 'b'], [20, 'b2']] as const) timeline.after(ms, () => { seen.push(`${name} ${String(timeline.now())}`); });
    timeline.after(15, () => { seen.push('never'); })();
    assert.equal(timeline.run(25, () => false), false);
    assert.deepEqual(seen, ['a 10', 'b 20', 'b2 20']);
    assert.equal(timeline.run(100, () => seen.length === 4), true);
    assert.deepEqual([seen.at(-1), timeline.now()], ['c 30', 30]);
  });
});
