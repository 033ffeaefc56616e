import { readFile } from 'node:fs/promises';
import type { PasswordSource } from '../model/settings.js';
import { ConfigError, messageOf } from '../model/errors.js';

/** Turns a DPAPI blob into what was protected. */
export type Unprotect = (blob: Buffer) => Promise<Buffer>;

/** The password as its source has it now. Throws ConfigError PSA_SECRET_UNAVAILABLE, which never quotes the content. */
export async function readPassword(source: PasswordSource, unprotect?: Unprotect): Promise<string> {
  switch (source.kind) {
    case 'plain':
      return source.password;
    case 'file':
      return await passwordFile(source.path);
    case 'environment':
      return environmentPassword(source.variable);
    case 'dpapi':
      return await unprotected(source.blob, unprotect);
  }
}

async function passwordFile(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unavailable(`the password file ${path} cannot be read (${messageOf(error)}): check broker.password_file and its permissions`, error);
  }
  const line = text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] ?? '';
  if (line === '') throw unavailable(`the password file ${path} must have the password in its first line, which is empty`);
  return line;
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
