// `npm start`: installs, builds and runs the example, with nothing done beforehand and no broker.
import { spawn } from 'node:child_process';
import { installPackages, root } from './dependencies.mjs';

installPackages();
console.error('Building ...');
await import('./build.mjs');
const words = ['dist/cli/launcher.cjs', 'run', '--config', 'examples/monitor.yaml', '--output', 'stdout', ...process.argv.slice(2)];
const child = spawn(process.execPath, words, { cwd: root, stdio: 'inherit' });
// The collector ends itself in order: a terminal sends it the signal too, a supervisor only sends it here.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
