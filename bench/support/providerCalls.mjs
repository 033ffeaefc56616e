// Microseconds a call of every function of this system's provider, as one JSON object: `node providerCalls.mjs ROUNDS`. Also run by
// node.exe for Windows, from a module folder that has dist/ beside bench/.
import { functions } from '../../dist/catalog/functions.js';
import { openProvider } from '../../dist/providers/host.js';

const rounds = Number(process.argv[2] ?? 9);
const calls = 50;
/** For functions that cannot do without. */
const given = { disk_usage: { path: process.platform === 'win32' ? 'C:\\' : '/' }, pid_exists: { pid: process.pid } };
const provider = await openProvider();

async function microseconds(name, args, times) {
  const began = performance.now();
  for (let n = 0; n < times; n++) await provider.read(name, args);
  return ((performance.now() - began) * 1000) / times;
}

const found = {};
// Percentages are computed from cpu_times: the provider does not know them.
for (const { name, platforms, arguments: parameters } of functions) {
  if (!platforms.includes(process.platform) || /^cpu_(?:times_)?percent$/.test(name)) continue;
  const args = { ...Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default])), ...given[name] };
  try {
    await microseconds(name, args, 5);
    const list = [];
    for (let n = 0; n < rounds; n++) list.push(await microseconds(name, args, calls));
    found[name] = { args: given[name] ?? {}, us: list.sort((a, b) => a - b)[rounds >> 1] };
  } catch (error) {
    found[name] = { args: given[name] ?? {}, unavailable: error.message };
  }
}
process.stdout.write(JSON.stringify(found), () => process.exit(0));
