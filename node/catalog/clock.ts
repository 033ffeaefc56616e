/** The catalog's row about the clock. */
import { argument, everywhere, gauge, required } from './field.js';
import type { CatalogFunction } from './function.js';

export const clock: readonly CatalogFunction[] = [
  {
    name: 'clock_offset', group: 'system', platforms: everywhere,
    meaning: 'how far this clock is from a time server\'s, by one SNTP exchange; to a millisecond, the network\'s way there and back being taken for equal',
    source: { win32: 'SNTP (RFC 5905) over UDP', linux: 'SNTP (RFC 5905) over UDP' },
    leastInterval: { seconds: 15, why: 'a time server may be asked once in 15 s (RFC 4330), and refuses whoever asks more often' },
    arguments: [
      { ...required('server', 'string', 'the time server\'s name or address: in a domain the domain controller'), notEmpty: true },
      { ...argument('port', 'integer', 123, 'its UDP port'), minimum: 1, maximum: 65535 },
      { ...argument('timeout', 'number', 5, 'seconds that it may take'), minimum: 0.1, maximum: 60 },
    ],
    shape: 'fields',
    fields: [
      gauge('offset', 's', 'seconds to add to this clock: above 0 it is behind, below 0 ahead'),
      gauge('delay', 's', 'time that the network took, there and back: the offset is right to half of it'),
      gauge('stratum', '', 'the server\'s distance from a reference clock, 1 to 15'),
      gauge('root_delay', 's', 'the server\'s own delay to the reference clock'),
      gauge('root_dispersion', 's', 'how far the server\'s clock may be off'),
    ],
  },
];
