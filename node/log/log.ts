/** psutil.log: JSON lines by pino, rotated by size. */
import { mkdirSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { pino, type Logger } from 'pino';
import { createStream } from 'rotating-file-stream';
import type { LogSettings } from '../model/settings.js';
import { messageOf } from '../model/errors.js';

/** The name of the log file in its directory. */
const logName = 'psutil.log';

/** Whatever is called so is never written, wherever it stands. */
const secrets = ['password', 'passphrase', 'blob', 'url'];

/** An open log. */
export interface Log {
  readonly logger: Logger;
  /** Writes out what is left and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens the log. A directory that cannot be written is told to `complain` and costs the log, never the samples.
 */
export function openLog(settings: LogSettings, complain: (message: string) => void): Log {
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secrets.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
  };
  let told = false;
  const tell = (error: unknown): void => {
    if (!told) complain(`${settings.path}: the log cannot be written (${messageOf(error)}); going on without it`);
    told = true;
  };
  try {
    mkdirSync(settings.path, { recursive: true, mode: 0o700 });
  } catch (error) {
    tell(error);
    return { logger: pino({ ...options, level: 'silent' }), close: () => Promise.resolve() };
  }
  const size: string = `${String(settings.maxBytes)}B`;
  const stream = createStream(logName, { path: settings.path, size, rotate: settings.files, mode: 0o600 });
  stream.on('error', tell);
  stream.on('warning', tell);
  const close = async (): Promise<void> => {
    stream.end();
    await finished(stream, { readable: false }).catch(tell);
  };
  return { logger: pino(options, stream), close };
}
