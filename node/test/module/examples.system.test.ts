/**
 * The examples of the pages in sh, run as printed, a page's in one folder after each other: the clone's files, npx and a RabbitMQ at its
 * usual port, which is free in a network of the test's own (tools/isolated.mjs).
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startBroker, type TestBroker } from '../support/broker.js';
import { command } from '../support/command.js';
import { examples, root } from '../support/examples.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-examples-'));
let broker: TestBroker;
before(async () => {
  broker = await startBroker({ port: 5672 });
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin/rabbitmqctl'), broker.ctlScript);
  chmodSync(join(home, 'bin/rabbitmqctl'), 0o755);
  mkdirSync(join(home, 'npx'));
  writeFileSync(join(home, 'npx/npx'), `#!/bin/sh\n[ "$1" = psutil-agent ] && shift && exec '${process.execPath}' '${command}' "$@"\n`);
  chmodSync(join(home, 'npx/npx'), 0o755);
});
after(async () => {
  await (broker as TestBroker | undefined)?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Runs a script, with programs of a folder before all others; what it left in the background ends with it. */
function run(script: string, cwd: string, programs: string): Promise<{ code: number | null; out: string; err: string }> {
  const env = { ...process.env, PATH: `${programs}:${join(home, 'bin')}:${process.env['PATH'] ?? ''}`, XDG_STATE_HOME: cwd, npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('exit', () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGTERM');
    } catch {
      // Nothing was left.
    }
  });
  return new Promise((resolve) => { child.on('close', (code) => { resolve({ code, out, err }); }); });
}

const scripts = examples().filter(({ language, fate }) => language === 'sh' && fate === 'run');
describe('the examples in sh', () => {
  for (const page of new Set(scripts.map((example) => example.page))) {
    const folder = join(home, page.replaceAll('/', '-'));
    mkdirSync(folder);
    for (const name of ['package.json', 'dist', 'node_modules', 'examples', 'docs']) symlinkSync(join(root, name), join(folder, name));
    for (const { place, text } of scripts.filter((example) => example.page === page)) {
      it(place, { timeout: 300_000 }, async () => {
        // npx itself on README's page; elsewhere what it comes to, since to start it takes three times what the command takes.
        const { code, out, err } = await run(text, folder, join(home, page === 'README.md' ? 'bin' : 'npx'));
        assert.equal(code, 0, `${text}\n${out}\n${err}`);
        const count = Number(/consume .*--count (\d+)/.exec(text)?.[1] ?? 0);
        if (count === 0) return;
        const samples = out.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { metric: unknown });
        assert.equal(samples.length, count, out);
        for (const { metric } of samples) assert.equal(typeof metric, 'number');
      });
    }
  }
});
