import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { abilitiesOf, keysOf, Terminal, type Key } from './terminal.js';

describe('keys', () => {
  it('are known by every name that terminals give them; others mean nothing', () => {
    assert.deepEqual(keysOf('\x1b[A\x1bOBk j'), ['up', 'down', 'up', 'pageDown', 'down']);
    assert.deepEqual(keysOf('\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~gG'), ['pageUp', 'pageDown', 'home', 'end', 'home', 'end', 'home', 'end']);
    assert.deepEqual(keysOf('sq\x03\x0c'), ['sort', 'quit', 'interrupt', 'redraw']);
    assert.deepEqual(keysOf('x\x1b[24~\x1b[1;5Cß\x1b'), []);
  });
});

describe('what a terminal can do', () => {
  it('is told by its environment', () => {
    const of = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', isTerminal = true): string => {
      const { live, colour, unicode } = abilitiesOf(env, platform, isTerminal);
      return [live ? 'live' : '', colour ? 'colour' : '', unicode ? 'unicode' : ''].filter(Boolean).join(' ');
    };
    const cases: [string, string][] = [
      [of({ TERM: 'xterm', LANG: 'en_US.UTF-8' }), 'live colour unicode'], [of({ LANG: 'C' }), 'live colour'], [of({}), 'live colour'],
      [of({ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }), 'live colour'], [of({ LC_ALL: '', LANG: 'de_DE.utf8' }), 'live colour unicode'],
      [of({ NO_COLOR: '1', LANG: 'C.UTF-8' }), 'live unicode'], [of({ NO_COLOR: '' }), 'live colour'], [of({ TERM: 'dumb', LANG: 'C.UTF-8' }), 'colour unicode'],
      [of({ TERM: 'linux', LANG: 'C.UTF-8' }), 'live colour'], [of({ LANG: 'C.UTF-8' }, 'linux', false), 'colour unicode'],
      [of({}, 'win32'), 'live colour'], [of({ LANG: 'C.UTF-8' }, 'win32'), 'live colour'], [of({ WT_SESSION: 'x' }, 'win32'), 'live colour unicode'],
      [of({ TERM_PROGRAM: 'vscode' }, 'win32'), 'live colour unicode'], [of({ ConEmuTask: 'x' }, 'win32'), 'live colour unicode'],
    ];
    for (const [found, expected] of cases) assert.equal(found, expected);
  });
});

describe('a terminal', () => {
  function terminal(isTTY = true) {
    const did: string[] = [];
    const pressed: Key[] = [];
    const input = Object.assign(new EventEmitter(), {
      isTTY, setRawMode: (on: boolean) => did.push(`raw ${String(on)}`), resume: () => did.push('resume'), pause: () => (did.push('pause'), input),
    });
    const output = Object.assign(new EventEmitter(), { write: (text: string) => did.push(JSON.stringify(text)) });
    return { did, pressed, input, output, terminal: new Terminal(input as never, output, (key) => pressed.push(key), () => pressed.push('redraw')) };
  }
  const opened = ['"\\u001b[?1049h\\u001b[?25l"', 'raw true', 'resume'];
  const closed = ['pause', 'raw false', '"\\u001b[?25h\\u001b[?1049l"'];
  const listeners = (): number[] => ['exit', 'uncaughtExceptionMonitor', 'SIGCONT'].map((name) => process.listenerCount(name));

  it('gives keys and changes of its size, and is given back once, whoever asks', () => {
    const before = listeners();
    const { did, pressed, input, output, terminal: one } = terminal();
    one.open();
    one.open();
    assert.deepEqual(did.splice(0), opened);
    input.emit('data', Buffer.from('s\x1b[A'));
    output.emit('resize');
    assert.deepEqual(pressed, ['sort', 'up', 'redraw']);
    one.close();
    one.close();
    assert.deepEqual(did, closed);
    input.emit('data', 's');
    output.emit('resize');
    assert.equal(pressed.length, 3);
    assert.deepEqual(listeners(), before);
  });

  for (const [name, ...args] of [['exit', 0], ['uncaughtExceptionMonitor', new Error('x'), 'uncaughtException']] as const) {
    it(`is given back on ${name}`, () => {
      const { did, terminal: one } = terminal();
      one.open();
      did.length = 0;
      const [close] = process.listeners(name as 'exit').slice(-1);
      (close as (...words: unknown[]) => void)(...args);
      assert.deepEqual(did, closed);
    });
  }

  it('has no keys where stdin is none', () => {
    const { did, terminal: one } = terminal(false);
    one.open();
    one.close();
    assert.deepEqual(did, [opened[0], closed[2]]);
  });

  it('is given back while the process is suspended', { skip: process.platform === 'win32' }, (t) => {
    const kill = t.mock.method(process, 'kill', () => true);
    const { did, pressed, input, terminal: one } = terminal();
    one.open();
    did.length = 0;
    input.emit('data', '\x1a');
    assert.deepEqual(kill.mock.calls.map((call) => call.arguments), [[process.pid, 'SIGTSTP']]);
    assert.deepEqual(did.splice(0), closed);
    process.emit('SIGCONT', 'SIGCONT');
    assert.deepEqual([did.splice(0), pressed], [opened, ['redraw']]);
    one.close();
  });
});
