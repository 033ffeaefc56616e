import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { StatusReport } from '../../status/report.js';
import { loadPerCore } from '../support/load.js';
import { windowsModule } from '../support/windowsModule.js';

// The collector under node.exe for Windows, in Wine, while the system does not answer for some volumes: the bundled command, with
// real threads that hang in a real call.

const seconds = 16;

/**
 * Loaded before the command, with its koffi: whoever asks for the space of a share that begins with `dead` asks for Sleep(INFINITE)
 * instead, on the thread that would have asked.
 */
const hook = `
  'use strict';
  const koffi = require('node:module').createRequire(process.env.HOOKED_COMMAND)('koffi');
  const { load } = koffi;
  koffi.load = (...names) => {
    const library = load(...names);
    const { func } = library;
    const hooked = (...declaration) => {
      const real = func.apply(library, declaration);
      if (!String(declaration[0]).includes('GetDiskFreeSpaceExW')) return real;
      const sleep = func.call(library, 'void __stdcall Sleep(uint32_t)');
      const async = (path, ...rest) =>
        path.startsWith('\\\\\\\\dead') ? sleep.async(0xffffffff, () => rest.at(-1)(null, 0)) : real.async(path, ...rest);
      return Object.assign((...args) => real(...args), { async });
    };
    return Object.defineProperty(library, 'func', { value: hooked });
  };
`;

/** A collector beside so many volumes that hang; what it told of itself, and how long its end took beside what was asked for. */
async function beside(dead: number, tell: (text: string) => void): Promise<void> {
  const { prefix, folder } = windowsModule;
  const healthy = [
    { method: 'virtual_memory', result_argument: 'free', interval: 0.5 }, { method: 'disk_usage', args: { path: 'C:\\' }, result_argument: 'free', interval: 0.5 },
    { method: 'net_if_addrs', result_argument: 'count', interval: 0.5 }, { method: 'boot_time', interval: 0.5 },
  ];
  const volumes = Array.from({ length: dead }, (_, index) => ({ method: 'disk_usage', args: { path: `\\\\dead${String(index)}\\share\\` }, result_argument: 'free', interval: 0.5, alias: `dead_${String(index)}` }));
  const config = join(prefix.drive, `hang${String(dead)}.json`);
  const data = `data${String(dead)}`;
  writeFileSync(config, JSON.stringify({ node: { node_id: 'hang' }, psutil_config: [...healthy, ...volumes], status: { path: `C:\\${data}`, interval: 0.5 } }));
  const command = `${prefix.path(folder)}\\dist\\cli\\launcher.cjs`;
  const asked = Date.now();
  const { code, err } = await prefix.wine([
    join(folder, 'bin/node.exe'), '--require', 'C:\\hook.cjs', command,
    'run', '--config', prefix.path(config), '--output', `file:C:\\${data}.jsonl`, '--duration', String(seconds),
  ], { env: { UV_THREADPOOL_SIZE: '64', HOOKED_COMMAND: command } });
  const took = (Date.now() - asked) / 1000 - seconds;
  const { state, entries, updated, since } = JSON.parse(readFileSync(join(prefix.drive, data, 'status.json'), 'utf8')) as StatusReport;
  assert.deepEqual([code, state], [0, 'stopped'], err);
  const lived = (Date.parse(updated) - Date.parse(since)) / 1000;
  for (const { method, taken, skipped, unavailable } of entries.slice(0, healthy.length)) {
    assert.equal(unavailable, 0, method);
    assert.ok(taken + skipped >= 2 * (lived - 2), `${method}: ${String(taken)} samples and ${String(skipped)} skipped in ${lived.toFixed(1)} s`);
    // Half of what is due, and less where the machine is busy with other things: a call that waits for a dead one takes none.
    assert.ok(taken > lived / Math.max(1, loadPerCore()), `${method}: ${String(taken)} samples in ${lived.toFixed(1)} s`);
  }
  for (const { last_error: error, taken } of entries.slice(healthy.length)) {
    assert.equal(taken, 0);
    assert.match(error?.message ?? '', /^The drive \\\\dead\d+\\share\\ (has not answered since \d|waits for its turn to be asked)/);
  }
  // Wine's start and end are in it.
  assert.ok(took < 20, `${took.toFixed(1)} s beside what was asked for`);
  assert.ok(lived < seconds + 6, `stopped ${(lived - seconds).toFixed(1)} s after it was asked to`);
  const silent = entries.slice(healthy.length).filter(({ last_error: error }) => error?.message.includes('has not answered')).length;
  tell(`${String(dead)} volumes: ${entries.slice(0, healthy.length).map(({ method, taken, skipped }) => `${method} ${String(taken)} taken and ${String(skipped)} skipped`).join(', ')} in ${lived.toFixed(1)} s; ${String(silent)} told as not answering, the others as waiting`);
}

describe('volumes that hang in Windows: every other entry goes on, and the process ends in time with its exit code', { concurrency: true, timeout: 300_000 }, () => {
  before(() => { writeFileSync(join(windowsModule.prefix.drive, 'hook.cjs'), hook); });
  for (const dead of [1, 8, 32]) it(`${String(dead)} of them`, (context) => beside(dead, (text) => { context.diagnostic(text); }));
});
