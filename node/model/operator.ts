/** What an operator must see who reads no log of ours: events for the host's own event log. */

/**
 * Each kind with its event id, which is never given to another, and how grave it is. From 1 to 1000: these are the ids that
 * EventCreate.exe, a part of every Windows, has a message for ("%1"), and Start-PsutilMonitor names it as the source's message file.
 */
export const operatorEvents = {
  configuration: { id: 100, severity: 'error', meaning: 'the collector did not start, since its configuration has faults' },
  password: { id: 110, severity: 'error', meaning: 'the password for the broker cannot be read' },
  broker: { id: 200, severity: 'error', meaning: 'the broker refused login, virtual host or permission, or TLS with it failed; samples are kept' },
  dropped: { id: 300, severity: 'warning', meaning: 'samples were lost: spool.max_bytes, spool.max_age, damage, or AMQP cannot carry them' },
  disk: { id: 400, severity: 'error', meaning: 'the spool cannot be written, the disk is full for instance; samples are held in memory' },
  ended: { id: 500, severity: 'error', meaning: 'the collector ended because of a fault' },
} as const satisfies Readonly<Record<string, { readonly id: number; readonly severity: 'error' | 'warning'; readonly meaning: string }>>;

export type OperatorKind = keyof typeof operatorEvents;

/** One event, its text safe to show. */
export interface OperatorEvent {
  readonly id: number;
  readonly severity: 'error' | 'warning';
  readonly text: string;
}
