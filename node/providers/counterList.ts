import { PlatformError } from '../model/errors.js';

/** An object of Windows' performance counters and what it has now, by English names. */
export interface CounterObject {
  readonly object: string;
  readonly counters: readonly string[];
  /** Empty where it has none, or none just now. */
  readonly instances: readonly string[];
}

/** Which performance counters a host has. */
export interface CounterList {
  /** The names of all objects. Throws UnavailableError. */
  objects(): Promise<readonly string[]>;
  /** What an object has. Throws UnavailableError, also where there is no such object. */
  items(object: string): Promise<CounterObject>;
  /** Why a path of the form that the catalog asks for has no value now, in a sentence; undefined where it has. */
  fault(path: string): Promise<string | undefined>;
  close(): void;
}

/** The counters of this host. Throws PlatformError anywhere but on Windows. */
export async function openCounterList(): Promise<CounterList> {
  if (process.platform === 'win32') return (await import('./windows/counterList.js')).openWindowsCounterList();
  throw new PlatformError('PSA_PLATFORM', `expected Windows, which alone has performance counters, found ${process.platform}; run this on the Windows host`);
}
