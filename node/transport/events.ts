/** What happens on the road to the broker: one union, told in one direction, from the part it happens in to the transport. */
import type { AgentError } from '../model/errors.js';

/** One thing that happened. Addresses are host:port, times milliseconds; no secret is ever in it. */
export type TransportEvent =
  /** TLS without verification. */
  | { readonly kind: 'unverified' }
  /** The password goes to another host without TLS. */
  | { readonly kind: 'cleartext'; readonly host: string }
  | { readonly kind: 'resolving'; readonly host: string }
  | { readonly kind: 'connecting'; readonly address: string }
  | { readonly kind: 'connectFailed'; readonly fault: AgentError; readonly address: string; readonly retryIn: number }
  /** A connection is open; a channel on it is not yet. */
  | { readonly kind: 'opened'; readonly address: string }
  | { readonly kind: 'connectionLost'; readonly fault: AgentError; readonly address: string }
  /** A channel is open and the exchange is there; `passive` is the broker's reason for not declaring it. */
  | { readonly kind: 'connected'; readonly address: string; readonly passive?: string }
  /** The channel could not be opened, or was closed by the broker; again in `retryIn`. */
  | { readonly kind: 'channelFailed'; readonly fault: AgentError; readonly address: string; readonly retryIn: number }
  /** The exchange went with its last consumer and the channel with it; both are made again. */
  | { readonly kind: 'exchangeDeleted'; readonly fault: AgentError; readonly address: string; readonly retryIn: number }
  /** The broker asks for a pause. */
  | { readonly kind: 'blocked'; readonly reason: string }
  | { readonly kind: 'unblocked' }
  /** Samples were confirmed, somebody being bound for them. */
  | { readonly kind: 'confirmed'; readonly count: number }
  /** A sample came back, nobody being bound for it; kept (`held`) or dropped. */
  | { readonly kind: 'returned'; readonly held: boolean }
  /** The first sample after a hold reached somebody. */
  | { readonly kind: 'routed' }
  /** The broker refused samples; they are sent again. */
  | { readonly kind: 'nacked'; readonly count: number }
  /** A sample that AMQP cannot carry was dropped. */
  | { readonly kind: 'unsendable'; readonly id: string; readonly reason: string }
  /** What the broker did, or did not do, ends the connection. */
  | { readonly kind: 'dead'; readonly fault: AgentError }
  /** Nothing is in flight, and nothing waits or nothing more is to be sent. */
  | { readonly kind: 'idle' };

/** Takes what a part of the transport tells. */
export type Emit = (event: TransportEvent) => void;
