import { OperatorLog } from '../log/operatorLog.js';
import { systemClock } from '../model/clock.js';
import { writeOperatorEvent } from '../providers/operatorEvents.js';

/** The operator's log for the collector of a data directory: where there is one, and where no person reads standard error, which tells all of it. */
export function operatorLog(folder: string | undefined): OperatorLog {
  return new OperatorLog(systemClock, folder, process.platform === 'win32' && !process.stderr.isTTY ? writeOperatorEvent : undefined);
}
