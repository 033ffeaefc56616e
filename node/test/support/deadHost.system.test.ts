import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startDeadHost } from './deadHost.js';

// What the tests of isolation stand on: that these volumes and names do hang, and that nothing else does.

const host = await startDeadHost(2);
after(() => host.close());

interface Call {
  /** Whether it has ended by itself. */
  done: boolean;
  readonly ended: Promise<string>;
  kill(): void;
}

function call(...words: [string, ...string[]]): Call {
  const [program, ...args] = host.words(...words);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const running: Call = {
    done: false,
    ended: new Promise((resolve) => child.once('close', (code) => {
      running.done = code !== null;
      resolve(out);
    })),
    kill: () => { child.kill('SIGKILL'); },
  };
  return running;
}

const size = (): Call => call('stat', '--file-system', '--format=%b', host.volumes[1] ?? '');
const look = (): Call => call('getent', 'ahostsv4', 'broker.example');

describe('a host whose volumes and name server can die', { timeout: 120_000 }, () => {
  it('answers while they live', async () => {
    assert.equal((await size().ended).trim(), '1000000');
    assert.match(await look().ended, /^127\.0\.0\.1 /);
  });

  it('hangs while they are dead, can be killed then, and answers when they are back', async () => {
    await host.tell({ volumes: 'dead', names: 'dead' });
    const calls = [size(), look(), size()];
    const healthy = call('stat', '--file-system', '--format=%b', '/');
    await healthy.ended;
    await delay(1000);
    assert.deepEqual(calls.map(({ done }) => done), [false, false, false]);
    for (const one of calls.slice(0, 2)) one.kill();
    await Promise.all(calls.slice(0, 2).map(({ ended }) => ended));
    await host.tell({ volumes: 'alive', names: 'alive' });
    assert.equal((await calls[2]?.ended)?.trim(), '1000000');
    assert.match(await look().ended, /^127\.0\.0\.1 /);
  });
});
