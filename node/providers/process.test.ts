import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs a program that ends itself; where it does not, it is ended after a minute, and has no exit code. */
function ended(program: string): { code: number | null; out: string } {
  const module = JSON.stringify(new URL('process.js', import.meta.url).href);
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', `import { exitProcess } from ${module}; process.on('exit', (code) => { console.log('exit ' + code); });\n${program}`], { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' });
  return { code: status, out: stdout };
}

test('a process ends with its code, and says so to who listens', () => {
  assert.deepEqual(ended('exitProcess(7);'), { code: 7, out: 'exit 7\n' });
});

test('a thread that waits for a file for ever does not keep a process', { skip: process.platform === 'win32' }, (context) => {
  const home = mkdtempSync(join(tmpdir(), 'psutil-agent-end-'));
  context.after(() => { rmSync(home, { recursive: true, force: true }); });
  const pipe = join(home, 'pipe');
  spawnSync('mkfifo', [pipe]);
  assert.deepEqual(ended(`import { open } from 'node:fs'; open(${JSON.stringify(pipe)}, 'r', () => undefined); setTimeout(() => exitProcess(5), 100);`), { code: 5, out: 'exit 5\n' });
});
