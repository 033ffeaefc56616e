import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functions } from '../../catalog/functions.js';
import { AgentError, PlatformError, UnavailableError } from '../../model/errors.js';
import { linuxProvider } from './provider.js';

// These are made of readings of others (sample/).
const derived = ['cpu_percent', 'cpu_times_percent', 'Process', 'process_iter', 'certificate_expiry'];

test('every function that the catalog has for Linux has a raw reading', async () => {
  const nowhere = linuxProvider({ proc: '/no such proc', sys: '/no such sys' });
  for (const { name, group, platforms } of functions) {
    if (!platforms.includes('linux') || ['external', 'agent'].includes(group) || derived.includes(name)) continue;
    const error: unknown = await nowhere.read(name, {}).then(() => undefined, (reason: unknown) => reason);
    assert.ok(error === undefined || error instanceof UnavailableError, `${name}: ${String(error)}`);
  }
});

test('kernel files that cannot be read are unavailable, by their path and the system\'s code', async () => {
  const nowhere = linuxProvider({ proc: '/no such proc' });
  await assert.rejects(nowhere.read('virtual_memory', {}), (error) =>
    error instanceof UnavailableError && error.code === 'PSA_UNAVAILABLE' && /\/no such proc\/meminfo .*ENOENT/.test(error.message));
});

test('what is no function of psutil\'s is refused, names of objects\' own included', async () => {
  for (const method of ['Popen', 'constructor', '__proto__', 'cpu_percent']) {
    await assert.rejects(linuxProvider().read(method, {}), (error) => error instanceof PlatformError && error instanceof AgentError);
  }
});
