/** Bytes that are no text in an encoding that is read; the message says what was found, never more of it than a byte order mark or one byte. */
export class EncodingError extends Error {}

const expected = 'expected text in UTF-8, or in UTF-16 with its byte order mark';
const utf32 = [[0xff, 0xfe, 0, 0], [0, 0, 0xfe, 0xff]];

/**
 * Text of bytes in UTF-8, or in UTF-16 as Windows PowerShell 5.1 and Notepad write it (byte order mark FF FE or FE FF);
 * the mark is no part of the text. Throws EncodingError for all else.
 */
export function decodeText(bytes: Uint8Array): string {
  const begins = (...mark: number[]): boolean => mark.every((byte, at) => bytes[at] === byte);
  for (const mark of utf32) if (begins(...mark)) throw new EncodingError(`${expected}, found the bytes ${hex(mark)} of UTF-32`);
  const encoding = begins(0xff, 0xfe) ? 'utf-16le' : begins(0xfe, 0xff) ? 'utf-16be' : 'utf-8';
  let text: string;
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new EncodingError(`${expected}, found ${encoding === 'utf-8' ? oddByte(bytes) : 'UTF-16 that is cut off or damaged'}`);
  }
  const nul = text.indexOf('\0');
  if (nul === -1) return text;
  throw new EncodingError(`${expected}, found the byte 00 at offset ${String(Buffer.byteLength(text.slice(0, nul)))}, as UTF-16 without its mark or a binary file has it`);
}

/** The first byte that UTF-8 cannot have where it stands. */
function oddByte(bytes: Uint8Array): string {
  const replaced = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  const at = bytes.findIndex((byte, index) => byte !== replaced[index]);
  return `the byte ${hex([bytes[at] ?? 0])} at offset ${String(at)}; save the file as UTF-8`;
}

function hex(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

/** The numbers of a buffer, for much that is written or read: Buffer's own ways check and allocate more than they move. */
export function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** What Buffer's `write` itself calls. */
interface TextWriter {
  utf8Write(text: string, at: number, most: number): number;
}

/** Writes text into a buffer in UTF-8, as far as there is room; gives the bytes. Buffer's own `write` takes twice the time, to check a place that is known to be good. */
export function writeText(into: Buffer, text: string, at: number): number {
  return (into as unknown as TextWriter).utf8Write(text, at, into.length - at);
}
