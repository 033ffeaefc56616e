/** The JSON Schemas of what the collector writes: status.json and the message. A test holds schemas/*.json equal to them. */
import type { Schema } from '../config/schema.js';
import { deliveryStates, dropCauses } from '../model/delivery.js';
import { collectorStates } from './report.js';

const dialect = 'https://json-schema.org/draft/2020-12/schema';
const count: Schema = { type: 'integer', minimum: 0 };
const time: Schema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$' };
const text: Schema = { type: 'string' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

/** A map of which every key is present. */
function whole(properties: Record<string, Schema>): Schema {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

/** The schema of status.json. */
export function statusSchema(): Schema {
  return {
    $schema: dialect,
    $id: 'status.schema.json',
    title: 'PsutilAgent status',
    description: 'What a running collector says of itself; replaced atomically every few seconds.',
    ...whole({
      version: text, summary: text,
      state: { type: 'string', enum: [...collectorStates] },
      pid: count, account: orNull(whole({ name: orNull(text), privileged: orNull({ type: 'boolean' }) })), since: time, updated: time,
      connected: orNull({ type: 'boolean' }), connected_since: orNull(time), broker: orNull(text), blocked: { type: 'boolean' },
      delivery: orNull(whole({ state: { type: 'string', enum: [...deliveryStates] }, since: time, reason: orNull(text) })),
      taken: count, published: count, spooled: count, spooled_bytes: count,
      spool_oldest: orNull(time), spool_kept: { enum: ['disk', 'memory', null] }, spool_fault: orNull(text),
      dropped: count, dropped_by: whole(Object.fromEntries(dropCauses.map((cause) => [cause, count]))),
      unroutable: count, returned: count, nacked: count, skipped: count, unavailable: count, reconnects: count,
      last_published: orNull(time), last_error: orNull(whole({ time, code: text, message: text })),
      reload: orNull(whole({ time, request: text, refused: orNull(text), kept: count, added: count, removed: count })),
      entries: {
        type: 'array',
        items: whole({
          index: count, name: text, method: text, interval: { type: 'number' }, taken: count, skipped: count, unavailable: count,
          unit: text, units: orNull({ type: 'object', additionalProperties: text }), last: orNull(whole({ time, values: { type: 'object', additionalProperties: { type: 'number' } } })),
          last_error: orNull(whole({ time, message: text })), fault: orNull(text),
        }),
      },
    }),
  };
}

/** The keys that every message has. */
const message: Record<string, Schema> = {
  node_id: text, node_name: text, deployment_id: text, name: text, path: text, metric: { type: 'number' }, unit: text,
  type: { const: 'GAUGE' }, host: text, service: text, time: { type: 'integer', description: 'when the sample was taken, seconds since 1970; milliseconds with publish.time: ms' },
};

/** The schema of a published message (design 3.2). */
export function sampleSchema(): Schema {
  return {
    $schema: dialect,
    $id: 'sample.schema.json',
    title: 'PsutilAgent sample',
    description: 'One number, taken once: the JSON object published for it.',
    type: 'object', additionalProperties: false, required: Object.keys(message),
    properties: { ...message, message_id: { type: 'string', description: 'with publish.id: the AMQP message_id' } },
  };
}
