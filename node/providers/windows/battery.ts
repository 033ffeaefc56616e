import type { Result } from '../../catalog/value.js';
import { UnavailableError } from '../../model/errors.js';
import type { Win32 } from './bindings.js';
import { failure } from './failure.js';
import { SYSTEM_POWER_STATUS as Status } from './layouts.js';

/** Bits of BatteryFlag; where it is 255, all of it is unknown. */
const CHARGING = 8;
const NO_BATTERY = 128;
const ON_MAINS = 1;
const percentUnknown = 255;
/** psutil's sign of a time that is unlimited; -1, unknown, is Windows' own. */
const unlimitedTime = -2;

/** psutil's sensors_battery (GetSystemPowerStatus). Throws UnavailableError where there is none, which psutil tells by None. */
export function battery(win32: Win32): Result {
  const status = Buffer.alloc(Status.size);
  if (win32.GetSystemPowerStatus(status) === 0) throw failure('GetSystemPowerStatus', win32.GetLastError());
  return parseBattery(status);
}

/** SYSTEM_POWER_STATUS as psutil's fields. */
export function parseBattery(status: Buffer): Result {
  const flag = status.readUInt8(Status.BatteryFlag);
  if ((flag & NO_BATTERY) !== 0) throw new UnavailableError('this machine has no battery');
  const mains = status.readUInt8(Status.ACLineStatus) === ON_MAINS;
  const percent = status.readUInt8(Status.BatteryLifePercent);
  return {
    ...(percent === percentUnknown ? {} : { percent }),
    secsleft: mains || (flag & CHARGING) !== 0 ? unlimitedTime : status.readInt32LE(Status.BatteryLifeTime),
    power_plugged: mains,
  };
}
