import { run, type About, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** How the changes of one source are captured (contract A.1, check_cdc_health). */
export interface CdcHealth {
  readonly sourceOid: number;
  /** Null if it is gone. */
  readonly source: QualifiedName | null;
  readonly cdcMode: string;
  /** Null while triggers capture, and so are the next two. */
  readonly slotName: string | null;
  readonly lagBytes: number | null;
  readonly confirmedLsn: string | null;
  /** What is wrong; null if nothing is. */
  readonly alert: string | null;
}

/** The slot or trigger that captures one source's changes (contract A.1, slot_health). */
export interface SlotHealth {
  /** The trigger's name while triggers capture: there is no slot then. */
  readonly slotName: string;
  readonly sourceOid: number;
  /** pg_stream always says true. */
  readonly active: boolean;
  readonly retainedWalBytes: number | null;
  /** `trigger`, `transitioning` or `wal`. */
  readonly walStatus: string;
}

/** Names the source by itself: as the extension writes it, it has a schema or quotes as the session's settings say. */
const CDC_HEALTH = statement<CdcHealth>(
  (d) => `SELECT pg_catalog.json_build_object('sourceOid', h.source_relid,
'source', CASE WHEN c.oid IS NOT NULL THEN pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname) END,
'cdcMode', h.cdc_mode, 'slotName', h.slot_name, 'lagBytes', h.lag_bytes, 'confirmedLsn', h.confirmed_lsn,
'alert', h.alert)::pg_catalog.text AS pgstream
FROM ${d.schema}.check_cdc_health() h
LEFT JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} h.source_relid::pg_catalog.oid
LEFT JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
ORDER BY n.nspname, c.relname, h.source_relid`,
);

const SLOT_HEALTH = statement<SlotHealth>(
  (d) => `SELECT pg_catalog.json_build_object('slotName', slot_name, 'sourceOid', source_relid, 'active', active,
'retainedWalBytes', retained_wal_bytes, 'walStatus', wal_status)::pg_catalog.text AS pgstream
FROM ${d.schema}.slot_health() ORDER BY slot_name`,
);

const ABOUT: About = { operation: 'read', reads: 'all' };

/** See {@link PgStream.cdcHealth}. */
export function cdcHealth(context: Context): Promise<CdcHealth[]> {
  return run(context, CDC_HEALTH, [], ABOUT);
}

/** See {@link PgStream.slotHealth}. */
export function slotHealth(context: Context): Promise<SlotHealth[]> {
  return run(context, SLOT_HEALTH, [], ABOUT);
}
