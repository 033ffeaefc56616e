import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { betweenMarks } from './markedOutput.js';

const mark = 'cj4LUWhdJeQzFowc';

/** What is read where the text comes in these pieces, each when the one before has been taken. */
async function read(...pieces: readonly string[]): Promise<string> {
  const stream = new PassThrough({ encoding: 'utf8' });
  const reading = betweenMarks(stream, mark);
  for (const piece of pieces) await new Promise((resolve) => { stream.write(piece, resolve); });
  return (await reading).toString('utf8');
}

test('what stands between two marks is read however it comes: at once, by lines, by characters, with more around it', async () => {
  for (const end of ['\n', '\r\n', '']) {
    for (const said of ['', ' 5', 'Gr\u00fc\u00dfe', `${'x'.repeat(70_000)}\r\nmore`]) {
      for (const [before, after] of [['', ''], ['\u001b[?1h\u001b=', 'PS>'], ['said earlier\r\n', 'said later\r\n']] as const) {
        const text = `${before}${mark}${end}${said}${end}${mark}${end}${after}`;
        const wanted = said.trim();
        assert.equal(await read(text), wanted);
        assert.equal(await read(...text.split(/(?<=\n)/)), wanted);
        // Cut in two anywhere that is in a mark or beside one.
        for (const at of [text.indexOf(mark), text.lastIndexOf(mark)]) {
          for (let cut = at; cut <= at + mark.length + end.length; cut += 1) assert.equal(await read(text.slice(0, cut), text.slice(cut)), wanted, JSON.stringify([said.slice(0, 20), end, cut]));
        }
        if (said.length < 100) assert.equal(await read(...text.split('')), wanted);
      }
    }
  }
});

test('one mark is not enough, and what comes after the second is left for the next reader', async () => {
  const stream = new PassThrough({ encoding: 'utf8' });
  const first = betweenMarks(stream, mark);
  stream.write(`${mark}\r\n5\r\n`);
  assert.equal(await Promise.race([first, new Promise((resolve) => { setImmediate(resolve, 'waits'); })]), 'waits');
  stream.write(`${mark}\r\n`);
  assert.equal(String(await first), '5');
  assert.equal(stream.listenerCount('data'), 0);
  const other = 'NkVE79PpUQRty5z5';
  stream.write(`${other}\r\n6\r\n${other}\r\n`);
  assert.equal(String(await betweenMarks(stream, other)), '6');
});
