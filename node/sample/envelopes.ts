import { randomBytes } from 'node:crypto';
import type { Envelope, Identity, Message, Sample } from '../model/message.js';

/** Puts samples into envelopes: the message as JSON, under an id that no other sample of any host has. */
export class Envelopes {
  readonly #run = randomBytes(8).toString('hex');
  #count = 0;

  constructor(
    private readonly identity: Identity,
    private readonly routingKey: string,
  ) {}

  of(sample: Sample): Envelope {
    this.#count += 1;
    return {
      id: `${this.#run}-${String(this.#count)}`,
      time: sample.time,
      routingKey: this.routingKey,
      body: JSON.stringify(messageFor(this.identity, sample)),
    };
  }
}

/** The message of one sample. */
function messageFor(identity: Identity, sample: Sample): Message {
  const service = `${identity.deploymentId}.${identity.nodeName}.${identity.nodeId}.${sample.name}`;
  return {
    node_id: identity.nodeId,
    node_name: identity.nodeName,
    deployment_id: identity.deploymentId,
    name: sample.name,
    path: sample.path,
    metric: sample.metric,
    unit: sample.unit,
    type: 'GAUGE',
    host: identity.host,
    service: sample.path === '' ? service : `${service}.${sample.path}`,
    time: sample.time,
  };
}
