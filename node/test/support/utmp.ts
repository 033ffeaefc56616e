/** What a test puts into a login record. `type` 7 is a user's session. */
export interface LoginRecord {
  readonly type: number;
  readonly user: string;
  readonly line: string;
  readonly host: string;
  readonly pid: number;
  /** Seconds since 1970. */
  readonly started: number;
}

/** One record of utmp(5) as x64 or arm64 writes it. */
export function utmpRecord(record: LoginRecord, architecture: string = process.arch): Buffer {
  const wide = architecture === 'arm64';
  const bytes = Buffer.alloc(wide ? 400 : 384);
  bytes.writeInt16LE(record.type, 0);
  bytes.writeInt32LE(record.pid, 4);
  bytes.write(record.line, 8, 32);
  bytes.write(record.user, 44, 32);
  bytes.write(record.host, 76, 256);
  if (wide) bytes.writeBigInt64LE(BigInt(record.started), 344);
  else bytes.writeInt32LE(record.started, 340);
  return bytes;
}
