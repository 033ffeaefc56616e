/** The columns that text takes on a terminal. */

/*
 * These stand in functions: V8 reads Unicode's tables, half a megabyte of them, where such an expression is made, and most processes measure nothing
 * but ASCII.
 */
/** East Asian wide and fullwidth, and emoji: two columns. */
const isWide = (character: string): boolean => /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u.test(character);
/** Marks upon the character before, vowels within a Korean syllable. */
const isNone = (character: string): boolean => /[\p{Mn}\p{Me}\u1160-\u11ff]/u.test(character);
const ascii = /^[ -~]*$/;

/** The columns of a text without control characters (model/display escapes those). */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  return isWide(character) ? 2 : isNone(character) ? 0 : 1;
}

/** The text in exactly so many columns: filled up with blanks, or cut and ended by `mark`, which takes one column. */
export function fit(text: string, width: number, mark: string): string {
  const has = widthOf(text);
  if (has <= width) return text + ' '.repeat(width - has);
  let [shown, left] = ['', width - 1];
  for (const character of text) {
    const columns = columnsOf(character);
    if (columns > left) break;
    shown += character;
    left -= columns;
  }
  return `${shown}${mark}${' '.repeat(Math.max(0, left))}`;
}

/** The text in lines of at most so many columns, broken between words; a longer word is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (widthOf(line) + columnsOf(character) > width && line !== '') {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return [...lines, line];
}
