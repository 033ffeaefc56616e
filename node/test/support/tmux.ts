/** A real terminal for tests and pictures: tmux, which shows what a person would see. */
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** One terminal in which one command runs. */
export class Tmux {
  readonly #socket = `psutil-agent-${String(process.pid)}-${String(Math.trunc(Math.random() * 1e9))}`;

  /** `command` is the shell's. */
  constructor(columns: number, rows: number, command: string, env: Readonly<Record<string, string>> = {}) {
    const words = Object.entries({ LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    // tmux cannot be waited for where it leaves a server behind that has this process's streams.
    spawn('tmux', ['-L', this.#socket, '-f', '/dev/null', '-u', 'new-session', '-d', '-x', String(columns), '-y', String(rows), ...words, command], { stdio: 'ignore' });
  }

  #call(...words: string[]): string {
    return spawnSync('tmux', ['-L', this.#socket, ...words], { encoding: 'utf8' }).stdout;
  }

  /** The lines on the screen, without the blanks at their ends; `styled`: with what makes them bold or coloured. */
  screen(styled = false): string[] {
    return this.#call('capture-pane', '-p', ...(styled ? ['-e'] : [])).split('\n').slice(0, -1).map((line) => line.trimEnd());
  }

  /** Presses keys, by tmux's names. */
  press(...keys: string[]): void {
    this.#call('send-keys', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#call('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** The screen as soon as its text fits; throws with it where that takes longer than a minute. */
  async until(fits: (text: string) => boolean): Promise<string[]> {
    for (let left = 600; ; left--) {
      const lines = this.screen();
      if (fits(lines.join('\n'))) return lines;
      if (left === 0) throw new Error(`not on the screen within a minute:\n${lines.join('\n')}`);
      await pause(100);
    }
  }

  /** Ends the terminal and what runs in it. */
  close(): void {
    this.#call('kill-server');
  }
}
