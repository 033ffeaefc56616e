import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnavailableError } from '../model/errors.js';
import { openCounterList, type CounterList } from '../providers/counterList.js';
import { Isolation } from '../providers/isolation.js';
import { windowsCounterList } from '../providers/windows/counterList.js';
import { validate } from '../config/validation.js';
import { TestClock } from '../test/support/clock.js';
import { FakePdh } from '../test/support/fakePdh.js';
import { FakeWindows } from '../test/support/fakeWindows.js';
import { told } from '../test/support/told.js';
import { counterWarnings } from './counterWarnings.js';
import { find, show } from './counters.js';

function germanHost(): { list: CounterList; pdh: FakePdh } {
  const pdh = new FakePdh();
  const clock = new TestClock();
  pdh.objects = [
    { english: 'Processor', local: 'Prozessor', counters: { '% User Time': { local: 'Benutzerzeit (%)', values: () => [['1', 1], ['0', 1], ['_Total', 1]] } } },
    { english: 'Memory', local: 'Arbeitsspeicher', counters: { 'Pages/sec': { local: 'Seiten/s', rate: true, values: () => [['', 1]] }, 'Available Bytes': { local: 'Verfügbare Bytes', values: () => [['', 1]] } } },
    { english: 'Print Queue', local: 'Druckwarteschlange', counters: { Jobs: { local: 'Aufträge', values: () => [] } } },
  ];
  return { list: windowsCounterList(pdh.win32, new Isolation(2, clock), clock), pdh };
}

const all = (object: string, counters: readonly string[], instances: readonly string[] = []): object => ({ object, counters, instances });

const silent = (reason: string): never => assert.fail(reason);

describe('counters', () => {
  it('lists objects, counters and instances by English names on a Windows of another language', async () => {
    const { list } = germanHost();
    assert.deepEqual(await list.objects(), ['Processor', 'Memory', 'Print Queue']);
    assert.deepEqual(await find(list, '*', silent), [
      all('Memory', ['Available Bytes', 'Pages/sec']), all('Print Queue', ['Jobs']), all('Processor', ['% User Time'], ['_Total', '0', '1']),
    ]);
  });

  it('takes the names of Windows for English where the registry has none, and hides no fault of ours', async () => {
    const clock = new TestClock();
    const { win32 } = new FakeWindows({
      RegQueryValueExW: () => 5,
      PdhEnumObjectsW: (...[, , list, characters]: [null, null, Buffer | null, Buffer, number, number]) => {
        characters.writeUInt32LE(10);
        list?.write('System\0\0', 'utf16le');
        return list === null ? 0x800007d2 : 0;
      },
    });
    assert.deepEqual(await windowsCounterList(win32, new Isolation(2, clock), clock).objects(), ['System']);
    const faulty = new Proxy(win32, { get: (target, name) => { if (name === 'RegQueryValueExW') throw new TypeError('a fault of ours'); return Reflect.get(target, name) as unknown; } });
    await assert.rejects(windowsCounterList(faulty, new Isolation(2, clock), clock).objects(), TypeError);
    const query = new Proxy(win32, { get: (target, name) => { if (name === 'PdhOpenQueryW') throw new TypeError('a fault of ours'); return Reflect.get(target, name) as unknown; } });
    await assert.rejects(windowsCounterList(query, new Isolation(2, clock), clock).fault('\\Memory\\Available Bytes'), TypeError);
  });

  it('are none anywhere but on Windows', { skip: process.platform === 'win32' }, async () => {
    await assert.rejects(openCounterList(), { code: 'PSA_PLATFORM', message: `expected Windows, which alone has performance counters, found ${process.platform}; run this on the Windows host` });
  });

  it('finds by a part of an object\'s name, else of a counter\'s, and by paths with patterns', async () => {
    const { list } = germanHost();
    assert.deepEqual(await find(list, 'mem', silent), [all('Memory', ['Available Bytes', 'Pages/sec'])]);
    assert.deepEqual(await find(list, 'pages', silent), [all('Memory', ['Pages/sec'])]);
    assert.deepEqual(await find(list, '\\Pr*\\*', silent), [all('Print Queue', ['Jobs']), all('Processor', ['% User Time'], ['_Total', '0', '1'])]);
    assert.deepEqual(await find(list, '\\Mem*', silent), [all('Memory', ['Available Bytes', 'Pages/sec'])]);
    assert.deepEqual(await find(list, '\\Processor(1)', silent), [all('Processor', ['% User Time'], ['1'])]);
    assert.deepEqual(await find(list, '\\processor(0)\\% *', silent), [all('Processor', ['% User Time'], ['0'])]);
    for (const nothing of ['\\Processor(7)\\*', '\\Memory\\Nope', 'zzz']) assert.deepEqual(await find(list, nothing, silent), [], nothing);
  });

  it('prints names, or paths with the instances that they have; as JSON the same', async () => {
    const { list } = germanHost();
    const lines = async (pattern?: string): Promise<string[]> => (await told(() => show(list, pattern, false))).out.split('\n');
    assert.deepEqual(await lines(), ['Memory', 'Print Queue', 'Processor', '']);
    assert.deepEqual(await lines('\\*o*\\*'), [
      'Memory', '  \\Memory\\Available Bytes', '  \\Memory\\Pages/sec', '',
      'Processor', '  instances: _Total, 0, 1', '  \\Processor(*)\\% User Time', '',
    ]);
    const none = await told(() => show(list, 'zzz', false));
    assert.deepEqual([none.out, none.err], ['', 'no performance counter matches zzz\n']);
    const lost = await told(() => show({ ...list, objects: () => Promise.resolve([]) }, undefined, false));
    assert.deepEqual([lost.out, lost.err], ['', 'no performance counter matches *\n']);
    const json = async (pattern?: string): Promise<unknown> => JSON.parse((await told(() => show(list, pattern, true))).out);
    assert.deepEqual(await json(), { objects: ['Memory', 'Print Queue', 'Processor'].map((object) => ({ object })) });
    assert.deepEqual(await json('pages'), { objects: [all('Memory', ['Pages/sec'])] });
    assert.deepEqual(await json('zzz'), { objects: [] });
  });

  it('an object that does not tell costs only itself', async () => {
    const { list } = germanHost();
    const noted: string[] = [];
    const items = list.items.bind(list);
    const broken = { ...list, items: (name: string) => (name === 'Memory' ? Promise.reject(new UnavailableError('Memory is broken')) : items(name)) };
    assert.equal((await find(broken, '*', (reason) => noted.push(reason))).length, 2);
    assert.deepEqual(noted, ['Memory is broken']);
  });
});

describe('counterWarnings', () => {
  const configuration = (paths: readonly string[]): Parameters<typeof counterWarnings>[0] => {
    const result = validate(paths.map((path, at) => ({ method: 'perf_counter', args: { path }, interval: 5, alias: `c${String(at)}` })), false, 'win32');
    return { ...result, base: '' };
  };

  it('warns of counters that are not there now, and of nothing else', async () => {
    const { list } = germanHost();
    const there = ['\\Memory\\Pages/sec', '\\Processor(*)\\% User Time', '\\Memory\\*'];
    assert.deepEqual(await counterWarnings(configuration(there), () => Promise.resolve(list)), []);
    const absent = germanHost();
    const warnings = await counterWarnings(configuration(['\\Memory\\Nope', '\\Nope(*)\\x', '\\Processor(7)\\% User Time', '\\Processor(x*)\\% User Time']), () => Promise.resolve(absent.list));
    assert.deepEqual(warnings.map(({ pointer }) => pointer), ['/0/args/path', '/1/args/path', '/2/args/path', '/3/args/path']);
    assert.match(warnings[0]!.message, /^\/0\/args\/path: The performance counter \\Memory\\Nope: the object has no such counter .*; this entry gives nothing until it is there$/);
    assert.match(warnings[1]!.message, /this Windows has no such object/);
    assert.match(warnings[2]!.message, /there is no such instance now/);
    assert.match(warnings[3]!.message, /no instance matches \\Processor\(x\*\)\\% User Time now/);
  });

  it('looks for nothing where there are none to look for, or faults', async () => {
    const never = (): Promise<CounterList> => assert.fail('looked');
    assert.deepEqual(await counterWarnings(configuration([]), never), []);
    assert.deepEqual(await counterWarnings(configuration(['Processor']), never), []);
  });
});

describe('validation of perf_counter', () => {
  it('a path that is none is a fault that says what one looks like', () => {
    for (const path of ['Processor', '\\Processor', '\\\\host\\Memory\\Pages/sec', '\\Mem*\\Pages/sec', '\\Processor()\\x', '\\Memory\\a\\b', '\\\\', '\\Memory\\a\u0007', `\\Memory\\${'x'.repeat(2100)}`]) {
      const { faults } = validate([{ method: 'perf_counter', args: { path }, interval: 5 }], false, 'win32');
      assert.equal(faults.length, 1, path);
      assert.match(faults[0]!.message, /^\/0\/args\/path: expected the English path of a counter of this host, such as \\Processor\(_Total\)\\% Processor Time/);
    }
    for (const path of ['\\Memory\\Pages/sec', '\\Process(a (b)\\c)\\% User Time', '\\SQLServer:Databases(*)\\Log Flushes/sec', '\\Database ==> Instances(lsass/NTDSA)\\*']) {
      assert.deepEqual(validate([{ method: 'perf_counter', args: { path }, interval: 5 }], false, 'win32'), {
        ...validate([{ method: 'perf_counter', args: { path }, interval: 5 }], false, 'win32'), faults: [], warnings: [],
      }, path);
    }
  });

  it('on Linux it warns that there is none', () => {
    const { warnings } = validate([{ method: 'perf_counter', args: { path: '\\Memory\\Pages/sec' }, interval: 5 }], false, 'linux');
    assert.deepEqual(warnings.map(({ message }) => message), ['/0/method: perf_counter cannot be had on Linux, where this entry gives nothing']);
  });
});
