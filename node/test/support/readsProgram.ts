// Tells every read of the process whose pid is given, as one line of JSON: for a host on which a test cannot run itself.
import { processReads } from '../../catalog/process.js';
import { messageOf } from '../../model/errors.js';
import { openProvider } from '../../providers/host.js';

const provider = await openProvider();
const one = (await provider.processes()).find(Number(process.argv[2]));
const told: Record<string, unknown> = {};
for (const { name, source } of processReads) {
  if (one === undefined || source[provider.platform] === undefined) continue;
  try {
    told[name] = await one.read(name);
  } catch (error) {
    told[name] = { refused: messageOf(error) };
  }
}
console.log(JSON.stringify(told));
process.exit(0);
