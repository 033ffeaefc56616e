import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { openToAppend } from './regularFile.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-append-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

describe('openToAppend', () => {
  it('appends, tells how much there was, and lets go of its file once', async () => {
    const path = join(home, 'lines');
    for (const [text, before] of [['one\n', 0], ['two\n', 4]] as const) {
      const { file, size } = await openToAppend(path);
      assert.equal(size, before);
      assert.equal(await file.write(Buffer.from(text)), 4);
      await file.close();
      // Whoever opens a file now may be given the number that was this one's.
      const other = openSync(path, 'r');
      await file.close();
      closeSync(other);
    }
    assert.equal(readFileSync(path, 'utf8'), 'one\ntwo\n');
  });
});
