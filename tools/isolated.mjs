// Runs Node where there is no network but this machine's own: `node tools/isolated.mjs [--interface NAME] [words for node]`. What is tested
// there cannot fetch anything on the way, and sees no connection of others. `--interface`: beside the loopback one there is another,
// which leads nowhere, where this kernel can make one. Needs root, or leave to make user namespaces.
import { spawnSync } from 'node:child_process';

const flags = process.getuid?.() === 0 ? '-n' : '-rn';
const given = process.argv.slice(2);
const [name] = given[0] === '--interface' ? given.splice(0, 2).slice(1) : [];
const other = name === undefined ? '' : `{ ip link add ${name} type veth peer name peer && ip address add 192.0.2.1/24 dev ${name} && ip link set ${name} up && ip link set peer up; } >&2;`;
const unshare = (line, options) => spawnSync('unshare', [flags, 'sh', '-c', `ip link set lo up && ${line}`, process.execPath, ...given], options);
const trial = unshare('true', { encoding: 'utf8' });
if (trial.status !== 0) {
  console.error(`The network cannot be cut off: ${trial.error?.message ?? trial.stderr} The tests need the Debian packages util-linux and ` +
    'iproute2, and leave to make network namespaces (root, or user namespaces).');
  process.exit(5);
}
process.exit(unshare(`${other} exec "$0" "$@"`, { stdio: 'inherit' }).status ?? 1);
