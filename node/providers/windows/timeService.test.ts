import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeRegistry, registryTexts } from '../../test/support/fakeRegistry.js';
import { FakeWindows } from '../../test/support/fakeWindows.js';
import { windowsTime } from './timeService.js';

const parameters = 'SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters';
const tcpip = 'SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters';

test('what Windows Time asks for the time: a server, the domain\'s controllers, or nobody', async () => {
  const told = async (time: Readonly<Record<string, string>>, domain = ''): Promise<object> => {
    const values = Object.fromEntries(Object.entries(time).map(([name, text]) => [name, registryTexts(text)]));
    const { functions, left } = fakeRegistry({ [parameters]: values, [tcpip]: { Domain: registryTexts(domain) } });
    const service = await windowsTime(new FakeWindows(functions).win32);
    assert.equal(left(), 0);
    return service;
  };
  const source = 'Windows Time';
  assert.deepEqual(await told({ Type: 'NTP', NtpServer: ' time.windows.com,0x9 other,0x1' }, 'corp.example'), { source, server: 'time.windows.com' });
  assert.deepEqual(await told({ Type: 'Nt5DS', NtpServer: 'time.windows.com,0x9' }, 'corp.example'), { source, server: 'corp.example' });
  assert.deepEqual(await told({ Type: 'NT5DS', NtpServer: 'a b' }), { source, server: 'a' });
  assert.deepEqual(await told({ Type: 'NoSync', NtpServer: 'a' }), { source, off: true });
  assert.deepEqual(await told({}), { source });
});

test('a Windows without these keys names no server; one that refuses them says so', async () => {
  const nameless = fakeRegistry({ [parameters]: { Type: registryTexts('NT5DS') } });
  assert.deepEqual(await windowsTime(new FakeWindows(nameless.functions).win32), { source: 'Windows Time' });
  assert.deepEqual(await windowsTime(new FakeWindows(fakeRegistry({}).functions).win32), { source: 'Windows Time' });
  await assert.rejects(windowsTime(new FakeWindows(fakeRegistry({}, parameters).functions).win32), { message: `RegOpenKeyExW of HKLM\\${parameters} failed with Win32 error 5` });
});
