/**
 * Every error this program raises on purpose: one class a kind, one stable code a condition.
 * A message says what was expected, what was found and what to do; it never carries a secret.
 * Codes are part of the contract (the PowerShell module maps them to error ids) and are never reused.
 */

/** Exit codes of the command, one table shared with the PowerShell module. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  configuration: 3,
  broker: 4,
  platform: 5,
  spool: 6,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The stable codes, each with the condition it names. */
export const ErrorCodes = {
  PSA_USAGE: 'the command line is wrong',
  PSA_CONFIG_NOT_FOUND: 'the configuration file is missing or cannot be read',
  PSA_CONFIG_SYNTAX: 'the configuration is neither JSON nor YAML',
  PSA_CONFIG_INVALID: 'the configuration breaks its schema',
  PSA_SECRET_UNAVAILABLE: 'a password source cannot be read',
  PSA_BROKER_UNREACHABLE: 'no broker answers at the address and port',
  PSA_BROKER_TLS: 'the TLS handshake with the broker failed',
  PSA_BROKER_REFUSED: 'the broker refused the login, the vhost or the permission',
  PSA_BROKER_CHANNEL: 'the broker closed the channel',
  PSA_SAMPLE_UNSENDABLE: 'AMQP cannot carry a sample, which is dropped',
  PSA_UNAVAILABLE: 'this system cannot tell the value',
  PSA_PLATFORM: 'the function or the operating system is not supported here',
  PSA_STATUS_NOT_FOUND: 'no collector has written a status file there',
  PSA_OUTPUT: 'the output file cannot be written',
  PSA_SPOOL_LOCKED: 'another collector holds the spool',
  PSA_SPOOL_DAMAGED: 'the spool is damaged or not a spool',
  PSA_SPOOL_UNUSABLE: 'the spool directory cannot be written',
} as const;

export type ErrorCode = keyof typeof ErrorCodes;

/** The parent of all of them: a stable `code`, and the exit code of a process that ends with it. */
export abstract class AgentError extends Error {
  abstract readonly exitCode: ExitCode;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A fault on the command line: unknown call, option or value. */
export class UsageError extends AgentError {
  override readonly exitCode = ExitCode.usage;

  constructor(
    message: string,
    readonly faults: readonly Fault[] = [],
  ) {
    super('PSA_USAGE', message);
  }
}

/** One thing wrong with a configuration. */
export interface Fault {
  /** Where: an RFC 6901 JSON pointer into the document, `""` being the whole. */
  readonly pointer: string;
  /** One sentence for a person: expected, found, and the nearest valid name where there is one. */
  readonly message: string;
  readonly expected: string;
  readonly found: string;
  /** The valid name nearest to a misspelt one. */
  readonly nearest?: string;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends AgentError {
  override readonly exitCode = ExitCode.configuration;

  constructor(
    code: 'PSA_CONFIG_NOT_FOUND' | 'PSA_CONFIG_SYNTAX' | 'PSA_CONFIG_INVALID' | 'PSA_SECRET_UNAVAILABLE',
    message: string,
    readonly faults: readonly Fault[] = [],
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** A broker that cannot be used as configured. `step` names how far the attempt came. */
export class BrokerError extends AgentError {
  override readonly exitCode = ExitCode.broker;

  constructor(
    code: 'PSA_BROKER_UNREACHABLE' | 'PSA_BROKER_TLS' | 'PSA_BROKER_REFUSED' | 'PSA_BROKER_CHANNEL',
    readonly step: BrokerStep,
    message: string,
    options?: ErrorOptions,
  ) {
    super(code, message, options);
  }
}

/** The steps of reaching a broker, in their order. */
export type BrokerStep = 'resolve' | 'connect' | 'tls' | 'login' | 'vhost' | 'exchange' | 'publish';

/** A value this system cannot tell, with the reason: never to be read as zero. */
export class UnavailableError extends AgentError {
  override readonly exitCode = ExitCode.platform;

  constructor(message: string, options?: ErrorOptions) {
    super('PSA_UNAVAILABLE', message, options);
  }
}

/** A function, an operating system or an output that cannot be had here. */
export class PlatformError extends AgentError {
  override readonly exitCode = ExitCode.platform;
}

/** A spool that cannot be used. */
export class SpoolError extends AgentError {
  override readonly exitCode = ExitCode.spool;
}

/** The text of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code of a failed call (`ENOENT`, `ECONNREFUSED`), where it has one. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
