import type { BrokerSettings, Settings } from '../model/settings.js';
import { ConfigError } from '../model/errors.js';

/** The broker of settings that were read from `path`, for a command that is `to` do something with one. Throws ConfigError where they have none. */
export function brokerOf({ broker }: Settings, path: string, to: string): BrokerSettings {
  if (broker !== undefined) return broker;
  throw new ConfigError('PSA_CONFIG_INVALID', `${path}: expected the key broker, found none; there is no broker to ${to}`);
}
