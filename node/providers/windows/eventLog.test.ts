import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../../model/errors.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { until } from '../../test/support/wait.js';
import { isolation } from '../isolation.js';
import { wideText } from './encoding.js';
import { reportEvent } from './eventLog.js';

/** A Windows that takes down events; `fault` is the last error of the function that fails. */
function windows(registered: boolean, fails?: 'RegisterEventSourceW' | 'ReportEventW') {
  const calls: unknown[][] = [];
  let open = 0;
  const fake = new FakeWindows({
    addressOf: () => 4096n, FormatMessageW: () => 0,
    RegOpenKeyExW: (...[, path, , , key]: [number, string, number, number, Buffer]) => {
      assert.equal(path, 'SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\PsutilAgent');
      key.writeBigInt64LE(7n);
      return registered ? 0 : 2;
    },
    RegCloseKey: () => 0,
    RegisterEventSourceW: (machine: null, source: string) => {
      calls.push([machine, source]);
      fake.lastError = 5;
      if (fails === 'RegisterEventSourceW') return 0;
      open += 1;
      return 9;
    },
    ReportEventW: (...args: [number, number, number, number, null, number, number, Buffer, null]) => {
      const [source, type, category, id, user, strings, size, texts, data] = args;
      assert.equal(texts.readBigUInt64LE(), 4104n, 'the text is behind the pointer');
      calls.push([source, type, category, id, user, strings, size, wideText(texts, 8), data]);
      return fails === 'ReportEventW' ? 0 : 1;
    },
    DeregisterEventSource: () => { open -= 1; return 1; },
  });
  return { calls, win32: fake.win32, open: () => open };
}

describe('reportEvent', () => {
  it('writes id, type and text as the source that Start-PsutilMonitor registers', async () => {
    const { calls, win32, open } = windows(true);
    await reportEvent(win32, { id: 200, severity: 'error', text: 'zoë at fe80::1%1 says 50% of %2' });
    await reportEvent(win32, { id: 300, severity: 'warning', text: 'lost' });
    assert.deepEqual(calls, [
      [null, 'PsutilAgent'], [9, 1, 0, 200, null, 1, 0, 'zoë at fe80::1% 1 says 50% of % 2', null],
      [null, 'PsutilAgent'], [9, 2, 0, 300, null, 1, 0, 'lost', null],
    ]);
    assert.equal(open(), 0);
  });

  it('writes nothing where nobody has registered it', async () => {
    const { calls, win32 } = windows(false);
    await reportEvent(win32, { id: 200, severity: 'error', text: 'x' });
    assert.deepEqual(calls, []);
  });

  it('waits for no service that hangs: who comes after it is told so', async () => {
    const { calls, win32 } = windows(true);
    let answer: (() => void) | undefined;
    const async = (...args: unknown[]): void => { answer = () => { (args.at(-1) as (error: null, value: number) => void)(null, 2); }; };
    const hanging = new Proxy(win32, { get: (target, name) => (name === 'RegOpenKeyExW' ? { async } : (Reflect.get(target, name) as unknown)) });
    const written = reportEvent(hanging, { id: 200, severity: 'error', text: 'x' });
    await until('the question', () => answer !== undefined);
    await assert.rejects(isolation.run('The event log', 0, () => Promise.resolve()), /^UnavailableError: The event log has not answered since .* and is not asked again until it does$/);
    answer?.();
    await written;
    assert.deepEqual(calls, []);
  });

  it('says why where Windows does not take it, and lets go of the source', async () => {
    for (const name of ['RegisterEventSourceW', 'ReportEventW'] as const) {
      const { win32, open } = windows(true, name);
      await assert.rejects(reportEvent(win32, { id: 200, severity: 'error', text: name }), (error: unknown) => error instanceof UnavailableError && error.message === `${name} failed with Win32 error 5`);
      assert.equal(open(), 0);
    }
  });
});
