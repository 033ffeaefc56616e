import { randomBytes } from 'node:crypto';
import { messageOf, type Envelope, type Identity, type Sample } from '../model/message.js';

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
      body: JSON.stringify(messageOf(this.identity, sample)),
    };
  }
}
