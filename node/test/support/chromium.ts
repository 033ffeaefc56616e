import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A key by its name in DOM, and by Windows' number, which the browser wants too. */
const keys = { Tab: 9, Escape: 27, Home: 36, ArrowRight: 39 } as const;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly request?: { readonly url: string }; readonly entry?: { readonly text: string }; readonly args?: unknown; readonly exceptionDetails?: unknown };
  readonly result?: object;
  readonly error?: { readonly message: string };
}

/** How a page is seen. */
export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly scheme: 'light' | 'dark';
  readonly media?: 'screen' | 'print';
  readonly scale?: number;
}

/** Debian's Chromium without a window, which reaches for nothing by itself, and one page in it: its DevTools Protocol, through a pipe. */
export class Chromium {
  /** What the page asked for or complained of, in its order. */
  told: string[] = [];
  readonly #home = mkdtempSync(join(tmpdir(), 'psutil-agent-chromium-'));
  readonly #browser: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #commands: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #asked = 0;
  #session: string | undefined;
  #loaded: () => void = () => undefined;

  private constructor() {
    this.#browser = spawn('/usr/bin/chromium-headless-shell', [
      '--remote-debugging-pipe', `--user-data-dir=${this.#home}`, '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--disable-quic', '--no-first-run',
      '--disable-extensions', '--disable-background-networking', '--disable-component-update', '--disable-sync', 'about:blank',
    ], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#browser, 'close');
    void this.#ended.then(() => {
      for (const end of this.#waiting.values()) end({ error: { message: 'Chromium has ended' } });
    });
    const [, , , commands, answers] = this.#browser.stdio as [null, null, null, Writable, Readable];
    this.#commands = commands.on('error', () => undefined);
    let rest = '';
    answers.setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#hear(JSON.parse(message) as Message);
    });
  }

  static async open(): Promise<Chromium> {
    const chromium = new Chromium();
    const { targetInfos } = await chromium.#ask('Target.getTargets') as { targetInfos: { type: string; targetId: string }[] };
    const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId;
    const { sessionId } = await chromium.#ask('Target.attachToTarget', { targetId, flatten: true }) as { sessionId: string };
    chromium.#session = sessionId;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log']) await chromium.#ask(`${domain}.enable`);
    await chromium.#ask('Emulation.setFocusEmulationEnabled', { enabled: true });
    return chromium;
  }

  #hear({ id, method, params, result, error }: Message): void {
    if (id !== undefined) {
      this.#waiting.get(id)?.({ ...(result === undefined ? {} : { result }), ...(error === undefined ? {} : { error }) });
      return;
    }
    if (method === 'Page.loadEventFired') this.#loaded();
    else if (method === 'Network.requestWillBeSent') this.told.push(`asked for ${String(params?.request?.url)}`);
    else if (method === 'Log.entryAdded') this.told.push(String(params?.entry?.text));
    else if (method === 'Runtime.consoleAPICalled') this.told.push(JSON.stringify(params?.args));
    else if (method === 'Runtime.exceptionThrown') this.told.push(JSON.stringify(params?.exceptionDetails));
  }

  async #ask(method: string, params: object = {}): Promise<object> {
    const id = ++this.#asked;
    const { result = {}, error } = await new Promise<Message>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#commands.write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    });
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  async look({ width, height = 900, scheme, media = 'screen', scale = 1 }: Look): Promise<void> {
    await this.#ask('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: scale, mobile: false });
    await this.#ask('Emulation.setEmulatedMedia', { media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  /** Loads a page, to its end. */
  async goto(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => { this.#loaded = resolve; });
    await this.#ask('Page.navigate', { url });
    await loaded;
  }

  /** What an expression in the page comes to, awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }) as { result: { value: T }; exceptionDetails?: object };
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return result.value;
  }

  async press(key: keyof typeof keys): Promise<void> {
    for (const type of ['rawKeyDown', 'keyUp']) await this.#ask('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: keys[key] });
  }

  /** The page as a PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#ask('Page.captureScreenshot', { format: 'png' }) as { data: string };
    return Buffer.from(data, 'base64');
  }

  async close(): Promise<void> {
    // It ends where nobody has the pipe any more.
    this.#commands.end();
    await this.#ended;
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
