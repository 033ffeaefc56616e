// Tests of what is delivered run where there is no network but this machine's own: nothing can be fetched on the way.
import { spawnSync } from 'node:child_process';
import { windowsParts } from '../tools/windows/prefix.mjs';
import { buildHost } from './host/build.mjs';

const isolated = 'PSUTIL_AGENT_ISOLATED';

/**
 * Cuts this program off from the network: fetches what the tests need, runs the program anew in a network namespace of
 * its own (Linux), and exits as that did. Returns in the program that is cut off.
 */
export async function cutOffNetwork() {
  if (process.env[isolated] !== undefined) return;
  await windowsParts();
  await buildHost({ rid: 'win-x64', log: (line) => console.error(line) });
  const flags = process.getuid?.() === 0 ? '-n' : '-rn';
  const unshare = (line, options) => spawnSync('unshare', [flags, 'sh', '-c', `ip link set lo up && ${line}`, process.execPath, ...process.argv.slice(1)], options);
  const trial = unshare('true', { encoding: 'utf8' });
  if (trial.status !== 0) {
    throw new Error(`The network cannot be cut off: ${trial.error?.message ?? trial.stderr} The tests need the Debian packages util-linux and ` +
      'iproute2, and leave to make network namespaces (root, or user namespaces).');
  }
  const { status } = unshare('exec "$0" "$@"', { stdio: 'inherit', env: { ...process.env, [isolated]: '1' } });
  process.exit(status ?? 1);
}
