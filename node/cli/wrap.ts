import { widthOf } from '../model/width.js';

/** Columns of a line that a terminal of 80 shows whole. */
export const lineWidth = 79;
/** Columns that every terminal has. */
export const narrowest = 19;

/** The columns to fill on this terminal: at most `lineWidth`, on a narrow one what it has. */
export function terminalWidth(): number {
  return Math.max(narrowest, Math.min(lineWidth, (process.stdout.columns || lineWidth + 1) - 1));
}

/** Words in lines of at most so many columns; a longer word has a line of its own. */
export function wrapWords(words: readonly string[], width: number): string[] {
  const lines = [''];
  for (const word of words) {
    const line = lines[lines.length - 1] ?? '';
    if (line === '') lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Words behind a start; the lines below begin where they did, or near the left where that would leave them no room. */
export function hang(start: string, words: readonly string[], width: number): string[] {
  const indent = width - start.length < 20 ? Math.min(4, start.length) : start.length;
  const lines = wrapWords(words, width - indent);
  if (start.length <= indent) return lines.map((line, at) => `${at === 0 ? start.padEnd(indent) : ' '.repeat(indent)}${line}`);
  return [...indented(start, width), ...lines.map((line) => `${' '.repeat(indent)}${line}`)];
}

/** A text in lines that all begin where it does. */
function indented(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text.trimEnd()];
  const margin = /^ */.exec(text)?.[0] ?? '';
  return wrapWords(text.split(' ').filter((word) => word !== ''), width - margin.length).map((line) => margin + line);
}

/** A line for people in as many as its width wants: no word and no number is broken, and what goes on hangs below its column. */
export function wrapLine(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const table = /^.{0,32} {2,}(?=\S)/.exec(line)?.[0] ?? '';
  if (table.length >= width) return indented(line, width);
  return hang(table, line.slice(table.length).split(' ').filter((word) => word !== ''), width);
}

/**
 * The lines of a help, wrapped: `  --name  text` is a row whose further lines hang below its text, lines that begin further
 * right go on with the row above, those at the left make a paragraph, and an empty one ends it.
 */
export function wrapHelp(lines: readonly string[], width: number): string[] {
  const blocks: { start: string; words: string[] }[] = [];
  for (const line of lines) {
    const words = line.split(' ').filter((word) => word !== '');
    const row = /^ {2}\S.*?(?: {2,}|$)/.exec(line)?.[0];
    const last = blocks.at(-1);
    if (row !== undefined) blocks.push({ start: row, words: line.slice(row.length).split(' ').filter((word) => word !== '') });
    else if (words.length > 0 && last !== undefined && last.words.length > 0 && (line.startsWith(' ') || last.start === '')) last.words.push(...words);
    else blocks.push({ start: '', words });
  }
  return blocks.flatMap(({ start, words }) => hang(start, words, width));
}
