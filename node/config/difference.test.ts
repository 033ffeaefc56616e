import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entry } from '../model/settings.js';
import { completeSettings } from './reader.js';
import { matchEntries, otherDifferences } from './difference.js';
import { validate } from './validation.js';

const settingsOf = (document: object) => completeSettings(validate(document).document, '/', {});
const entriesOf = (...psutil_config: object[]): readonly Entry[] => settingsOf({ psutil_config }).entries;
const match = (before: readonly Entry[], after: readonly Entry[]): (number | undefined)[] => matchEntries(before, (entry) => entry, after).map((entry) => entry?.index);

const [a, b, c] = [{ method: 'boot_time', interval: 1 }, { method: 'cpu_count', interval: 1 }, { method: 'pids', result_argument: 'count', interval: 1 }];

describe('what differs between two configurations', () => {
  it('is told by the keys of a settings file, psutil_config aside', () => {
    const before = settingsOf({ psutil_config: [a], node: { node_id: 'n' }, broker: { port: 1 }, spool: { max_age: 5 } });
    assert.deepEqual(otherDifferences(before, settingsOf({ psutil_config: [b, c], node: { node_id: 'n' }, broker: { port: 1 }, spool: { max_age: 5 } })), []);
    const after = settingsOf({ psutil_config: [a], node: { node_id: 'n', host: 'h' }, publish: { units: true }, spool: { max_age: 5 } });
    assert.deepEqual(otherDifferences(before, after), ['node', 'broker', 'publish']);
  });

  it('an entry is the same wherever it stands, and another where anything of it is', () => {
    assert.deepEqual(match(entriesOf(a, b, c), entriesOf(c, a, b)), [2, 0, 1]);
    assert.deepEqual(match(entriesOf(a), entriesOf({ ...a, interval: '1' }, { ...a, args: {} })), [0, undefined], 'one for one');
    for (const change of [{ interval: 2 }, { alias: 'x' }, { scale: 2 }, { unit: 'u' }, { method: 'cpu_count' }]) {
      assert.deepEqual(match(entriesOf(a), entriesOf({ ...a, ...change })), [undefined], JSON.stringify(change));
    }
  });

  it('equal entries go one with one', () => {
    assert.deepEqual(match(entriesOf(a, a, b), entriesOf(b, a, a, a)), [2, 0, 1, undefined]);
  });
});
