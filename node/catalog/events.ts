/** The catalog's row about Windows' event logs. */
import { argument, gauge, optional, pattern, selector, windows } from './field.js';
import type { CatalogFunction } from './function.js';

/** What an event's level may be; audits go by their outcome instead. */
const eventLevels = ['critical', 'error', 'warning', 'information', 'verbose', 'audit_success', 'audit_failure'] as const;

export const events: readonly CatalogFunction[] = [
  {
    name: 'event_count', group: 'system', platforms: windows, reasons: { linux: 'Linux has no Windows event logs' },
    meaning: 'events written to a log since the last reading, their number alone; the first reading notes where the log ends. What was overwritten or cleared before it was read is not counted',
    source: { win32: 'EvtQuery, EvtNext, EvtRender' },
    arguments: [
      { ...argument('log', 'string', 'System', 'the log, by its name: System, Application, Security, Microsoft-Windows-.../Operational'), notEmpty: true },
      selector('level', 'string', 'only events of this level', { values: eventLevels }),
      pattern('source', 'only events of this source'),
      selector('id', 'integer', 'only events of this id', { minimum: 0, maximum: 65535 }),
      optional('by', 'string', 'count them by this', { values: ['level', 'source', 'id'] }),
    ],
    shape: 'value', perItem: { argument: 'by', given: true, shape: 'numbers' },
    fields: [gauge('', 'count', 'events since the last reading')].map((field) => ({ ...field, platforms: windows })),
  },
];
