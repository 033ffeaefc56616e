import type { PasswordSource } from '../model/settings.js';
import { ConfigError, messageOf } from '../model/errors.js';
import { firstBytes } from '../providers/file.js';
import { answerTimeout } from '../providers/isolation.js';

/** Turns a DPAPI blob into what was protected. */
export type Unprotect = (blob: Buffer) => Promise<Buffer>;

/**
 * The password as its source has it now. Throws ConfigError PSA_SECRET_UNAVAILABLE, which never quotes the content.
 *
 * @param timeout milliseconds that a file may take to be read.
 */
export async function readPassword(source: PasswordSource, unprotect?: Unprotect, timeout = answerTimeout): Promise<string> {
  switch (source.kind) {
    case 'plain':
      return source.password;
    case 'file':
      return await passwordFile(source.path, timeout);
    case 'environment':
      return environmentPassword(source.variable);
    case 'dpapi':
      return await unprotected(source.blob, unprotect);
  }
}

/** More than any password; a device or a wrong path is not read to its end. */
const longestFile = 64 * 1024;

async function passwordFile(path: string, timeout: number): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await firstBytes(path, longestFile + 1, timeout);
  } catch (error) {
    throw unavailable(`the password file ${path} cannot be read (${messageOf(error)}): check broker.password_file and its permissions`, error);
  }
  if (bytes.length > longestFile) throw unavailable(`the password file ${path} must have the password in its first line, and has more than 64 KiB: check broker.password_file`);
  const line = textOf(bytes, path).split(/\r\n|\r|\n/, 1)[0] ?? '';
  if (line === '') throw unavailable(`the password file ${path} must have the password in its first line, which is empty`);
  return line;
}

/** Byte order marks; Windows PowerShell writes UTF-16LE with one. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
] as const;

/** The text of a file in UTF-8 or, with a byte order mark, UTF-16. What is found instead is told by kind and place, never by value. */
function textOf(bytes: Buffer, path: string): string {
  const mark = marks.find((one) => one.bytes.every((byte, index) => bytes[index] === byte));
  const encoding = mark?.encoding ?? 'utf-8';
  const refuse = (found: string): ConfigError =>
    unavailable(`the password file ${path} must be text in UTF-8, or in UTF-16 with a byte order mark; found ${found}: write it again as UTF-8`);
  let text: string;
  try {
    // It leaves the mark out.
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw refuse(encoding === 'utf-8' ? 'bytes that are no UTF-8, as an older Windows encoding has' : `a mark of ${encoding.toUpperCase()} and bytes that are not`);
  }
  const zero = text.indexOf('\0');
  if (zero !== -1) throw refuse(mark === undefined ? 'zero bytes, as UTF-16 without a byte order mark has' : 'a zero character');
  return text;
}

function environmentPassword(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw unavailable(`the environment variable ${variable} must hold the broker's password and is ${value === '' ? 'empty' : 'not set'}`);
  }
  return value;
}

async function unprotected(blob: string, unprotect: Unprotect | undefined): Promise<string> {
  if (unprotect === undefined) {
    throw unavailable('broker.password_dpapi can be read on Windows only: use password_file or password_env here');
  }
  try {
    return (await unprotect(Buffer.from(blob, 'base64'))).toString('utf8');
  } catch (error) {
    throw unavailable(
      `broker.password_dpapi cannot be unprotected (${messageOf(error)}): protect the password again on this host, machine scope`,
      error,
    );
  }
}

function unavailable(message: string, cause?: unknown): ConfigError {
  return new ConfigError('PSA_SECRET_UNAVAILABLE', message, [], { cause });
}
