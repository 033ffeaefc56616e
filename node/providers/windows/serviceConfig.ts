import { UnavailableError } from '../../model/errors.js';
import type { Handle, Win32 } from './bindings.js';
import { textAt } from './encoding.js';
import { ErrorCode, failure } from './failure.js';
import {
  QUERY_SERVICE_CONFIGW as Config, SERVICE_DELAYED_AUTO_START_INFO as Delayed, SERVICE_DESCRIPTIONW as Description, SERVICE_TRIGGER_INFO as Triggers,
} from './layouts.js';
import { onThread } from './thread.js';

/** Levels of QueryServiceConfig2W. */
const SERVICE_CONFIG_DESCRIPTION = 1;
const SERVICE_CONFIG_DELAYED_AUTO_START_INFO = 3;
const SERVICE_CONFIG_TRIGGER_INFO = 8;

const AUTOMATIC = 2;
const MANUAL = 3;
const DISABLED = 4;

/** How a service is set up. */
export interface ServiceConfig {
  /** SERVICE_AUTO_START 2, SERVICE_DEMAND_START 3, SERVICE_DISABLED 4. */
  readonly startType: number;
  /** The catalog's number, which tells delayed and trigger-started ones apart; absent where Windows does not say whether it is one. */
  readonly startTypeCode: number | undefined;
  readonly binaryPath: string;
  readonly account: string;
  readonly displayName: string;
  readonly description: string;
}

/** The configuration of an open service. Throws UnavailableError. */
export async function serviceConfig(win32: Win32, service: Handle): Promise<ServiceConfig> {
  const config = await grown('QueryServiceConfigW', Config.size, (buffer, needed) =>
    onThread(win32, win32.QueryServiceConfigW, service, buffer, buffer.length, needed));
  const startType = config.readUInt32LE(Config.dwStartType);
  const delayed = await optional(win32, service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, Delayed.size);
  const triggers = await optional(win32, service, SERVICE_CONFIG_TRIGGER_INFO, Triggers.size);
  const description = await optional(win32, service, SERVICE_CONFIG_DESCRIPTION, Description.size);
  const text = (buffer: Buffer, member: number): string => textAt(buffer, win32.addressOf(buffer), member);
  const flag = (answer: Buffer | null | undefined, member: number): boolean | undefined => (answer === undefined ? undefined : answer !== null && answer.readUInt32LE(member) !== 0);
  return {
    startType,
    startTypeCode: startTypeCode(startType, flag(delayed, Delayed.fDelayedAutostart), flag(triggers, Triggers.cTriggers)),
    binaryPath: text(config, Config.lpBinaryPathName), account: text(config, Config.lpServiceStartName), displayName: text(config, Config.lpDisplayName),
    description: description === undefined || description === null ? '' : text(description, Description.lpDescription),
  };
}

/**
 * The catalog's number of a start type, undefined where it depends on what is not known. What triggers start is automatic to the
 * manager, and yet not to run at all times.
 */
export function startTypeCode(startType: number, delayed: boolean | undefined, triggered: boolean | undefined): number | undefined {
  if (startType !== AUTOMATIC && startType !== MANUAL) return startType;
  if (triggered === undefined) return undefined;
  if (startType === MANUAL) return triggered ? 23 : MANUAL;
  if (triggered) return 22;
  return delayed === undefined ? undefined : delayed ? 12 : AUTOMATIC;
}

/** psutil's word for a start type. */
export function startTypeText(startType: number): string {
  return { [AUTOMATIC]: 'automatic', [MANUAL]: 'manual', [DISABLED]: 'disabled' }[startType] ?? 'unknown';
}

interface Called {
  readonly value: number;
  readonly code: number;
}

/** What a call gives that is told first how much room it needs. */
async function grown(name: string, size: number, call: (buffer: Buffer, needed: Buffer) => Promise<Called>): Promise<Buffer> {
  const needed = Buffer.alloc(4);
  let buffer = Buffer.alloc(Math.max(size, 1024));
  for (;;) {
    const { value, code } = await call(buffer, needed);
    if (value !== 0) return buffer;
    if (code !== ErrorCode.INSUFFICIENT_BUFFER || needed.readUInt32LE() <= buffer.length) throw failure(name, code);
    buffer = Buffer.alloc(needed.readUInt32LE());
  }
}

/** A level of a service's configuration: null where this system has no such level, undefined where it does not tell. */
async function optional(win32: Win32, service: Handle, level: number, size: number): Promise<Buffer | null | undefined> {
  let last = 0;
  try {
    return await grown('QueryServiceConfig2W', size, async (buffer, needed) => {
      const answer = await onThread(win32, win32.QueryServiceConfig2W, service, level, buffer, buffer.length, needed);
      last = answer.code;
      return answer;
    });
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return last === ErrorCode.INVALID_LEVEL || last === ErrorCode.CALL_NOT_IMPLEMENTED ? null : undefined;
  }
}
