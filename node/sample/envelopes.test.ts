import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Message } from '../model/message.js';
import { Envelopes } from './envelopes.js';

const identity = { deploymentId: 'dep "1"', nodeName: 'web', nodeId: 'web_1', host: 'höst' };
const sample = { name: 'disk', path: 'C:\\_free', metric: 1.5, unit: '', time: 1_700_000_000_987 };

describe('Envelopes', () => {
  it('gives the message of the contract, its keys in their order, whatever is in the texts', () => {
    const envelopes = new Envelopes(identity, 'key');
    const { body, routingKey, time } = envelopes.of(sample);
    assert.deepEqual([routingKey, time], ['key', 1_700_000_000]);
    const expected: Message = {
      node_id: 'web_1', node_name: 'web', deployment_id: 'dep "1"', name: 'disk', path: 'C:\\_free', metric: 1.5, unit: '', type: 'GAUGE',
      host: 'höst', service: 'dep "1".web.web_1.disk.C:\\_free', time: 1_700_000_000,
    };
    assert.equal(body, JSON.stringify(expected));
    assert.equal((JSON.parse(envelopes.of({ ...sample, path: '' }).body) as Message).service, 'dep "1".web.web_1.disk');
  });

  it('gives milliseconds and its id in the message where asked for, and nothing else changes', () => {
    const plain = new Envelopes(identity, 'key').of(sample).body;
    const { id, time, body } = new Envelopes(identity, 'key', { time: 'ms', id: true }).of(sample);
    assert.equal(time, 1_700_000_000, 'the AMQP timestamp stays in seconds');
    assert.equal(body, JSON.stringify({ ...(JSON.parse(plain) as Message), time: 1_700_000_000_987, message_id: id }));
  });

  it('keeps names, paths and units apart, and writes every number as JSON does', () => {
    const envelopes = new Envelopes(identity, 'key');
    const read = (change: Partial<typeof sample>): Message => JSON.parse(envelopes.of({ ...sample, ...change }).body) as Message;
    for (const [name, path, unit] of [['a', 'b', ''], ['a', 'b', '%'], ['a', '', 'b'], ['ab', '', ''], ['a', 'b', ''], ['a', 'c', '%'], ['a', 'c', ''], ['a', 'c', 's'], ['a', 'c', '%']] as const) {
      const message = read({ name, path, unit });
      assert.deepEqual([message.name, message.path, message.unit], [name, path, unit]);
    }
    for (const metric of [0, -0, -1, 1e21, 5e-324, Number.MAX_VALUE, 2 ** 53, 0.1]) {
      assert.ok(envelopes.of({ ...sample, metric }).body.includes(`"metric":${JSON.stringify(metric)},`), String(metric));
    }
  });

  it('makes the texts of a place once, remembers a bounded number of places, and gives right messages beyond it', (t) => {
    const made = t.mock.method(Buffer, 'from').mock;
    const envelopes = new Envelopes(identity, 'key', undefined, 3);
    /** Whether the place is new to it. */
    const isNew = (path: string, unit = ''): boolean => {
      const before = made.callCount();
      assert.equal((JSON.parse(envelopes.of({ ...sample, path, unit }).body) as Message).path, path);
      return made.callCount() > before;
    };
    assert.deepEqual(['a', 'b', 'a', 'b', 'c', 'c', 'a'].map((path) => isNew(path)), [true, true, false, false, true, false, false]);
    assert.deepEqual([isNew('d'), isNew('d'), isNew('b'), isNew('a', '%'), isNew('a', '%'), isNew('b'), isNew('d')], [true, false, true, true, false, false, false], 'it begins anew');
    assert.deepEqual([isNew('c'), isNew('b')], [true, true], 'and again');
  });

  it('gives times in whole milliseconds, whatever the clock does', () => {
    const body = (time: 's' | 'ms'): Message => JSON.parse(new Envelopes(identity, 'key', { time, id: false }).of({ ...sample, time: 1_700_000_000_987.6 }).body) as Message;
    assert.deepEqual([body('s').time, body('ms').time], [1_700_000_000, 1_700_000_000_987]);
  });

  it('gives ids of one length, whatever numbers chance gives', (t) => {
    t.mock.method(Math, 'random', () => 2 ** -32);
    assert.match(new Envelopes(identity, 'key').of(sample).id, /^[0-9a-f]{16}-1$/);
  });

  it('never gives an id twice, to two collectors neither', () => {
    const both = [new Envelopes(identity, 'key'), new Envelopes(identity, 'key')];
    const ids = both.flatMap((envelopes) => [1, 2, 3].map(() => envelopes.of(sample).id));
    assert.equal(new Set(ids).size, 6);
  });
});
