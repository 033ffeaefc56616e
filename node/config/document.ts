/** Reads a configuration's text: JSON or YAML, in whatever encoding Windows wrote it. */
import { readFileSync, statSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { ConfigError, messageOf, systemCode } from '../model/errors.js';

/** The largest configuration read: far above 10,000 entries, far below what would stop the process. */
const largest = 32 * 1024 * 1024;
/** Maps and lists within each other; the deepest valid setting is at 6. */
const deepest = 64;

/** The text of a file, or of standard input for `-`. */
export function readText(path: string): string {
  try {
    if (path !== '-' && statSync(path).isDirectory()) {
      throw new ConfigError('PSA_CONFIG_NOT_FOUND', `${path}: expected a configuration file, found a folder; name the file in it`);
    }
    return decode(readFileSync(path === '-' ? 0 : path));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('PSA_CONFIG_NOT_FOUND', unreadable(path, error), [], { cause: error });
  }
}

function unreadable(path: string, error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `${path}: expected a configuration file, found none; check the path`;
    case 'EACCES':
    case 'EPERM':
      return `${path}: the configuration file may not be read by this user; grant it read access`;
    default:
      return `${path}: the configuration file cannot be read (${messageOf(error)})`;
  }
}

/** Text of bytes in UTF-8, or in UTF-16 as Windows PowerShell's `>` writes it; a byte order mark is not part of the text. */
export function decode(bytes: Buffer): string {
  if (bytes.length > largest) {
    throw new ConfigError('PSA_CONFIG_SYNTAX', `expected a configuration of at most ${String(largest)} bytes, found ${String(bytes.length)}`);
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0) return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError('PSA_CONFIG_SYNTAX', 'expected text in UTF-8, found bytes that are not; save the configuration as UTF-8', [], { cause: error });
  }
}

/** The value that a configuration's text stands for. */
export function parseText(text: string): unknown {
  if (text.trim() === '') {
    throw new ConfigError('PSA_CONFIG_SYNTAX', 'expected a list of entries or a map with psutil_config, found an empty configuration');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = parseYaml(text);
  }
  if (depthOver(value, deepest)) {
    throw new ConfigError('PSA_CONFIG_SYNTAX', `expected at most ${String(deepest)} maps and lists within each other, found more`);
  }
  return value;
}

/** YAML 1.2; JSON is a part of it, and its errors name the line and column. */
function parseYaml(text: string): unknown {
  // The parser calls itself at each level: refuse what would end the stack.
  if (nesting(text) > deepest * 4) {
    throw new ConfigError('PSA_CONFIG_SYNTAX', `expected at most ${String(deepest)} maps and lists within each other, found more`);
  }
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' });
  const first = document.errors[0];
  if (first !== undefined) {
    const place = first.linePos?.[0];
    const where = place === undefined ? '' : ` at line ${String(place.line)}, column ${String(place.col)}`;
    const reason = (first.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw new ConfigError('PSA_CONFIG_SYNTAX', `expected JSON or YAML, found a fault${where}: ${reason}`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigError('PSA_CONFIG_SYNTAX', `expected JSON or YAML, found a fault: ${messageOf(error)}`, [], { cause: error });
  }
}

/** The deepest run of opening brackets or of indentation in a text: an upper bound of how deep its values nest. */
function nesting(text: string): number {
  let depth = 0;
  let most = 0;
  for (const character of text) {
    if (character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  for (const line of text.split('\n')) most = Math.max(most, line.search(/[^\s-]|$/) / 2, (line.match(/(- )+/)?.[0].length ?? 0) / 2);
  return most;
}

/** Whether a value nests deeper than a limit; walks level by level, so that depth costs no stack. */
function depthOver(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? (Object.values(item) as unknown[]) : []));
  }
  return false;
}
