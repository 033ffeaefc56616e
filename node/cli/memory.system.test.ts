import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { command } from '../test/support/command.js';

/** Parts of Node that cost 1 to 8 MB each where they are touched, and that a collector without TLS has no use for. */
const needless = ['NativeModule crypto', 'NativeModule tls', 'NativeModule worker_threads', 'NativeModule assert', 'NativeModule perf_hooks', 'NativeModule readline'];

test('a collector loads nothing of Node that it does not use', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-memory-'));
  context.after(() => { rmSync(folder, { recursive: true, force: true }); });
  const [settings, hook, out] = [join(folder, 'settings.json'), join(folder, 'hook.cjs'), join(folder, 'loaded.json')];
  writeFileSync(settings, JSON.stringify({
    broker: { hostnames: ['127.0.0.1'], port: 1 }, psutil_config: [{ method: 'virtual_memory', interval: 0.2 }],
    spool: { path: join(folder, 'spool') }, status: { path: folder }, log: { path: folder },
  }));
  writeFileSync(hook, `
    const made = [];
    for (const name of ['Collator', 'NumberFormat', 'DateTimeFormat']) {
      const original = Intl[name];
      Intl[name] = new Proxy(original, { construct: (target, words) => { made.push('Intl.' + name); return new target(...words); } });
    }
    const { writeFileSync } = require('node:fs');
    setTimeout(() => { writeFileSync(${JSON.stringify(out)}, JSON.stringify([...process.moduleLoadList, ...made])); }, 800).unref();`);
  const child = spawn(process.execPath, ['-r', hook, command, 'run', '--config', settings, '--duration', '1.5'], { stdio: 'ignore' });
  assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0);
  const loaded = JSON.parse(readFileSync(out, 'utf8')) as string[];
  assert.deepEqual(loaded.filter((name) => needless.includes(name) || name.startsWith('Intl.')), []);
});
