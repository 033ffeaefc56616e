import type { BrokerSettings } from '../../model/settings.js';
import type { HostLoad } from './hostModel.js';

/** What a process of real hosts is started with. */
export interface HostsOrder {
  readonly hosts: number;
  readonly settings: BrokerSettings;
  readonly load: HostLoad;
  readonly jitter: boolean;
  /** Its hosts reach the broker by a proxy that can be made a black hole. */
  readonly proxied: boolean;
  /** Samples that each host has before it starts. */
  readonly backlog: number;
  /** Milliseconds over which their first connections are spread. */
  readonly spread: number;
}

/** What such a process is told. */
export type HostsCommand =
  | { readonly kind: 'start' }
  /** What was connected and drained before counts no more. */
  | { readonly kind: 'forget' }
  | { readonly kind: 'split'; readonly on: boolean }
  /** Each host stops after its milliseconds, and starts again after those of `away`. */
  | { readonly kind: 'upgrade'; readonly at: readonly number[]; readonly away: number };

/** What such a process tells, several times a second. Times are milliseconds since 1970. */
export interface HostsReport {
  readonly connected: number;
  readonly drained: number;
  readonly lastConnected: number;
  readonly lastDrained: number;
  readonly taken: number;
  readonly confirmed: number;
}
