/** psutil.log: JSON lines by pino, rotated by size. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { LogSettings } from '../model/settings.js';
import { isoTime } from '../model/clock.js';
import { messageOf } from '../model/errors.js';
import { RotatingFile } from './rotatingFile.js';

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
    timestamp: () => `,"time":"${isoTime(Date.now())}"`,
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
  const file = new RotatingFile(join(settings.path, logName), settings.maxBytes, settings.files, tell);
  return { logger: pino(options, file), close: () => file.close() };
}
