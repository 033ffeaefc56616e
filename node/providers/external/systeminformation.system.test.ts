/** systeminformation's functions in their own process: the real package, and children that misbehave. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import si from 'systeminformation';
import { refusedSystemInformation, systemInformationFunctions } from '../../catalog/systeminformation.js';
import type { Result } from '../../catalog/value.js';
import { systemClock } from '../../model/clock.js';
import { until } from '../../test/support/wait.js';
import { SystemInformation } from './systeminformation.js';

const ample = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'psutil-agent-si-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

function script(name: string, text: string): [string] {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, text);
  return [file];
}

const real = (): SystemInformation => new SystemInformation({
  clock: systemClock,
  script: script('real', `import { serveSystemInformation } from ${JSON.stringify(new URL('./systeminformationChild.js', import.meta.url).href)};\nawait serveSystemInformation();\n`),
});
/** A child of a few words: `value` is what it answers to a function of that name; it runs whatever else stands there. */
const fake = (name: string, body: string): SystemInformation => new SystemInformation({
  clock: systemClock,
  script: script(name, `process.on('message', ({ id, name, of }) => { const say = (value) => process.send({ id, value: JSON.stringify(value) });\n${body}\n});\n`),
});

describe('systeminformation', () => {
  it('is offered whole: every function of the package, or the reason why not', () => {
    const names = [...systemInformationFunctions.map(({ name }) => name), ...Object.keys(refusedSystemInformation)].sort();
    assert.deepEqual(names, Object.keys(si).filter((name) => typeof (si as unknown as Record<string, unknown>)[name] === 'function').sort());
  });

  it('answers as the package does, from another process', async () => {
    const source = real();
    const system = (await source.read('cpu', undefined, ample)) as { readonly [key: string]: Result };
    const direct = await si.cpu();
    assert.equal(system['brand'], direct.brand);
    assert.equal(system['cores'], direct.cores);
    const mem = (await source.read('mem', undefined, ample)) as { readonly total: number };
    assert.equal(mem.total, (await si.mem()).total);
    source.close();
  });

  it('takes the zero of a function that could not tell for no value, and every other zero for one', async () => {
    const source = fake('zeros', `say({ cpuCurrentSpeed: { min: 0, max: 0, avg: 2.5, cores: [0, 2.4] }, mem: { total: 0, swapused: 0 },
      battery: { hasBattery: false, percent: 0 }, cpuTemperature: { main: -1, cores: [], max: null }, graphics: { controllers: [{ vram: 0, utilizationGpu: 0 }] } }[name] ?? null);`);
    assert.deepEqual(await source.read('cpuCurrentSpeed', undefined, ample), { min: null, max: null, avg: 2.5, cores: [null, 2.4] });
    assert.deepEqual(await source.read('mem', undefined, ample), { total: null, swapused: 0 });
    assert.deepEqual(await source.read('battery', undefined, ample), { hasBattery: false });
    assert.deepEqual(await source.read('cpuTemperature', undefined, ample), { main: null, cores: [], max: null });
    assert.deepEqual(await source.read('graphics', undefined, ample), { controllers: [{ vram: null, utilizationGpu: 0 }] });
    await assert.rejects(source.read('fsStats', undefined, ample), /fsStats: this system does not tell it/);
    source.close();
  });

  it('asks each question once at a time', async () => {
    const source = fake('count', 'globalThis.calls = (globalThis.calls ?? 0) + 1; const now = globalThis.calls; setTimeout(() => say([name, of ?? null, now]), 20);');
    const answers = await Promise.all([source.read('cpu', undefined, ample), source.read('cpu', undefined, ample), source.read('services', 'a', ample), source.read('services', 'b', ample)]);
    assert.deepEqual(answers, [['cpu', null, 1], ['cpu', null, 1], ['services', 'a', 2], ['services', 'b', 3]]);
    source.close();
  });

  it('leaves nothing running that its child has started', async () => {
    const pids = join(folder, 'pids');
    const source = fake('hang', `import('node:child_process').then(({ spawn }) => { import('node:fs').then(({ appendFileSync, existsSync }) => {
      if (existsSync(${JSON.stringify(pids)})) { say({ ok: 1 }); return; }
      const child = spawn('setsid', ['sleep', '1000'], { detached: true, stdio: 'ignore' });
      appendFileSync(${JSON.stringify(pids)}, child.pid + '\\n');
    }); });`);
    const first = source.read('cpu', undefined, ample);
    const reason = assert.rejects(first, /its process has ended|was ended/);
    await until('the grandchild', () => existsSync(pids) && readFileSync(pids, 'utf8').endsWith('\n'));
    const pid = readFileSync(pids, 'utf8').trim();
    source.close();
    await reason;
    await until('the grandchild is gone', () => !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
  });

  it('tells that time is over, and answers again afterwards', async () => {
    const source = fake('slow', "if (name === 'usb') return; say(5);");
    await assert.rejects(source.read('usb', undefined, 300), /^UnavailableError: systeminformation\.usb: has not answered within 0\.3 s; its process was ended$/);
    assert.equal(await source.read('time', undefined, ample), 5);
    source.close();
  });

  it('tells of a child that ends, and answers again afterwards', async () => {
    const source = fake('exit', "if (name === 'usb') process.exit(3); say(6);");
    await assert.rejects(source.read('usb', undefined, ample), /usb: its process has ended/);
    assert.equal(await source.read('time', undefined, ample), 6);
    source.close();
  });

  it('refuses what it does not know, and everything once it is closed', async () => {
    const source = fake('closed', 'say(1);');
    await assert.rejects(source.read('powerShellStart', undefined, ample), /has no powerShellStart/);
    source.close();
    await assert.rejects(source.read('cpu', undefined, ample), /stopping/);
  });
});
