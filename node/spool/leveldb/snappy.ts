import { Bytes } from './bytes.js';

/** What Snappy compressed (google/snappy, format_description.txt). Throws RangeError where that is not what it is. */
export function decompress(data: Buffer): Buffer {
  const input = new Bytes(data);
  const length = input.varint();
  // Snappy does not compress better than this: a damaged length must not take the memory.
  if (length > data.length * 64 + 64) throw new RangeError('not a length');
  const output = Buffer.alloc(length);
  let filled = 0;
  while (!input.done) {
    const tag = input.data.readUInt8(input.at++);
    if ((tag & 3) === 0) {
      const short = tag >> 2;
      const literal = input.take(1 + (short < 60 ? short : fixed(input, short - 59)));
      if (filled + literal.length > length) throw new RangeError('too long');
      filled += literal.copy(output, filled);
      continue;
    }
    const near = (tag & 3) === 1;
    const count = near ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = near ? (tag >> 5) * 256 + fixed(input, 1) : fixed(input, (tag & 3) === 2 ? 2 : 4);
    if (offset === 0 || offset > filled || filled + count > length) throw new RangeError('not a copy');
    // Byte by byte: a copy may reach into what it writes.
    for (let index = 0; index < count; index += 1, filled += 1) output[filled] = output[filled - offset] ?? 0;
  }
  if (filled !== length) throw new RangeError('too short');
  return output;
}

function fixed(input: Bytes, size: number): number {
  return input.take(size).readUIntLE(0, size);
}
