/** Reads a configuration's text: JSON or YAML, in whatever encoding Windows wrote it. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CORE_SCHEMA, load, YAMLException } from 'js-yaml';
import { display } from '../model/display.js';
import { decodeText, EncodingError } from '../model/encoding.js';
import { ConfigError, messageOf, systemCode } from '../model/errors.js';
import { limits } from './limits.js';

/** A configuration file's name in a message; `-` is standard input. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : display(path, 300);
}

/** The value that a file, or standard input for `-`, stands for. Throws ConfigError, its message naming the file. */
export function readDocument(path: string): unknown {
  try {
    return parseText(decodeText(readBytes(path)));
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'PSA_CONFIG_NOT_FOUND') throw error;
    if (!(error instanceof ConfigError || error instanceof EncodingError)) throw error;
    throw new ConfigError('PSA_CONFIG_SYNTAX', `${nameOf(path)}: ${error.message}`, [], { cause: error });
  }
}

const firstRead = 64 * 1024;

/** The bytes of a file, never more than the limit whatever the file is. */
function readBytes(path: string): Buffer {
  let file = 0;
  try {
    if (path !== '-') file = openSync(path, 'r');
    if (fstatSync(file).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return readBounded(file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError('PSA_CONFIG_NOT_FOUND', unreadable(nameOf(path), error), [], { cause: error });
  } finally {
    if (file !== 0) closeSync(file);
  }
}

function readBounded(file: number): Buffer {
  // No larger than what is read: a block of megabytes, once freed, has glibc keep as much of the heap for ever.
  let bytes = Buffer.allocUnsafe(Math.min(firstRead, limits.bytes + 1));
  let length = 0;
  while (length <= limits.bytes) {
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length, limits.bytes + 1));
    const count = readSome(file, bytes, length);
    if (count === 0) return bytes.subarray(0, length);
    length += count;
  }
  throw syntaxError(`expected a configuration of at most ${String(limits.bytes)} bytes, found more`);
}

/** Standard input may be a pipe whose writer is not ready (EAGAIN), and on Windows ends with EOF. */
function readSome(file: number, bytes: Buffer, offset: number): number {
  for (;;) {
    try {
      return readSync(file, bytes, offset, bytes.length - offset, null);
    } catch (error) {
      if (systemCode(error) === 'EOF') return 0;
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function unreadable(name: string, error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `${name}: expected a configuration file, found none; check the path`;
    case 'EISDIR':
      return `${name}: expected a configuration file, found a folder; name the file in it`;
    case 'EACCES':
    case 'EPERM':
      return `${name}: the configuration file may not be read by this user; grant it read access`;
    default:
      return `${name}: the configuration file cannot be read (${display(messageOf(error))})`;
  }
}

function syntaxError(message: string, cause?: unknown): ConfigError {
  return new ConfigError('PSA_CONFIG_SYNTAX', message, [], { cause });
}

const tooDeep = `expected at most ${String(limits.depth)} maps and lists within each other, found more`;
const tooMuch = `expected at most ${String(limits.values)} values and ${String(limits.bytes)} characters, aliases counted as what they stand for, found more`;
const empty = 'expected a list of entries or a map with psutil_config, found an empty configuration';

/** The value that a configuration's text stands for: a tree, whatever its aliases say. Throws ConfigError PSA_CONFIG_SYNTAX. */
export function parseText(text: string): unknown {
  if (text.trim() === '') throw syntaxError(empty);
  if (separators(text) > limits.separators) {
    throw syntaxError(`expected at most ${String(limits.separators)} lines, commas and opening brackets, found more`);
  }
  const json = treeOfJson(text);
  if (json !== undefined) return json;
  let value: unknown;
  try {
    // YAML 1.2, of which JSON is a part; the same key twice is an error in both.
    value = load(text, { schema: CORE_SCHEMA, maxDepth: limits.depth + 1, maxAliases: limits.aliases });
  } catch (error) {
    if (error instanceof YAMLException) throw syntaxError(sentenceOf(error), error);
    throw error;
  }
  return treeOf(value, newWalk());
}

/** Characters that JSON takes and YAML does not. */
const noYaml = /[\x7f-\x9f\ufffe\uffff]/;

/** The value of a text that is a map or a list in JSON, as YAML has it, in a tenth of its time and without its code being loaded; undefined for any other text. */
function treeOfJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || noYaml.test(text)) return undefined;
  const walk = newWalk();
  const tree = treeOf(value, walk);
  // A number too large for one is text in YAML. The same key twice, of which JSON.parse takes the last: YAML says where.
  return walk.finite && walk.keys === keysIn(text) ? tree : undefined;
}

/** How many keys a text in JSON has. */
function keysIn(text: string): number {
  let count = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // " \ :
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c) at++;
    else if (code === 0x3a && !quoted) count++;
  }
  return count;
}

function separators(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // \n , [ {
    if (code === 0x0a || code === 0x2c || code === 0x5b || code === 0x7b) count++;
  }
  return count;
}

/** What the parser says of a fault, by the first words of it; it quotes the document, which may be a password. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^nesting exceeded/, tooDeep],
  [/^aliases exceeded/, `expected at most ${String(limits.aliases)} aliases (*name), found more`],
  [/input is empty/, empty],
  [/single document/, 'expected one document, found several, which --- separates'],
  [/duplicated mapping key/, 'the same key twice in one map; keep one of them'],
  [/unidentified alias|alias node/, 'an alias (*name) whose anchor (&name) is not there; quote text that begins with *'],
  [/\btag\b/, 'a tag (!name) that means nothing here; quote text that begins with !'],
  [/complex keys/, 'a key that is a map or a list; keys are text'],
  [/tab characters/, 'a tab where YAML wants spaces to indent'],
  [/non-printable|valid JSON character/, 'a control character'],
];

function sentenceOf(error: YAMLException): string {
  const { reason, mark } = error;
  const meaning = meanings.find(([pattern]) => pattern.test(reason))?.[1];
  if (meaning?.startsWith('expected')) return meaning;
  const where = mark === undefined ? '' : ` at line ${String(mark.line + 1)}, column ${String(mark.column + 1)}`;
  const generic = /["<`]/.test(reason) ? 'text that is neither' : display(reason);
  return `expected JSON or YAML, found a fault${where}: ${meaning ?? generic}`;
}

/** What a walk may still take, and the maps and lists that it stands in. */
interface Walk {
  values: number;
  characters: number;
  readonly above: object[];
  /** Keys that it has passed. */
  keys: number;
  /** Each number that it has passed is. */
  finite: boolean;
}

function newWalk(): Walk {
  return { values: limits.values, characters: limits.bytes, above: [], keys: 0, finite: true };
}

/** A copy that shares nothing: an alias stands for its own copy, and one that refers to what it stands in is refused. */
function treeOf(value: unknown, walk: Walk): unknown {
  walk.values--;
  if (typeof value === 'string') walk.characters -= value.length;
  else if (typeof value === 'number') walk.finite &&= Number.isFinite(value);
  if (walk.values < 0 || walk.characters < 0) throw syntaxError(tooMuch);
  if (typeof value !== 'object' || value === null) return value;
  if (walk.above.includes(value)) throw syntaxError('expected maps and lists that end, found an alias (*name) to a map or list that it stands in itself');
  if (walk.above.length >= limits.depth) throw syntaxError(tooDeep);
  walk.above.push(value);
  const copy: unknown = Array.isArray(value)
    ? value.map((item) => treeOf(item, walk))
    : Object.fromEntries(Object.entries(value).map(([key, item]) => {
      walk.characters -= key.length;
      walk.keys++;
      return [key, treeOf(item, walk)];
    }));
  walk.above.pop();
  return copy;
}
