/** Files that may lie on a network drive. */
import { open } from 'node:fs/promises';
import { isolation } from './isolation.js';

const chunkSize = 64 * 1024;

/**
 * The first bytes of a file, at most so many: a device, or a path to the wrong file, is not read to its end. A drive that does
 * not answer holds up nothing but this caller.
 *
 * @param timeout milliseconds that this caller waits for it.
 * @throws UnavailableError where it has not answered by then; the system's error where it cannot be read.
 */
export function firstBytes(path: string, most: number, timeout: number): Promise<Buffer> {
  return isolation.run(`The file ${path}`, timeout, () => readBytes(path, most), `${path} ${String(most)}`);
}

async function readBytes(path: string, most: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    for (let left = most; left > 0; ) {
      const chunk = Buffer.alloc(Math.min(chunkSize, left));
      const { bytesRead } = await file.read(chunk, 0, chunk.length);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      left -= bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
