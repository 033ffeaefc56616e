import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allParts, endParts } from './parts.js';

/** A part that says when it is ended, and may fail in it. */
function partOf(name: string, ended: string[], fault?: string): { stop(): Promise<void> } {
  return {
    stop: () => {
      ended.push(name);
      return fault === undefined ? Promise.resolve() : Promise.reject(new Error(fault));
    },
  };
}

describe('a test\'s parts', () => {
  it('are ended where one of them cannot be made, also those behind one that does not end', async () => {
    const ended: string[] = [];
    const making = [Promise.resolve(partOf('host', ended, 'busy')), Promise.reject(new Error('no broker')), Promise.resolve(partOf('other', ended))] as const;
    await assert.rejects(allParts(making as never), /no broker/);
    assert.deepEqual(ended, ['host', 'other']);
  });

  it('are ended each, and the first fault is told', async () => {
    const ended: string[] = [];
    const removed = { remove: (): Promise<void> => Promise.reject(new Error('first')) };
    await assert.rejects(endParts(removed, undefined, partOf('broker', ended, 'second'), { close: () => { ended.push('consumer'); return Promise.resolve(); } }), /first/);
    assert.deepEqual(ended, ['broker', 'consumer']);
  });
});
