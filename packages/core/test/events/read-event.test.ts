import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NAMES } from '../../src/dialect/index.ts';
import { readEvent } from '../../src/events/read-event.ts';
import type { PgStreamEvent } from '../../src/index.ts';

const at = new Date();
const { pg_stream: stream, pg_trickle: trickle } = NAMES;

function read(names: typeof stream, raw: string, channel = names.channels.alert): PgStreamEvent {
  return readEvent(names, channel, raw, at);
}

/** What it says beyond what every event has, which is right. */
function said(names: typeof stream, raw: string, channel = names.channels.alert): object {
  const { at: when, ...event } = read(names, raw, channel);
  expect(when).toBe(at);
  if (!('truncated' in event)) return event;
  const { channel: from, raw: kept, ...rest } = event;
  expect([from, kept]).toStrictEqual([channel, raw]);
  return rest;
}

const totals = { schema: 'live', name: 'totals' };
const untruncated = { truncated: false };

describe('the events of', () => {
  // As servers have sent them; the numbers stand for others.
  it.each<[string, object]>([
    [
      '{"event":"refresh_completed","pgs_schema":"live","pgs_name":"totals","st":"live.totals","action":"DIFFERENTIAL","rows_inserted":3,"rows_deleted":0,"duration_ms":12}',
      {
        ...untruncated,
        kind: 'refresh_completed',
        table: totals,
        action: 'DIFFERENTIAL',
        rowsInserted: 3,
        rowsDeleted: 0,
        durationMs: 12,
      },
    ],
    [
      '{"event":"resumed","pgs_schema":"live","pgs_name":"totals","st":"live.totals","previous_status":"SUSPENDED"}',
      { ...untruncated, kind: 'resumed', table: totals, previousStatus: 'SUSPENDED' },
    ],
    [
      '{"event":"refresh_failed","pgs_schema":"live","pgs_name":"totals","st":"live.totals","action":"FULL","error":"division by zero"}',
      { ...untruncated, kind: 'refresh_failed', table: totals, action: 'FULL', error: 'division by zero' },
    ],
    [
      '{"event":"auto_suspended","pgs_schema":"live","pgs_name":"totals","st":"live.totals","consecutive_errors":3}',
      { ...untruncated, kind: 'auto_suspended', table: totals, consecutiveErrors: 3 },
    ],
    [
      '{"event":"reinitialize_needed","pgs_schema":"live","pgs_name":"totals","st":"live.totals","reason":"a column"}',
      { ...untruncated, kind: 'reinitialize_needed', table: totals, reason: 'a column' },
    ],
    [
      '{"event":"buffer_growth_warning","slot_name":"a_slot","pending_bytes":1000001}',
      { ...untruncated, kind: 'buffer_growth_warning', slotName: 'a_slot', pending: 1_000_001 },
    ],
    [
      '{"event":"refresh_completed","pgs_schema":"live","pgs_name":"totals"}',
      {
        ...untruncated,
        kind: 'refresh_completed',
        table: totals,
        action: null,
        rowsInserted: null,
        rowsDeleted: null,
        durationMs: null,
      },
    ],
  ])('pg_stream, %s', (raw, event) => {
    expect(said(stream, raw)).toStrictEqual(event);
  });

  it.each<[string, object]>([
    [
      '{"action":"DIFFERENTIAL","duration_ms":12,"event":"refresh_completed","pgt_name":"totals","pgt_schema":"live","rows_deleted":0,"rows_inserted":3,"st":"live.totals"}',
      {
        ...untruncated,
        kind: 'refresh_completed',
        table: totals,
        action: 'DIFFERENTIAL',
        rowsInserted: 3,
        rowsDeleted: 0,
        durationMs: 12,
      },
    ],
    [
      '{"event":"no_upstream_changes","idle_seconds":7,"pgt_name":"totals","pgt_schema":"live","st":"live.totals"}',
      { ...untruncated, kind: 'no_upstream_changes', table: totals, idleMs: 7_000 },
    ],
    [
      '{"event":"stale_data","staleness_seconds":90,"schedule_seconds":60,"pgt_name":"totals","pgt_schema":"live"}',
      { ...untruncated, kind: 'stale_data', table: totals, stalenessMs: 90_000, scheduleMs: 60_000 },
    ],
    [
      '{"event":"append_only_reverted","pgt_name":"totals","pgt_schema":"live","st":"live.totals"}',
      { ...untruncated, kind: 'other', event: 'append_only_reverted', table: totals, fields: {} },
    ],
    [
      '{"event":"fuse_blown","change_count":12,"details":{"a_b":[1]},"database_oid":16384}',
      {
        ...untruncated,
        kind: 'other',
        event: 'fuse_blown',
        table: null,
        fields: { changeCount: 12, details: { a_b: [1] }, databaseOid: 16_384 },
      },
    ],
    [
      '{"event":"refresh_failed","pgt_name":"totals","pgt_schema":"live","action":"FULL","error":"a lo","truncated":true,"omitted_fields":["error"]}',
      { kind: 'refresh_failed', truncated: true, table: totals, action: 'FULL', error: 'a lo' },
    ],
    ['{"event":"constructor"}', { ...untruncated, kind: 'other', event: 'constructor', table: null, fields: {} }],
  ])('pg_trickle, %s', (raw, event) => {
    expect(said(trickle, raw)).toStrictEqual(event);
  });

  it.each([stream, trickle])('$name, on its other channels', (names) => {
    const { refresh, cdcTransition } = names.channels;
    expect(
      said(names, '{"stream_table": "totals", "schema": "live", "mode": "FULL", "rows": 12}', refresh),
    ).toStrictEqual({
      ...untruncated,
      kind: 'full_refresh',
      table: totals,
      rows: 12,
    });
    expect(said(names, '{"stream_table":"totals","schema":"live","mode":"FULL"}', refresh)).toMatchObject({
      rows: null,
    });
    const transition =
      '{"event":"cdc_transition","source_table":"public.orders","old_mode":"TRIGGER","new_mode":"WAL","slot_name":"s"}';
    expect(said(names, transition, cdcTransition)).toStrictEqual({
      ...untruncated,
      kind: 'cdc_transition',
      sourceTable: 'public.orders',
      oldMode: 'TRIGGER',
      newMode: 'WAL',
      slotName: 's',
    });
  });
});

describe('what cannot be read', () => {
  it.each([
    '',
    'anything',
    '{',
    '{}',
    '[]',
    'null',
    '"refresh_completed"',
    '...}',
    '{...}',
    '{"event":7}',
    '{"event":{"event":"resumed"}}',
    '{"event":"refresh_completed"}',
    '{"event":"refresh_completed","pgs_schema":"live","pgs_name":7,"pgt_schema":"live","pgt_name":7}',
    '{"event":"resumed","pgs_schema":"live","pgs_na...}',
  ])('is an event with its text: %j', (raw) => {
    for (const names of [stream, trickle]) {
      expect(said(names, raw)).toStrictEqual({ kind: 'unreadable', channel: names.channels.alert, raw });
    }
  });

  it('never throws', () => {
    const scraps = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '\\"',
      ':',
      ',',
      '"event":',
      '"pgs_name":',
      '"resumed"',
      '...}',
      ' ',
      '\n',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(scraps, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(stream, trickle), (raw, names) => {
        for (const channel of Object.values(names.channels)) expect(readEvent(names, channel, raw, at).at).toBe(at);
      }),
    );
  });
});

/** As it does (contract A.7): quotes alone are escaped. */
function byHand(schema: string, name: string, error: string): string {
  const [s, n, e] = [schema, name, error].map((text) => text.replaceAll('"', '\\"'));
  return `{"event":"refresh_failed","pgs_schema":"${s}","pgs_name":"${n}","st":"${s}.${n}","action":"FULL","error":"${e}"}`;
}

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('"', '\\', '\n', ',', ':', '{', '}', 'a', '"x":', ' ', '\\n', '\t'), { maxLength: 20 })
    .map((p) => p.join('')),
);
/** A text that ends in a backslash looks, before a quote of its own, as an escaped quote: nobody can tell. */
const isClear = (text: string): boolean => !text.includes('\\"');

describe('what pg_stream puts together by hand', () => {
  it('is read as it was meant, whatever is in it', () => {
    fc.assert(
      fc.property(texts.filter(isClear), texts.filter(isClear), texts.filter(isClear), (schema, name, error) => {
        expect(read(stream, byHand(schema, name, error))).toMatchObject({
          kind: 'refresh_failed',
          table: { schema, name },
          action: 'FULL',
          error,
          truncated: false,
        });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read up to where it was cut', () => {
    fc.assert(
      fc.property(texts.filter(isClear), fc.nat({ max: 200 }), (error, most) => {
        const whole = byHand('live', 'totals', `${error}${'x'.repeat(300)}`);
        const start = whole.length - 302;
        const cut = `${whole.slice(0, start + most)}...}`;
        expect(read(stream, cut)).toMatchObject({
          kind: 'refresh_failed',
          table: totals,
          action: 'FULL',
          error: `${error}${'x'.repeat(most)}`,
          truncated: true,
        });
      }),
    );
  });

  it.each([
    ['in a text', '..,"action":"FULL","error":"too lo...}', { action: 'FULL', error: 'too lo' }],
    ['in an escaped quote', '..,"error":"relation \\...}', { error: 'relation \\' }],
    ['after an escaped quote', '..,"error":"relation \\"...}', { error: 'relation "' }],
    ['in a key', '..,"action":"FULL","er...}', { action: 'FULL', error: null }],
    ['before a value', '..,"action":"FULL","error":...}', { action: 'FULL', error: null }],
    ['in a number', '..,"action":"FULL","error":12...}', { action: 'FULL', error: null }],
    ['after a comma', '..,"action":"FULL",...}', { action: 'FULL', error: null }],
  ])('is read although it was cut %s', (_, end, fields) => {
    const raw = end.replace(
      '..',
      '{"event":"refresh_failed","pgs_schema":"live","pgs_name":"totals","st":"live.totals"',
    );
    expect(read(stream, raw)).toMatchObject({ kind: 'refresh_failed', table: totals, truncated: true, ...fields });
  });

  it('has no number whose end is missing', () => {
    const raw =
      '{"event":"refresh_completed","pgs_schema":"live","pgs_name":"totals","rows_inserted":3,"rows_deleted":12...}';
    expect(read(stream, raw)).toMatchObject({ rowsInserted: 3, rowsDeleted: null, truncated: true });
  });
});
