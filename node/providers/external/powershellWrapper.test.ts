import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerIn, invocation } from './powershellWrapper.js';

const mark = '00112233445566778899aabb';
const encoded = (answer: object): string => Buffer.from(JSON.stringify(answer), 'utf8').toString('base64');

test('an answer is found wherever it stands: alone as Windows gives it, behind a terminal\'s codes as Linux does', () => {
  for (const before of ['', ' ', '\u001b[?1h\u001b= ', 'said on the way\r\n ', `${invocation(mark, '1')}\r\n`]) {
    assert.deepEqual(answerIn(`${before}${mark}${encoded({ value: 42 })}`, mark), { value: 42 }, JSON.stringify(before));
  }
  assert.deepEqual(answerIn(`${mark}${encoded({ error: 'no' })}\r\n`, mark), { error: 'no' });
});

test('the line that runs the command is no answer, nor is another mark\'s', () => {
  assert.equal(answerIn(invocation(mark, '42'), mark), undefined);
  assert.equal(answerIn(`ff112233445566778899aabb${encoded({ value: 1 })}`, mark), undefined);
  assert.equal(answerIn(`${mark}${Buffer.from('7').toString('base64')}`, mark), undefined);
});
