import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { PlatformError } from '../model/errors.js';
import type { Envelope } from '../model/message.js';
import { settle, TestClock } from '../test/support/clock.js';
import { told } from '../test/support/told.js';
import { until } from '../test/support/wait.js';
import { fileOutput, lineOutput, noBroker, silentOutput, stdoutOutput } from './lines.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-lines-'));
after(() => { rmSync(home, { recursive: true, force: true }); });
const envelope = (body: string): Envelope => ({ id: 'i', time: 1, routingKey: 'k', body });
const nothing = (): void => undefined;

/** A stream that takes a write when it is told to. */
function stream(): { made: Writable; writes: string[]; take: (error?: Error) => void } {
  const writes: string[] = [];
  const waiting: ((error?: Error) => void)[] = [];
  const made = new Writable({ decodeStrings: false, write: (text: string, _encoding, done) => { writes.push(text); waiting.push(done); } });
  return { made, writes, take: (error) => { waiting.shift()?.(error); } };
}

describe('lines', () => {
  it('a batch is one write of a line each, published when it is taken', async () => {
    const { made, writes, take } = stream();
    const clock = new TestClock();
    const output = lineOutput(made, clock, false);
    output.start(nothing, nothing);
    await output.put([envelope('{"a":1}'), envelope('{"b":2}')]);
    assert.deepEqual([writes, output.report()], [['{"a":1}\n{"b":2}\n'], noBroker]);
    take();
    await settle();
    assert.deepEqual(output.report(), { ...noBroker, published: 2, last_published: new Date(clock.wall()).toISOString() });
    const stopped = output.stop(1000);
    await settle();
    take();
    assert.equal(await stopped, 0);
  });

  it('lets go and counts what a reader does not take, beyond 16 MiB', async () => {
    const { made } = stream();
    const clock = new TestClock();
    const output = lineOutput(made, clock, false);
    output.start(nothing, nothing);
    const large = envelope('x'.repeat(16 * 1024 * 1024 - 1));
    await output.put([large]);
    await output.put([envelope('y')]);
    assert.equal(output.report().dropped, 0, 'exactly 16 MiB wait, which is not too much');
    await output.put([envelope('z'), envelope('z')]);
    assert.deepEqual([output.report().dropped, output.report().dropped_by], [2, { ...noBroker.dropped_by, size: 2 }]);
    const stopped = output.stop(700);
    await clock.pass(700);
    assert.equal(await stopped, 2, 'and does not wait for ever');
  });

  it('says that it cannot be written, ends, and waits for nothing then', async () => {
    const { made, take } = stream();
    const clock = new TestClock();
    const output = lineOutput(made, clock, true);
    let ended = 0;
    output.start(nothing, () => { ended += 1; });
    await output.put([envelope('a')]);
    take(new Error('the pipe is broken'));
    await settle();
    assert.equal(ended, 1);
    assert.deepEqual([output.report().published, output.report().last_error], [0, { time: new Date(clock.wall()).toISOString(), code: 'PSA_OUTPUT', message: 'the output cannot be written (the pipe is broken)' }]);
    await output.put([envelope('b')]);
    assert.deepEqual([await output.stop(600_000), output.report().dropped], [1, 1]);
  });

  it('closes what is its own, and leaves standard output open', async () => {
    for (const closes of [true, false]) {
      const { made, take } = stream();
      const stopped = lineOutput(made, new TestClock(), closes).stop(600_000);
      take();
      await settle();
      take();
      await stopped;
      assert.equal(made.writableEnded, closes);
    }
  });
});

describe('fileOutput', () => {
  it('appends, in a folder that it makes, to a file that others cannot read', async () => {
    const path = join(home, 'deep', 'er', 'out.jsonl');
    for (const body of ['a', 'b']) {
      const output = fileOutput(path, new TestClock());
      output.start(nothing, nothing);
      await output.put([envelope(body)]);
      await output.stop(600_000);
      assert.equal(output.report().published, 1);
    }
    assert.equal(readFileSync(path, 'utf8'), 'a\nb\n');
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
    const held = (): readonly string[] => process.platform !== 'linux' ? [] : readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === path;
      } catch {
        return false;
      }
    });
    await until('it is closed', () => held().length === 0);
  });

  it('refuses a path that cannot be appended to, in a sentence', () => {
    const file = join(home, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o600);
    assert.throws(() => fileOutput(join(file, 'x'), new TestClock()), (error) => {
      assert.ok(error instanceof PlatformError);
      assert.equal(error.code, 'PSA_OUTPUT');
      assert.match(error.message, /^.*file\/x: expected a file that can be appended to \(E.+\); check --output$/);
      return true;
    });
  });
});

describe('the other outputs', () => {
  it('stdout has the lines', async () => {
    const { out } = await told(async () => {
      const output = stdoutOutput(new TestClock());
      await output.put([envelope('one'), envelope('two')]);
      assert.equal(await output.stop(1000), 0);
      assert.equal(output.report().published, 2);
      assert.equal(process.stdout.writableEnded, false, 'others may write there still');
    });
    assert.equal(out, 'one\ntwo\n');
  });

  it('silence takes all and tells nothing', async () => {
    const output = silentOutput();
    output.start(nothing, nothing);
    await output.put([envelope('a')]);
    assert.deepEqual([await output.stop(0), output.report()], [0, noBroker]);
    assert.ok(Object.values(noBroker).every((value) => value === null || value === 0 || value === false || typeof value === 'object'));
    assert.deepEqual([...new Set(Object.values(noBroker.dropped_by))], [0]);
  });
});
