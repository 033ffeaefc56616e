// What the tests need from the machine: Debian packages and the .NET SDK.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Debian packages by what they bring; tmux shows the live table to a test as a terminal would, chromium-headless-shell the report as a
 * reader's browser, for two thirds of what chromium takes to install and of CPU time; unshare and ip leave the tests of what is delivered no
 * network but this machine; collectd and its amqp plugin are what `npm run bench` compares with.
 */
const packages = {
  'rabbitmq-server': '/usr/lib/rabbitmq/bin/rabbitmq-server',
  'chromium-headless-shell': '/usr/bin/chromium-headless-shell',
  wine: '/usr/bin/wine',
  wine64: '/usr/lib/wine/wine64',
  'python3-psutil': '/usr/lib/python3/dist-packages/psutil/__init__.py',
  'python3-pika': '/usr/lib/python3/dist-packages/pika/__init__.py',
  openssl: '/usr/bin/openssl',
  'util-linux': '/usr/bin/unshare',
  iproute2: '/usr/sbin/ip',
  tmux: '/usr/bin/tmux',
  'collectd-core': '/usr/sbin/collectd',
  librabbitmq4: '/usr/share/doc/librabbitmq4/copyright',
  libyajl2: '/usr/share/doc/libyajl2/copyright',
};

/** Resolves to whether apt-get did that. */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve) => {
    spawn('apt-get', ['-qq', ...args], { stdio: ['ignore', 2, 2], env }).on('error', () => { resolve(false); }).on('close', (code) => { resolve(code === 0); });
  });
}

/** Installs the Debian packages that are missing, where this is root; says what is missing where it is not. */
export async function ensurePrerequisites() {
  const dotnet = spawnSync('dotnet', ['--list-sdks'], { encoding: 'utf8' }).stdout ?? '';
  if (!/^1\d\./m.test(dotnet)) fail('The tests need the .NET SDK 10 (the command dotnet), to build the PowerShell host. Install it from your distribution or from Microsoft.');
  const missing = Object.keys(packages).filter((name) => !existsSync(packages[name]));
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  if (root) console.error(`installing Debian packages: ${missing.join(' ')}`);
  // Without what software centres show of each program, which is more than apt itself reads.
  const installed = root && (await apt('update', '-o', 'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false')) && (await apt('install', '-y', '--no-install-recommends', ...missing));
  if (!installed) fail(`The tests need the Debian packages ${missing.join(', ')}. Install them: apt-get install ${missing.join(' ')}`);
}

function fail(message) {
  console.error(message);
  process.exit(5);
}
