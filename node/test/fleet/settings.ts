import { completeSettings } from '../../config/reader.js';
import { validate } from '../../config/validation.js';
import type { BrokerSettings } from '../../model/settings.js';

/** The broker's settings as a settings file gets them that says nothing of them, but for what `broker` says. */
export function brokerSettings(broker: Readonly<Record<string, unknown>> = {}): BrokerSettings {
  const { document, faults } = validate({ broker: { hostnames: ['127.0.0.1'], ...broker }, psutil_config: [{ method: 'cpu_count', interval: 1 }] });
  const settings = faults.length === 0 ? completeSettings(document, '/', {}).broker : undefined;
  if (settings === undefined) throw new Error(JSON.stringify(faults));
  return settings;
}
