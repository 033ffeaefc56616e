/** docs/states.md, made of what was printed. */
import type { Views } from './collector.js';

/** One state: what a person calls it, what was done to bring it about, and what was seen. */
export interface SeenState {
  readonly title: string;
  readonly how: string;
  readonly views: Views;
  /** Which lines of the log tell of it. */
  readonly logged: RegExp;
  /** As PowerShell shows it. */
  readonly monitor: string;
}

const introduction = `# What you see when something is wrong

For each state of a monitor: what \`psutil-agent status\` says first, the line of psutil.log that tells of it, what \`Get-PsutilMonitor\` shows in State
and Summary, and what \`psutil-agent doctor\` (\`Test-PsutilMonitor\`) finds beside what is in order. Written by
node/test/states/states.system.test.ts, which brings each state about with a real RabbitMQ, real disks and the command as it is, and
holds this page to what was printed. Numbers, times, ports and folders of that run are replaced: N, T, 5672, /data. What to do:
[troubleshooting.md](troubleshooting.md).
`;

/** Volatile words as they stand on the page. `folders`: what is written for them. */
export function stable(text: string, folders: Readonly<Record<string, string>>): string {
  let line = text;
  for (const [folder, name] of Object.entries(folders)) line = line.replaceAll(folder, name);
  return line
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T').replace(/\b\d\d:\d\d\b/g, 'T')
    // A name server that says no, and one that only has no answer.
    .replaceAll('EAI_AGAIN', 'ENOTFOUND')
    .replace(/(localhost|127\.0\.0\.1):\d+/g, '$1:5672')
    .replace(/\bpid \d+|process \d+/g, (word) => word.replace(/\d+/, 'N'))
    // What is being tried at that moment differs from one look to the next.
    .replace(/; (a (connection|channel) to \S+ is being opened|the name "[^"]*" is being resolved)/g, '; again in N s')
    .replace(/[\d,]+(?= (kept|samples|unsent))/g, 'N').replace(/\d+\.\d s\b/g, 'N s').replace(/\d+(\.\d)? [KMG]iB/g, 'N MiB');
}

/** The page. */
export function pageOf(states: readonly SeenState[], folders: Readonly<Record<string, string>>): string {
  const cell = (text: string): string => stable(text, folders).replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const sections = states.map(({ title, how, views, logged, monitor }) => [
    `## ${title}`, '', how, '', '| view | says |', '|---|---|',
    `| status | ${cell(views.status.split('\n', 1)[0] ?? '')} |`,
    `| log | ${[...new Set(views.log.filter((line) => logged.test(line)).map(cell))].join('<br>')} |`,
    `| Get-PsutilMonitor | ${cell(monitor)} |`,
    `| doctor | ${views.doctor.length === 0 ? 'no faults, no warnings' : views.doctor.map(cell).join('<br>')} |`, '',
  ].join('\n'));
  return [introduction, ...sections].join('\n');
}
