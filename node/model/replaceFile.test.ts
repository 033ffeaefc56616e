import assert from 'node:assert/strict';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { replaceFile } from './replaceFile.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-replace-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
let folders = 0;
const fresh = (): string => mkdtempSync(join(home, `${String(++folders)}-`));

describe('replaceFile', () => {
  it('makes or replaces a file for this account alone, and leaves nothing else', () => {
    const path = join(fresh(), 'f');
    for (const pieces of [['longer', ' at first'], ['then µ'], []]) {
      replaceFile(path, pieces);
      assert.equal(readFileSync(path, 'utf8'), pieces.join(''));
    }
    assert.deepEqual(readdirSync(join(path, '..')), ['f']);
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  for (const [kind, plant] of [['a symbolic link', symlinkSync], ['a second name', linkSync]] as const) {
    it(`writes through ${kind} neither at its name nor at its draft's`, () => {
      const folder = fresh();
      const victim = join(folder, 'victim');
      const path = join(folder, 'f');
      writeFileSync(victim, 'as it was');
      plant(victim, path);
      plant(victim, `${path}.${String(process.pid)}`);
      replaceFile(path, ['new']);
      assert.deepEqual([readFileSync(victim, 'utf8'), readFileSync(path, 'utf8'), readdirSync(folder)], ['as it was', 'new', ['f', 'victim']]);
    });
  }

  it('throws where it cannot, and leaves no draft', () => {
    const path = join(fresh(), 'f');
    mkdirSync(join(path, 'below'), { recursive: true });
    assert.throws(() => { replaceFile(path, ['x']); }, { syscall: 'rename' });
    assert.deepEqual(readdirSync(join(path, '..')), ['f']);
    assert.throws(() => { replaceFile(join(home, 'none', 'f'), ['x']); }, { code: 'ENOENT' });
  });
});
