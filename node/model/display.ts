/** Text from outside (configurations, names, brokers' and the system's words) as people may see it. */

/** What would steer a terminal, forge a line or reorder it: controls, format characters (bidi, zero width), separators, lone surrogates. */
const steers = (character: string): boolean => !/[ -~]/.test(character) && /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character);
const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const mask = '***';

/**
 * Text from outside, safe to show on one line: secrets of URLs and of `password=...` masked, characters that steer a terminal
 * written as `\u001b`, cut to `limit` code points (`...` at its end then). Whatever is shown of a value goes through here once.
 */
export function display(text: string, limit = 120): string {
  // Enough to fill the limit, and a bound on the work; a secret that is cut in half is masked all the same.
  const seen = text.slice(0, limit * 8);
  const shown: string[] = [];
  for (const character of maskSecrets(seen, seen.length < text.length)) {
    if (steers(character)) shown.push(...escape(character));
    else shown.push(character);
  }
  if (shown.length <= limit && seen.length === text.length) return shown.join('');
  return `${shown.slice(0, Math.max(0, limit - 3)).join('')}...`;
}

/** The characters that stand for one that is not shown. */
function escape(character: string): string[] {
  return (names[character] ?? character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)).split('');
}

/** `amqp://user:secret@host`, `user:secret@host` and `password=secret` without their secrets. */
function maskSecrets(text: string, cut: boolean): string {
  const words = text.split(/(\s+)/);
  const masked = words.map((word, index) => maskWord(word, cut && index === words.length - 1)).join('')
    // The rest of a secret that has spaces in it.
    .replace(/:\*{3}\s[^]*@/, `:${mask}@`);
  // V8 reads Unicode's tables for an expression that takes either case.
  return !masked.includes('=') ? masked : masked.replace(/(?<![^\W_])(pass\w{0,20}|pwd|secret|token)=[^\s&;]+/gi, `$1=${mask}`);
}

/** One word; `open` where the text was cut and the word may go on. */
function maskWord(word: string, open: boolean): string {
  const scheme = word.indexOf('://');
  const begin = scheme === -1 ? wordStart(word) : scheme + 3;
  const colon = word.indexOf(':', begin);
  const at = word.lastIndexOf('@');
  if (at > begin && (scheme !== -1 || (colon !== -1 && colon < at))) return `${word.slice(0, begin)}${mask}${word.slice(at)}`;
  if (colon === -1) return word;
  if (open) return `${word.slice(0, colon + 1)}${mask}`;
  // `amqp://user:secret`, the host forgotten or after a space: what follows the colon is no port.
  const forgotten = scheme !== -1 && word[begin] !== '[' && !/^\d*(?:\W|$)/.test(word.slice(colon + 1));
  return forgotten ? `${word.slice(0, colon + 1)}${mask}` : word;
}

/** Where a word's text begins, after quotes and brackets. */
function wordStart(word: string): number {
  return Math.max(0, word.search(/[^"'`([{<]/));
}
