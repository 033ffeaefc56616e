/** A structure in memory: members at the offsets of its layout, 4 bytes for a number and 8 for a bigint. */
export function structure<L extends { readonly size: number }>(layout: L, values: Partial<Record<keyof L, number | bigint>>): Buffer {
  const buffer = Buffer.alloc(layout.size);
  for (const [member, value] of Object.entries(values)) {
    const offset = layout[member as keyof L] as number;
    if (typeof value === 'bigint') buffer.writeBigUInt64LE(value, offset);
    else buffer.writeUInt32LE(value as number, offset);
  }
  return buffer;
}
