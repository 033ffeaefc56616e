/** Windows' performance counters: whether they can be read, and those that the settings name. */
import { openCounterList, type CounterList } from '../../providers/counterList.js';
import { messageOf } from '../../model/errors.js';
import { counterWarnings } from '../counterWarnings.js';
import type { Note } from './finding.js';
import type { Subject } from './subject.js';

/** Counters that every Windows has, and that readings here are made of. */
const always = ['\\Processor(_Total)\\% Processor Time', '\\Memory\\Available Bytes', '\\System\\Processor Queue Length'];
const repair = 'as administrator run lodctr /R (from System32, and from SysWOW64 as well), then winmgmt /resyncperf, and start the monitor again';

/** `open`: the host's counters; undefined where it has none. */
export async function checkCounters({ configuration }: Subject, note: Note, open = process.platform === 'win32' ? openCounterList : undefined): Promise<void> {
  if (open === undefined) return;
  const list = await open();
  try {
    await look(list, note);
  } finally {
    list.close();
  }
  if (configuration !== undefined) for (const { message } of await counterWarnings(configuration, open)) note('warning', message);
}

async function look(list: CounterList, note: Note): Promise<void> {
  try {
    const objects = await list.objects();
    const faults = await Promise.all(always.map(async (path) => await list.fault(path)));
    const fault = faults.find((one) => one !== undefined);
    if (fault !== undefined) note('fault', `the performance counters are damaged, or closed to this account: ${fault}; ${repair}`);
    else note('ok', `${String(objects.length)} objects of performance counters can be read`);
  } catch (error) {
    note('fault', `the performance counters cannot be listed: ${messageOf(error)}; ${repair}`);
  }
}
