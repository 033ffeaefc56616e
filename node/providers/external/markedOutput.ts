import { Writable, type Readable } from 'node:stream';

/**
 * What a stream of text gives between two marks, without the blanks around it; what comes later is left in the stream.
 *
 * node-powershell's own looks for the second mark only in the last 17 bytes of output that comes as one piece, and Windows ends its
 * lines with two bytes more: on a busy machine, where the lines are not read as they are written, it waits for ever.
 */
export function betweenMarks(stream: Readable, mark: string): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: string[] = [];
    let marks = 0;
    /** Where a mark may have begun. */
    let tail = '';
    const reader = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        chunks.push(chunk);
        const text = tail + chunk;
        marks += text.split(mark).length - 1;
        tail = text.slice(1 - mark.length);
        if (marks >= 2) {
          stream.unpipe(reader);
          resolve(Buffer.from((chunks.join('').split(mark)[1] ?? '').trim(), 'utf8'));
        }
        done();
      },
    });
    stream.pipe(reader);
  });
}
