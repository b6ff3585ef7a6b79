import type { PgStreamError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** What every event has. */
interface Heard<Kind extends string> {
  readonly kind: Kind;
  /** When this process heard of it, by its own clock. The extension's messages have no time in them. */
  readonly at: Date;
}

/** What every message of the extension has (contract A.7, B.8, F.8). */
interface Sent<Kind extends string> extends Heard<Kind> {
  readonly channel: string;
  /** The payload as the server sent it, with everything that is not told here. */
  readonly raw: string;
  /** Whether it was too long for a notification: texts are cut then, and what came after them may be null. */
  readonly truncated: boolean;
}

/** A message about one stream table. */
interface Told<Kind extends string> extends Sent<Kind> {
  readonly table: QualifiedName;
}

/** The scheduler has refreshed a stream table. A refresh that somebody calls is not told of (contract A.7). */
export interface RefreshCompletedEvent extends Told<'refresh_completed'> {
  /** What it did, say `DIFFERENTIAL`, `FULL` or `NO_DATA`. */
  readonly action: string | null;
  /** As the extension counts, which is 0 for many refreshes that have changed rows (contract A.5). */
  readonly rowsInserted: number | null;
  readonly rowsDeleted: number | null;
  readonly durationMs: number | null;
}

/** A refresh of the scheduler's has failed. */
export interface RefreshFailedEvent extends Told<'refresh_failed'> {
  readonly action: string | null;
  /** The server's message. */
  readonly error: string | null;
}

/** A stream table had too many failures, and is not refreshed any more. */
export interface AutoSuspendedEvent extends Told<'auto_suspended'> {
  readonly consecutiveErrors: number | null;
}

/** Somebody has made a suspended stream table active again. */
export interface ResumedEvent extends Told<'resumed'> {
  readonly previousStatus: string | null;
}

/** A source has changed its columns, so that everything has to be computed anew. */
export interface ReinitializeNeededEvent extends Told<'reinitialize_needed'> {
  readonly reason: string | null;
}

/** The data are older than the schedule wants. pg_trickle alone sends it. */
export interface StaleDataEvent extends Told<'stale_data'> {
  readonly stalenessMs: number | null;
  readonly scheduleMs: number | null;
}

/** Nothing was written to the sources for a while. pg_trickle alone sends it. */
export interface NoUpstreamChangesEvent extends Told<'no_upstream_changes'> {
  readonly idleMs: number | null;
}

/** A FULL refresh of a stream table that has triggers of yours, which do not fire for it; also one that somebody calls. */
export interface FullRefreshEvent extends Told<'full_refresh'> {
  /** How many rows it holds; null for a refresh that somebody has called. */
  readonly rows: number | null;
}

/** Captured changes pile up: nobody takes them in. Sent at each tick as long as it is so. */
export interface BufferGrowthWarningEvent extends Sent<'buffer_growth_warning'> {
  readonly slotName: string | null;
  /** Of pg_stream a number of rows, whatever the extension calls it (contract A.7). */
  readonly pending: number | null;
}

/** Changes of a source are captured in another way from now on. */
export interface CdcTransitionEvent extends Sent<'cdc_transition'> {
  /** As the extension writes it. */
  readonly sourceTable: string | null;
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly slotName: string | null;
}

/** A message that is not among the above: other releases have more of them. */
export interface OtherEvent extends Sent<'other'> {
  /** The extension's word for it, say `fuse_blown`. */
  readonly event: string;
  /** The stream table that it is about; null if it is about none. */
  readonly table: QualifiedName | null;
  /** The rest of the message, its keys in camelCase and its values as they are. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A message that cannot be read. It may have been any: `raw` has it. */
export interface UnreadableEvent extends Heard<'unreadable'> {
  readonly channel: string;
  readonly raw: string;
}

/** The listening connection is lost, and another one is being opened. What the extension sends meanwhile is not heard. */
export interface DisconnectedEvent extends Heard<'disconnected'> {
  readonly error: PgStreamError;
}

/** Another connection listens. What was sent between `since` and `until` was missed, whatever it was. */
export interface ReconnectedEvent extends Heard<'reconnected'> {
  /** When the connection before it was last known to be alive. */
  readonly since: Date;
  readonly until: Date;
}

/** Whoever iterates was too slow, and events are missing here. */
export interface OverflowEvent extends Heard<'overflow'> {
  readonly dropped: number;
}

/** What the extension tells about stream tables. */
export type StreamTableEvent =
  | RefreshCompletedEvent
  | RefreshFailedEvent
  | AutoSuspendedEvent
  | ResumedEvent
  | ReinitializeNeededEvent
  | StaleDataEvent
  | NoUpstreamChangesEvent
  | FullRefreshEvent;

/** What came of listening. */
export type ConnectionEvent = DisconnectedEvent | ReconnectedEvent;

/**
 * One event, told apart by its `kind`. There may be more kinds in later releases of this package; what later releases of the
 * extension send is of the kind `other`.
 */
export type PgStreamEvent =
  | StreamTableEvent
  | BufferGrowthWarningEvent
  | CdcTransitionEvent
  | OtherEvent
  | UnreadableEvent
  | ConnectionEvent
  | OverflowEvent;

/** The event of a kind. */
export type PgStreamEventOf<Kind extends PgStreamEvent['kind']> = Extract<PgStreamEvent, { readonly kind: Kind }>;

/** After which nobody can rely on what he has read of a stream table before. */
export type RefreshEvent = RefreshCompletedEvent | FullRefreshEvent | ReconnectedEvent | UnreadableEvent;
