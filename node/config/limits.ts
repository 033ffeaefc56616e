/**
 * What bounds the work that any document can ask for; each fault that one of them causes states it. They are far above
 * what 10,000 entries need (1 MB, 90,000 values; the deepest setting is at 6) and keep an answer within a second or two.
 */
export const limits = {
  /** Bytes of a configuration; characters of its texts, where an alias counts as what it stands for. */
  bytes: 4 * 1024 * 1024,
  /** Lines, commas and opening brackets of a configuration, without which there are no values: counted before it is parsed. */
  separators: 500_000,
  /** Maps and lists within each other. */
  depth: 64,
  /** Values in all: texts, numbers, maps, lists; an alias counts as what it stands for. */
  values: 200_000,
  /** Aliases (`*name`) of a YAML document. */
  aliases: 1000,
  /** Bytes of UTF-8 in an AMQP short string. */
  shortString: 255,
  /** Entries of psutil_config. */
  entries: 20_000,
  /** Faults and warnings that are told one by one. */
  faults: 100,
} as const;
