import { cpus, loadavg } from 'node:os';

/** What is to run on each core of this machine, not of those alone that this process may run on. */
export const loadPerCore = (): number => (loadavg()[0] ?? 0) / cpus().length;
