/** Reads LevelDB's numbers and texts one after the other; throws RangeError past the end. */
export class Bytes {
  at = 0;

  constructor(readonly data: Buffer) {}

  get done(): boolean {
    return this.at >= this.data.length;
  }

  /** A number in groups of seven bits, lowest first. */
  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.data.readUInt8(this.at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.data.length) throw new RangeError('past the end');
    const part = this.data.subarray(this.at, end);
    this.at = end;
    return part;
  }

  /** Bytes with their number before them. */
  prefixed(): Buffer {
    return this.take(this.varint());
  }
}
