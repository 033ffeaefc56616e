/** Values that are or may be secrets, and what a message says in their place. */
import { display } from '../model/display.js';
import { nearest } from './nearest.js';

const words = /password|passwd|passwort|passphrase|passcode|^pass$|pwd|secret|token|credential|kennwort|api_?key|private_?key/i;

/** Whether a key holds a secret by its name, or by a name that is nearly one (`passwrd`). */
export function isSecret(key: string): boolean {
  return words.test(key) || nearest(key, ['password', 'passphrase', 'secret', 'password_file', 'password_dpapi']) !== undefined;
}

/** Text with what follows a secret's name in it left out: `password:hunter2` is what a forgotten blank makes of a key. */
function withoutSecrets(text: string): string {
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}_-]{3,40}/gu)) {
    const end = index + word.length;
    if (isSecret(word) && /\S/.test(text.slice(end))) return `${text.slice(0, end)}***`;
  }
  return text;
}

/** A key as a message may show it, with at most so many characters. */
export function showKey(key: string, limit = 60): string {
  return display(withoutSecrets(key.slice(0, 1000)), limit);
}

/** A value as a message may show it: text and numbers shortened and without secrets, of a map or a list its kind alone. */
export function show(value: unknown, limit?: number): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return `"${showKey(value, limit)}"`;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return Array.isArray(value) ? `a list of ${String(value.length)}` : 'a map';
  }
}

/** As `show`, for the value at a JSON pointer: below a secret's key its kind alone. */
export function showAt(pointer: string, value: unknown, limit?: number): string {
  if (!pointer.split('/').some(isSecret)) return show(value, limit);
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'a number' : show(value);
}
