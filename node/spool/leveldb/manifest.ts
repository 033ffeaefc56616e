import { Bytes } from './bytes.js';
import { recordsOf } from './log.js';

/** What LevelDB's current files are: tables by number, with their sizes, and the oldest log that still counts. */
export interface Manifest {
  readonly tables: ReadonlyMap<number, number>;
  readonly log: number;
}

/** Adds up a MANIFEST file (google/leveldb, doc/impl.md and db/version_edit.cc). Throws RangeError where it is none. */
export function readManifest(data: Buffer): Manifest {
  const tables = new Map<number, number>();
  let log = 0;
  const fields: Readonly<Record<number, (bytes: Bytes) => void>> = {
    1: (bytes) => bytes.prefixed(),
    2: (bytes) => {
      log = bytes.varint();
    },
    3: (bytes) => bytes.varint(),
    4: (bytes) => bytes.varint(),
    5: (bytes) => {
      bytes.varint();
      bytes.prefixed();
    },
    6: (bytes) => {
      bytes.varint();
      tables.delete(bytes.varint());
    },
    7: (bytes) => {
      bytes.varint();
      tables.set(bytes.varint(), bytes.varint());
      bytes.prefixed();
      bytes.prefixed();
    },
    9: (bytes) => bytes.varint(),
  };
  for (const record of recordsOf(data)) {
    for (const bytes = new Bytes(record); !bytes.done; ) {
      const read = fields[bytes.varint()];
      if (read === undefined) throw new RangeError('no field of a manifest');
      read(bytes);
    }
  }
  return { tables, log };
}
