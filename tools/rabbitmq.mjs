// Another RabbitMQ for the tests than Debian's of this machine, with its own Erlang, in a folder of its own (build/rabbitmq/SUITE):
//   PSUTIL_AGENT_RABBITMQ=$(node tools/rabbitmq.mjs trixie) npm test -- transport      RabbitMQ 4.0 of Debian 13
//   PSUTIL_AGENT_RABBITMQ=$(node tools/rabbitmq.mjs sid) npm test -- transport         what Debian unstable has
// Takes apt and root, about 80 MB, and installs nothing on this machine. Prints the folder with its commands.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const suite = process.argv[2] ?? '';
if (!/^[a-z][a-z-]*$/.test(suite)) fail(2, 'expected a Debian suite, such as trixie or sid: node tools/rabbitmq.mjs SUITE');
const home = join(dirname(dirname(fileURLToPath(import.meta.url))), 'build/rabbitmq', suite);
const bin = join(home, 'bin');
if (!existsSync(bin)) make();
console.log(bin);

function make() {
  if (process.getuid?.() !== 0) fail(5, 'RabbitMQ runs there in a root directory of its own, which takes root');
  rmSync(home, { recursive: true, force: true });
  const at = (...names) => join(home, ...names);
  for (const folder of ['lists/partial', 'archives/partial', 'root']) mkdirSync(at(folder), { recursive: true });
  // Nothing counts as installed there, so that everything is fetched that it needs.
  writeFileSync(at('status'), '');
  writeFileSync(at('sources.list'), `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror()} ${suite} main\n`);
  const options = {
    'Dir::Etc::SourceList': at('sources.list'), 'Dir::Etc::SourceParts': '/dev/null', 'Dir::State': home, 'Dir::State::Lists': at('lists'), 'Dir::State::Status': at('status'),
    'Dir::Cache': home, 'Dir::Cache::Archives': at('archives'), 'APT::Install-Recommends': 'false', 'APT::Sandbox::User': 'root', 'Acquire::Languages': 'none', 'Debug::NoLocking': '1',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', ...words, '-qq', 'update');
  // Beside it what its scripts call and every Debian has.
  run('apt-get', ...words, '-qq', '-y', '--download-only', 'install', 'rabbitmq-server', 'base-files', 'bash', 'coreutils', 'dash', 'findutils', 'gawk', 'grep', 'hostname', 'procps', 'sed', 'util-linux');
  for (const name of readdirSync(at('archives')).filter((file) => file.endsWith('.deb'))) run('dpkg', '-x', at('archives', name), at('root'));
  for (const name of ['passwd', 'group', 'hosts']) copyFileSync(`/etc/${name}`, at('root/etc', name));
  for (const name of ['archives', 'lists']) rmSync(at(name), { recursive: true });
  // The bind mounts are seen by it alone and end with it; the process stays the one that was started.
  const script = (command) => `#!/bin/sh
exec unshare --mount --propagation private sh -c '
  root=$0
  mount --bind /tmp "$root/tmp" && mount --rbind /dev "$root/dev" && mount -t proc proc "$root/proc" || exit 1
  exec chroot "$root" /usr/lib/rabbitmq/bin/${command} "$@"' '${at('root')}' "$@"
`;
  mkdirSync(bin);
  for (const command of ['rabbitmq-server', 'rabbitmqctl']) {
    writeFileSync(join(bin, command), script(command));
    chmodSync(join(bin, command), 0o755);
  }
}

/** The mirror that this machine's apt asks. */
function mirror() {
  for (const file of ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list']) {
    const found = existsSync(file) && /^(?:URIs:|deb(?: \[[^\]]*\])?)\s+(\S+)/m.exec(readFileSync(file, 'utf8'));
    if (found) return found[1];
  }
  return fail(5, 'apt has no sources of Debian here');
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  rmSync(bin, { recursive: true, force: true });
  fail(5, `${command} failed: RabbitMQ of ${suite} is not to be had here`);
}

function fail(code, message) {
  console.error(message);
  process.exit(code);
}
