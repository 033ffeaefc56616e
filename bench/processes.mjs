// CPU of one table of processes that serves 100 entries, beside psutil's process_iter for the same: `npm run build`, then
// `node bench/processes.mjs [processes] [ticks]`. It starts the processes itself, and ends them.
import { execFileSync, spawn } from 'node:child_process';
import { systemClock } from '../dist/model/clock.js';
import { openProvider } from '../dist/providers/host.js';
import { SharedProvider } from '../dist/providers/shared.js';
import { openReader } from '../dist/sample/reader.js';

const [count = 1000, ticks = 10] = process.argv.slice(2).map(Number);
const entries = 100;
const subjects = Array.from({ length: count }, () => spawn('sleep', ['3600'], { stdio: 'ignore' }));
process.on('exit', () => { for (const subject of subjects) subject.kill(); });

const provider = new SharedProvider(await openProvider());
const fields = [['cpu_percent'], ['memory_info', 'rss'], ['num_threads'], ['count']];
const readers = Array.from({ length: entries }, (_, at) => openReader(provider, systemClock, {
  method: 'Process', args: { name: ['sleep', 's*', 'node', '*'][at % 4] }, select: fields[(at >> 2) % 4],
}));
const tick = () => { const due = { at: performance.now() }; return Promise.all(readers.map((reader) => reader.read(due))); };
await tick();
const before = process.cpuUsage();
for (let n = 0; n < ticks; n += 1) await tick();
const { user, system } = process.cpuUsage(before);
const ours = (user + system) / 1000 / ticks;

const program = `
import psutil, time, fnmatch
names = ["sleep", "s*", "node", "*"]
def tick():
    found = [p.info for p in psutil.process_iter(["name", "cpu_percent", "memory_info", "num_threads"])]
    for entry in range(${entries}):
        matched = [i for i in found if fnmatch.fnmatchcase(i["name"], names[entry % 4])]
        field = (entry >> 2) % 4
        if field == 0: sum(i["cpu_percent"] or 0 for i in matched)
        elif field == 1: sum(i["memory_info"].rss for i in matched if i["memory_info"])
        elif field == 2: sum(i["num_threads"] or 0 for i in matched)
        else: len(matched)
tick()
began = time.process_time()
for _ in range(${ticks}): tick()
print((time.process_time() - began) * 1000 / ${ticks})
`;
const theirs = Number(execFileSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' }));
console.log(`${count} processes, ${entries} entries: ${ours.toFixed(1)} ms of CPU a tick; psutil's process_iter and the same sums ${theirs.toFixed(1)} ms`);
process.exit(0);
