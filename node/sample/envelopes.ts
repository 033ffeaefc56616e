import type { Envelope, Identity, Sample } from '../model/message.js';

/** The JSON text of a message but for what changes from sample to sample: its metric and its time. */
interface Frame {
  readonly path: string;
  readonly unit: string;
  readonly before: string;
  readonly between: string;
  /** Those of other places of the same name, by unit and path; most entries have none. */
  others?: Map<string, Frame>;
}

/** Puts samples into envelopes: the message as JSON (design 3.2), under an id that no other sample of any host has. */
export class Envelopes {
  readonly #run = runId();
  #count = 0;
  readonly #head: string;
  readonly #source: string;
  /** The first of each name. */
  readonly #frames = new Map<string, Frame>();
  #places = 0;

  /** @param mostPlaces remembered; a collector with more of them (one for each of ever new processes, say) forgets and begins anew. */
  constructor(
    private readonly identity: Identity,
    private readonly routingKey: string,
    private readonly publish: { readonly time?: 's' | 'ms'; readonly id?: boolean } = {},
    private readonly mostPlaces = 50_000,
  ) {
    const { nodeId, nodeName, deploymentId } = identity;
    this.#head = JSON.stringify({ node_id: nodeId, node_name: nodeName, deployment_id: deploymentId }).slice(0, -1);
    this.#source = `${deploymentId}.${nodeName}.${nodeId}`;
  }

  of({ name, path, unit, metric, time }: Sample): Envelope {
    const { before, between } = this.#frame(name, path, unit);
    this.#count += 1;
    const id = `${this.#run}-${JSON.stringify(this.#count)}`;
    const seconds = Math.floor(time / 1000);
    return {
      id,
      time: seconds,
      routingKey: this.routingKey,
      // Not String, which keeps every text of a number it has made until the next full collection.
      body: `${before}${JSON.stringify(metric)}${between}${String(this.publish.time === 'ms' ? Math.floor(time) : seconds)}${this.publish.id ? `,"message_id":"${id}"` : ''}}`,
    };
  }

  #frame(name: string, path: string, unit: string): Frame {
    const first = this.#frames.get(name);
    if (first?.path === path && first.unit === unit) return first;
    const place = unit === '' ? path : `${unit}\0${path}`;
    const known = first?.others?.get(place);
    if (known !== undefined) return known;
    const frame = this.#newFrame(name, path, unit);
    if (this.#places >= this.mostPlaces) {
      this.#frames.clear();
      this.#places = 0;
    }
    this.#places += 1;
    const kept = this.#frames.get(name);
    if (kept === undefined) this.#frames.set(name, frame);
    else (kept.others ??= new Map()).set(place, frame);
    return frame;
  }

  #newFrame(name: string, path: string, unit: string): Frame {
    const service = [this.#source, name, ...(path === '' ? [] : [path])].join('.');
    const rest = JSON.stringify({ unit, type: 'GAUGE', host: this.identity.host, service }).slice(1, -1);
    return {
      path, unit, before: inOnePiece(`${this.#head},"name":${JSON.stringify(name)},"path":${JSON.stringify(path)},"metric":`), between: inOnePiece(`,${rest},"time":`),
    };
  }
}

/** The same text: V8 keeps one that was put together as a tree of its parts, which is larger and is walked for each message. */
function inOnePiece(text: string): string {
  return Buffer.from(text).toString();
}

/**
 * 16 digits that are this process's own. Nobody has to be unable to guess them, and Node seeds Math.random from the system's
 * entropy: node:crypto, which would be loaded for this alone, touches 2 MB.
 */
function runId(): string {
  const half = (): string => Math.floor(Math.random() * 2 ** 32).toString(16).padStart(8, '0');
  return `${half()}${half()}`;
}
