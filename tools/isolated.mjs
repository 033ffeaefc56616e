// Runs Node where there is no network but this machine's own: `node tools/isolated.mjs [words for node]`. What is tested
// there cannot fetch anything on the way. Needs root, or leave to make user namespaces.
import { spawnSync } from 'node:child_process';

const flags = process.getuid?.() === 0 ? '-n' : '-rn';
const unshare = (line, options) => spawnSync('unshare', [flags, 'sh', '-c', `ip link set lo up && ${line}`, process.execPath, ...process.argv.slice(2)], options);
const trial = unshare('true', { encoding: 'utf8' });
if (trial.status !== 0) {
  console.error(`The network cannot be cut off: ${trial.error?.message ?? trial.stderr} The tests need the Debian packages util-linux and ` +
    'iproute2, and leave to make network namespaces (root, or user namespaces).');
  process.exit(5);
}
process.exit(unshare('exec "$0" "$@"', { stdio: 'inherit' }).status ?? 1);
