import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arguments } from '../../catalog/value.js';
import { TestClock } from '../../test/support/clock.js';
import { Isolation } from '../isolation.js';
import type { Win32 } from './bindings.js';
import { windowsProvider } from './provider.js';

/** What hangs where every call of it does, by the method that asks it. */
const subjects: Readonly<Record<string, readonly [Arguments, string]>> = {
  disk_usage: [{ path: 'Z:\\folder' }, 'The drive .*'], disk_io_counters: [{}, 'The counters of disks'], disk_partitions: [{ all: false }, 'The list of drives'],
  net_io_counters: [{}, 'The rows of network adapters'], net_if_stats: [{}, 'The rows of network adapters'], net_if_addrs: [{}, 'The list of network adapters'],
  users: [{}, 'The list of sessions'], certificates: [{ location: 'LocalMachine', store: 'My' }, 'The certificate store LocalMachine\\\\My'],
  reboot_pending: [{}, 'The registry'], win_service_iter: [{ name: null }, 'The service manager'], win_service_get: [{ name: 'Dnscache' }, 'The service manager'],
  win_service_pids: [{}, 'The service manager'], event_count: [{ log: 'System' }, 'The event log System'],
};

for (const [method, [args, subject]] of Object.entries(subjects)) {
  test(`${method} names what has not answered, and waits for it no longer than it may`, async () => {
    const clock = new TestClock(Date.UTC(2026, 0, 2, 3, 4, 5));
    const win32 = new Proxy({}, { get: () => Object.assign(() => 0, { async: () => undefined }) }) as Win32;
    const provider = windowsProvider(win32, new Isolation(4, clock), clock);
    let outcome = 'pending';
    provider.read(method, args).then(() => { outcome = 'answered'; }, (error: unknown) => { outcome = String(error); });
    await clock.pass(9999);
    assert.equal(outcome, 'pending');
    await clock.pass(1);
    assert.match(outcome, new RegExp(`^UnavailableError: ${subject} has not answered since 2026-01-02T03:04:05\\.000Z and is not asked again until it does$`));
    provider.close();
  });
}
