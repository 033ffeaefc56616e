/** The terminal that a live view draws on: its keys, its size, and its state as it was when the view is over. */
import { readFileSync } from 'node:fs';
import type { Style } from './table.js';

/** What a key asks for. */
export type Key = 'up' | 'down' | 'pageUp' | 'pageDown' | 'home' | 'end' | 'sort' | 'quit' | 'interrupt' | 'suspend' | 'redraw';

const keys: Readonly<Record<string, Key>> = {
  k: 'up', '\x1b[A': 'up', '\x1bOA': 'up', j: 'down', '\x1b[B': 'down', '\x1bOB': 'down',
  '\x1b[5~': 'pageUp', b: 'pageUp', '\x1b[6~': 'pageDown', ' ': 'pageDown',
  '\x1b[H': 'home', '\x1bOH': 'home', '\x1b[1~': 'home', '\x1b[7~': 'home', g: 'home',
  '\x1b[F': 'end', '\x1bOF': 'end', '\x1b[4~': 'end', '\x1b[8~': 'end', G: 'end',
  s: 'sort', q: 'quit', '\x03': 'interrupt', '\x1a': 'suspend', '\x0c': 'redraw',
};

/** The keys in what was typed; what means nothing is left out. */
export function keysOf(typed: string): Key[] {
  // oxlint-disable-next-line no-control-regex
  return [...typed.matchAll(/\x1b[[O][\d;]*[A-Za-z~]|[^]/g)].flatMap(([word]) => keys[word] ?? []);
}

/** Where there may be a live view, and how it may look. */
export interface Abilities extends Style {
  readonly live: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What a terminal can do by its environment; `isTerminal`: stdout is one, and this process's own. */
export function abilitiesOf(env: Environment, platform: NodeJS.Platform, isTerminal: boolean): Abilities {
  return { live: isTerminal && env['TERM'] !== 'dumb', colour: !env['NO_COLOR'], unicode: showsUnicode(env, platform) };
}

/** By the locale; Windows' old console has all of Unicode, but no font for it. */
function showsUnicode(env: Environment, platform: NodeJS.Platform): boolean {
  if (platform === 'win32') return Boolean(env['WT_SESSION'] ?? env['ConEmuTask']) || env['TERM_PROGRAM'] === 'vscode';
  return /[uU][tT][fF]-?8/.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '') && env['TERM'] !== 'linux';
}

/** Whether stdout is a terminal that this process may use: one in the background is stopped when it sets the terminal's mode. */
export function ownsTerminal(): boolean {
  return process.stdout.isTTY && (process.platform !== 'linux' || inForeground());
}

function inForeground(): boolean {
  try {
    // The name in parentheses may hold anything; after it: state, parent, group, session, terminal, the terminal's group.
    const [, , group, , , foreground] = readFileSync('/proc/self/stat', 'utf8').replace(/^.*\) /s, '').split(' ');
    return group === foreground;
  } catch {
    return true;
  }
}

/** A terminal to draw on. */
export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

type Output = Screen & Pick<NodeJS.EventEmitter, 'on' | 'off'>;
type Input = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'resume' | 'pause' | 'on' | 'off'>;

const enter = '\x1b[?1049h\x1b[?25l';
const leave = '\x1b[?25h\x1b[?1049l';

/** The other screen of a terminal, and its keys, from `open` to `close`; it is given back however the process ends. */
export class Terminal {
  #open = false;

  constructor(
    private readonly input: Input,
    private readonly output: Output,
    private readonly onKey: (key: Key) => void,
    private readonly onResize: () => void,
  ) {}

  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.output.write(enter);
    this.output.on('resize', this.onResize);
    // An end that nobody foresaw: 'exit' comes too late for what is then said of the fault.
    process.on('exit', this.close).on('uncaughtExceptionMonitor', this.close);
    if (!this.input.isTTY) return;
    this.input.setRawMode(true);
    this.input.on('data', this.#typed).resume();
  }

  /** Gives the terminal back; does nothing where that was done. */
  readonly close = (): void => {
    if (!this.#open) return;
    this.#open = false;
    process.off('exit', this.close).off('uncaughtExceptionMonitor', this.close);
    this.output.off('resize', this.onResize);
    if (this.input.isTTY) {
      this.input.off('data', this.#typed).pause();
      this.input.setRawMode(false);
    }
    this.output.write(leave);
  };

  readonly #typed = (typed: Buffer | string): void => {
    for (const key of keysOf(String(typed))) {
      if (key === 'suspend') this.#suspend();
      else this.onKey(key);
    }
  };

  /** Ctrl-Z, as without a view. */
  #suspend(): void {
    if (process.platform === 'win32') return;
    this.close();
    process.once('SIGCONT', () => {
      this.open();
      this.onKey('redraw');
    });
    process.kill(process.pid, 'SIGTSTP');
  }
}
