import type { Names } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { PgStreamEvent, StreamTableEvent } from './event.ts';
import { readPayload, type Payload } from './payload.ts';

type Fields = Payload['fields'];

/** Makes an event of a notification, whatever it is: a payload that cannot be read is an event, too. */
export function readEvent(names: Names, channel: string, raw: string, at: Date): PgStreamEvent {
  const payload = readPayload(raw, names.alertsByHand);
  const event = payload && readFields(names, channel, raw, at, payload);
  return event ?? { kind: 'unreadable', at, channel, raw };
}

function readFields(
  names: Names,
  channel: string,
  raw: string,
  at: Date,
  { fields, truncated }: Payload,
): PgStreamEvent | undefined {
  const sent = { at, channel, raw, truncated };
  if (channel === names.channels.refresh) {
    const table = tableOf(fields, 'schema', 'stream_table');
    return table && { ...sent, kind: 'full_refresh', table, rows: number(fields['rows']) };
  }
  const event = text(fields['event']);
  if (event === null) return undefined;
  if (event === 'buffer_growth_warning') {
    const { slot_name, pending_bytes } = fields;
    return { ...sent, kind: event, slotName: text(slot_name), pending: number(pending_bytes) };
  }
  if (event === 'cdc_transition') {
    const { source_table, old_mode, new_mode, slot_name } = fields;
    return {
      ...sent,
      kind: event,
      sourceTable: text(source_table),
      oldMode: text(old_mode),
      newMode: text(new_mode),
      slotName: text(slot_name),
    };
  }
  const [schemaKey, nameKey] = [`${names.prefix}schema`, `${names.prefix}name`];
  const table = tableOf(fields, schemaKey, nameKey);
  const read = Object.hasOwn(OF_A_TABLE, event) ? OF_A_TABLE[event as keyof typeof OF_A_TABLE] : undefined;
  if (read) return table && { ...sent, table, ...read(fields) };
  const known = new Set(['event', 'st', 'truncated', schemaKey, nameKey]);
  const rest = Object.entries(fields).flatMap(([key, value]) => (known.has(key) ? [] : [[camelCase(key), value]]));
  return { ...sent, kind: 'other', event, table: table ?? null, fields: Object.fromEntries(rest) as Fields };
}

/** What the messages about one stream table have besides its name, by their kind. */
type OfATable = {
  readonly [Event in Exclude<StreamTableEvent, { kind: 'full_refresh' }> as Event['kind']]: (
    fields: Fields,
  ) => Omit<Event, 'table' | 'at' | 'channel' | 'raw' | 'truncated'>;
};

const OF_A_TABLE: OfATable = {
  refresh_completed: ({ action, rows_inserted, rows_deleted, duration_ms }) => ({
    kind: 'refresh_completed',
    action: text(action),
    rowsInserted: number(rows_inserted),
    rowsDeleted: number(rows_deleted),
    durationMs: number(duration_ms),
  }),
  refresh_failed: ({ action, error }) => ({ kind: 'refresh_failed', action: text(action), error: text(error) }),
  auto_suspended: ({ consecutive_errors }) => ({
    kind: 'auto_suspended',
    consecutiveErrors: number(consecutive_errors),
  }),
  resumed: ({ previous_status }) => ({ kind: 'resumed', previousStatus: text(previous_status) }),
  reinitialize_needed: ({ reason }) => ({ kind: 'reinitialize_needed', reason: text(reason) }),
  stale_data: ({ staleness_seconds, schedule_seconds }) => ({
    kind: 'stale_data',
    stalenessMs: milliseconds(staleness_seconds),
    scheduleMs: milliseconds(schedule_seconds),
  }),
  no_upstream_changes: ({ idle_seconds }) => ({ kind: 'no_upstream_changes', idleMs: milliseconds(idle_seconds) }),
};

function tableOf(fields: Fields, schemaKey: string, nameKey: string): QualifiedName | undefined {
  const [schema, name] = [text(fields[schemaKey]), text(fields[nameKey])];
  return schema === null || name === null ? undefined : { schema, name };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function milliseconds(seconds: unknown): number | null {
  return typeof seconds === 'number' ? seconds * 1_000 : null;
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
