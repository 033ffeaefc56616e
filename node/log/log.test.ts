import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { until } from '../test/support/wait.js';
import { openLog } from './log.js';
import { RotatingFile } from './rotatingFile.js';

const home = mkdtempSync(join(tmpdir(), 'psutil-agent-log-'));
after(() => { rmSync(home, { recursive: true, force: true }); });

const settings = (name: string): Parameters<typeof openLog>[0] => ({ path: join(home, name), level: 'info', maxBytes: 1024, files: 2 });
const none = (message: string): void => assert.fail(message);

describe('openLog', () => {
  it('writes JSON lines with time and level', async () => {
    const log = openLog(settings('lines'), none);
    log.logger.info({ entry: 3 }, 'hello');
    log.logger.debug('too fine');
    await log.close();
    const lines = readFileSync(join(home, 'lines', 'psutil.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(lines.length, 1);
    assert.deepEqual([lines[0]!['level'], lines[0]!['entry'], lines[0]!['msg']], ['info', 3, 'hello']);
    assert.match(String(lines[0]!['time']), /^\d{4}-.*Z$/);
  });

  it('rotates by size and keeps so many files', async () => {
    const log = openLog(settings('rotated'), none);
    const oldest = join(home, 'rotated', 'psutil.log.2');
    let n = 0;
    // The stream rotates between turns of the event loop.
    await until('the first line to be in no file any more', () => {
      log.logger.info({ n: n++ }, 'x'.repeat(200));
      return existsSync(oldest) && !readFileSync(oldest, 'utf8').includes('"n":0,');
    });
    await log.close();
    assert.deepEqual(readdirSync(join(home, 'rotated')).sort(), ['psutil.log', 'psutil.log.1', 'psutil.log.2']);
  });

  it('never writes a secret', async () => {
    const log = openLog(settings('secret'), none);
    log.logger.warn({ password: 'hunter2', broker: { password: 'hunter2', url: 'amqp://u:hunter2@h' }, a: { b: { passphrase: 'hunter2' } } }, 'x');
    await log.close();
    const text = readFileSync(join(home, 'secret', 'psutil.log'), 'utf8');
    assert.doesNotMatch(text, /hunter2/);
    assert.match(text, /\*\*\*/);
  });

  it('says once that it cannot write, and goes on', async () => {
    for (const [name, reason, break_] of [
      // The folder cannot be made; the file cannot be opened.
      ['file', 'EEXIST', (): void => { writeFileSync(join(home, 'file'), ''); }],
      ['folder', 'not a file', (): void => { mkdirSync(join(home, 'folder', 'psutil.log'), { recursive: true }); }],
    ] as const) {
      break_();
      const complaints: string[] = [];
      const log = openLog(settings(name), (message) => complaints.push(message));
      for (let n = 0; n < 3; n += 1) log.logger.error('lost');
      await until('the complaint', () => complaints.length > 0);
      await log.close();
      assert.equal(complaints.length, 1, name);
      assert.match(complaints[0]!, new RegExp(`^${join(home, name)}: the log cannot be written \\(.*${reason}.*\\); going on without it$`));
    }
  });

  it('writes through no link, to no second name and to no pipe, planted before it is opened or while it rotates, and writes again when that is gone', { skip: process.platform === 'win32' }, async () => {
    const victim = join(home, 'victim');
    writeFileSync(victim, 'mine');
    for (const [name, reason, plant] of [
      ['link', 'is a link', (path: string): void => { symlinkSync(victim, path); }],
      ['dangling', 'is a link', (path: string): void => { symlinkSync(join(home, 'none'), path); }],
      ['hard', 'has a second name', (path: string): void => { linkSync(victim, path); }],
      ['pipe', 'is not a file', (path: string): void => { execFileSync('mkfifo', [path]); }],
    ] as const) {
      const path = join(home, name, 'psutil.log');
      const complaints: string[] = [];
      const log = openLog(settings(name), (message) => complaints.push(message));
      log.logger.info('x'.repeat(2000));
      // It is full now: the next line goes to a new one.
      await until('the first line', () => existsSync(path) && readFileSync(path, 'utf8').endsWith('\n'));
      rmSync(path);
      plant(path);
      log.logger.info('second');
      log.logger.info('third');
      await log.close();
      assert.equal(readFileSync(victim, 'utf8'), 'mine', name);
      assert.equal(existsSync(join(home, 'none')), false);
      rmSync(path, { force: true });
      plant(path);
      const anew = openLog(settings(name), (message) => complaints.push(message));
      anew.logger.info('lost');
      await until('the complaint', () => complaints.length > 0);
      assert.match(complaints[0] ?? '', new RegExp(reason));
      rmSync(path);
      anew.logger.info('kept');
      await anew.close();
      assert.match(readFileSync(path, 'utf8'), /^\{[^\n]*"msg":"kept"\}\n$/);
      assert.equal(readFileSync(victim, 'utf8'), 'mine', name);
    }
  });

  it('lets lines go where the disk takes none for long', async () => {
    const path = join(home, 'slow', 'psutil.log');
    mkdirSync(join(home, 'slow'));
    const file = new RotatingFile(path, 1e9, 2, (error) => { throw error; });
    // Nothing is written before this turn of the event loop is over.
    for (let n = 0; n < 2048; n += 1) file.write(`${'x'.repeat(1023)}\n`);
    await file.close();
    assert.equal(readFileSync(path).length, 1024 * 1024);
  });

  it('closes when all is in the file', async () => {
    const log = openLog({ ...settings('closed'), maxBytes: 1e7 }, none);
    for (let n = 0; n < 2000; n += 1) log.logger.info('x'.repeat(100));
    await log.close();
    assert.equal(readFileSync(join(home, 'closed', 'psutil.log'), 'utf8').trimEnd().split('\n').length, 2000);
  });
});
