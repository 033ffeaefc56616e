/** Who a sample speaks for: the first keys of every message. */
export interface Identity {
  readonly deploymentId: string;
  readonly nodeName: string;
  readonly nodeId: string;
  /** The message's `host`. */
  readonly host: string;
}

/** One number, taken once. */
export interface Sample {
  /** The metric's name: the entry's alias, else its method. */
  readonly name: string;
  /** The number's place in the result, joined with `_`; empty where one number was selected. */
  readonly path: string;
  readonly metric: number;
  /** `""` unless publish.units is on. */
  readonly unit: string;
  /** Milliseconds since 1970, when the sample was taken. */
  readonly time: number;
}

/** The published JSON object, exactly these keys (design 3.2; the predecessor's message). */
export interface Message {
  readonly node_id: string;
  readonly node_name: string;
  readonly deployment_id: string;
  readonly name: string;
  readonly path: string;
  readonly metric: number;
  readonly unit: string;
  readonly type: 'GAUGE';
  readonly host: string;
  readonly service: string;
  /** When the sample was taken, whole seconds since 1970; milliseconds with publish.time: ms. */
  readonly time: number;
  /** With publish.id: the AMQP message_id. */
  readonly message_id?: string;
}

/** A message on its way: its JSON, and what the transport must know without reading it. */
export interface Envelope {
  /** The AMQP message_id: unique to the sample, the same whenever it is sent again. */
  readonly id: string;
  /** The sample's time, whole seconds since 1970: the AMQP timestamp. */
  readonly time: number;
  /** The AMQP routing key. */
  readonly routingKey: string;
  /** The message as JSON text. */
  readonly body: string;
}
