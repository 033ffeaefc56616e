/** What psutil functions take and give, as JSON values. */

/** A value of one argument. */
export type ArgumentValue = string | number | boolean | null;

/** Keyword arguments by psutil's names. */
export type Arguments = Readonly<Record<string, ArgumentValue>>;

/**
 * What a function returns: a number, a map of fields, a list, a map of maps.
 * `null` stands where psutil would return None; what the system cannot tell is absent.
 */
export type Result = number | string | boolean | null | readonly Result[] | { readonly [key: string]: Result };

/** A named tuple of psutil's: fields and their values. */
export type Fields = Readonly<Record<string, number>>;

/** The operating systems that the collector answers on, by Node's names. */
export type Platform = 'win32' | 'linux';
