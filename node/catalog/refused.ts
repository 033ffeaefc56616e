/** What psutil has and a configuration may not ask for, with the reason. */
export interface Refusal {
  readonly name: string;
  readonly reason: string;
}

const acts = 'it acts on a process, and a configuration only reads';
const changes = 'it changes what it is called on, and a configuration only reads';
const helper = 'it is a helper of Python programs and measures nothing';

/** Functions and classes of the module. */
export const refusedFunctions: readonly Refusal[] = [
  { name: 'Popen', reason: 'it starts a process, and a configuration only reads' },
  { name: 'wait_procs', reason: 'it waits for processes to end; ask Process for count instead' },
  { name: 'heap_info', reason: 'it tells of the heap of the calling program alone, which would be the collector; ask Process with self instead' },
  { name: 'heap_trim', reason: changes },
  { name: 'test', reason: helper },
  { name: 'bytes2human', reason: helper },
  { name: 'set_procfs_path', reason: changes },
];

/** Attributes of Process. */
export const refusedReads: readonly Refusal[] = [
  ...['suspend', 'resume', 'terminate', 'kill', 'send_signal'].map((name) => ({ name, reason: acts })),
  { name: 'wait', reason: 'it waits for the process to end; ask for count instead' },
  { name: 'environ', reason: 'environments hold passwords, and none of it is a number' },
  { name: 'rlimit', reason: `with one argument more ${changes}` },
  { name: 'memory_full_info', reason: 'psutil has deprecated it; ask for memory_footprint and memory_info' },
  { name: 'connections', reason: 'psutil has deprecated it; ask for net_connections' },
  { name: 'parent', reason: 'it is a process and no number; ask for ppid' },
  { name: 'parents', reason: 'they are processes and no number; ask for ppid' },
  { name: 'as_dict', reason: 'every read is a field of its own here' },
  { name: 'oneshot', reason: 'all reads due together share one snapshot by themselves' },
  { name: 'info', reason: 'psutil has deprecated it, and every read is a field of its own here' },
  { name: 'attrs', reason: 'every read is a field of its own here' },
];

/** Why psutil's function of that name, or `Process.read`, is refused; undefined where it is not. */
export function refusalOf(name: string): string | undefined {
  const [, read] = /^Process\.(.*)$/.exec(name) ?? [];
  return (read === undefined ? refusedFunctions : refusedReads).find((refusal) => refusal.name === (read ?? name))?.reason;
}
