import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, describe, it } from 'node:test';
import type { Clock } from '../model/clock.js';
import { operatorEvents, type OperatorEvent } from '../model/operator.js';
import { TestClock } from '../test/support/clock.js';
import { OperatorLog, quietTime } from './operatorLog.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-operator-'));
after(() => rm(home, { recursive: true }));
let folders = 0;

describe('OperatorLog', () => {
  let wall = 1e12;
  const clock: Clock = { now: () => wall, wall: () => wall, after: () => () => undefined };
  const open = (folder?: string): { log: OperatorLog; events: OperatorEvent[] } => {
    const events: OperatorEvent[] = [];
    return { log: new OperatorLog(clock, folder, (event) => { events.push(event); return Promise.resolve(); }), events };
  };
  const fresh = (): string => mkdtempSync(join(home, `${String(++folders)}-`));

  it('gives each kind its id, which EventCreate.exe has a message for, and says whose collector it is', async () => {
    const ids = Object.values(operatorEvents).map(({ id }) => id);
    assert.deepEqual(ids, [100, 110, 200, 300, 400, 500], 'ids are never changed');
    assert.ok(ids.every((id) => id >= 1 && id <= 1000));
    const folder = fresh();
    const { log, events } = open(folder);
    log.tell('broker', 'rabbit:5672 refused the login');
    await log.settled(1000);
    assert.deepEqual(events, [{ id: 200, severity: 'error', text: `rabbit:5672 refused the login\r\nThe collector of ${folder}: its psutil.log and status.json tell more.` }]);
  });

  it('has its page: docs/event-log.md', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/event-log.md', import.meta.url)), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
    assert.deepEqual(rows, Object.values(operatorEvents).map(({ id, severity, meaning }) => `| ${String(id)} | ${severity} | ${meaning} |`));
  });

  it('tells once an hour of a kind, and then how many more there were; a collector started anew knows of it', async () => {
    const folder = fresh();
    const first = open(folder);
    for (const kind of ['disk', 'disk', 'dropped', 'disk'] as const) first.log.tell(kind, kind);
    await first.log.settled(1000);
    assert.deepEqual(first.events.map(({ id }) => id), [400, 300]);
    wall += quietTime - 1;
    const second = open(folder);
    for (const kind of ['disk', 'ended'] as const) second.log.tell(kind, kind);
    await second.log.settled(1000);
    assert.deepEqual(second.events.map(({ id }) => id), [500]);
    wall += 1;
    second.log.tell('disk', 'still full');
    await second.log.settled(1000);
    assert.match(second.events[1]!.text, /^still full\r\n1 more of this kind since the last event\.\r\nThe collector of /);
  });

  it('is told by the next collector where it was not written in time', async () => {
    const folder = fresh();
    const late = new OperatorLog(clock, folder, () => new Promise(() => undefined));
    late.tell('configuration', 'wrong');
    const { log, events } = open(folder);
    log.tell('configuration', 'still wrong');
    await log.settled(1000);
    assert.match(events[0]?.text ?? '', /^still wrong\r\n/);
  });

  it('is held up by no pipe in the place of its stamps', { skip: process.platform === 'win32' }, async () => {
    const folder = fresh();
    execFileSync('mkfifo', [join(folder, 'events.json')]);
    const { log, events } = open(folder);
    log.tell('disk', 'full');
    await log.settled(1000);
    assert.equal(events.length, 1);
  });

  it('goes by a clock that was set back, by stamps that are torn, and by a folder that is not there', async () => {
    const folder = fresh();
    for (const stamps of [`{"disk": ${String(wall + 5000)}}`, '{"disk": 1', '[]', 'null', '{"other": 5, "disk": "x"}']) {
      writeFileSync(join(folder, 'events.json'), stamps);
      const { log, events } = open(folder);
      log.tell('disk', 'full');
      await log.settled(1000);
      assert.equal(events.length, 1, stamps);
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'events.json'), 'utf8')), { disk: wall });
    }
    for (const nowhere of [undefined, join(folder, 'none')]) {
      const { log, events } = open(nowhere);
      log.tell('disk', 'full');
      log.tell('disk', 'full');
      await log.settled(1000);
      assert.equal(events.length, 1);
    }
  });

  for (const plant of [symlinkSync, linkSync]) {
    it(`writes its stamps through no link (${plant.name})`, async () => {
      const folder = fresh();
      writeFileSync(join(folder, 'victim'), 'precious');
      plant(join(folder, 'victim'), join(folder, 'events.json'));
      const { log, events } = open(folder);
      log.tell('disk', 'full');
      await log.settled(1000);
      assert.equal(events.length, 1);
      assert.equal(readFileSync(join(folder, 'victim'), 'utf8'), 'precious');
      assert.deepEqual(JSON.parse(readFileSync(join(folder, 'events.json'), 'utf8')), { disk: wall });
    });
  }

  it('remembers what it told, whatever becomes of the stamps meanwhile', async () => {
    const folder = fresh();
    const { log, events } = open(folder);
    log.tell('disk', 'full');
    for (const stamps of ['{"disk": 1}', '']) {
      writeFileSync(join(folder, 'events.json'), stamps);
      log.tell('disk', 'full');
    }
    await log.settled(1000);
    assert.equal(events.length, 1);
  });

  it('waits for an event to be written, and no longer than it is told to', async () => {
    const time = new TestClock();
    let write = (): void => undefined;
    const log = new OperatorLog(time, undefined, () => new Promise((resolve) => { write = resolve; }));
    log.tell('disk', 'full');
    const waits: string[] = [];
    const waiting = ['first', 'second'].map((name, at) => log.settled(1000 + 1000 * at).then(() => waits.push(name)));
    await time.pass(999);
    assert.deepEqual(waits, []);
    await time.pass(1);
    assert.deepEqual(waits, ['first']);
    write();
    await Promise.all(waiting);
    assert.deepEqual(waits, ['first', 'second']);
  });

  it('makes what comes from outside safe, and bounds it', async () => {
    const { log, events } = open();
    log.tell('broker', `a\r\nb \u202e amqp://user:hunter2@host ${'x'.repeat(5000)}`);
    await log.settled(1000);
    assert.match(events[0]!.text, /^a\\r\\nb \\u202e amqp:\/\/\*\*\*@host x+\.\.\.$/);
    assert.equal(events[0]!.text.length, 2000);
  });

  it('goes on where an event cannot be written, and does nothing at all where there is nowhere to write', async () => {
    const told: string[] = [];
    const failing = new OperatorLog(clock, undefined, ({ text }) => { told.push(text); return Promise.reject(new Error('no')); });
    failing.tell('disk', 'one');
    failing.tell('ended', 'two');
    await failing.settled(1000);
    assert.deepEqual(told, ['one', 'two']);
    const folder = fresh();
    new OperatorLog(clock, folder, undefined).tell('disk', 'full');
    assert.equal(existsSync(join(folder, 'events.json')), false);
  });
});
