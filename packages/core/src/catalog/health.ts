import { run, type About, type Context } from '../context/index.ts';
import { statement } from '../dialect/index.ts';
import { integer } from '../executor/index.ts';

/** How the changes of one source are captured (contract A.1, check_cdc_health). */
export interface CdcHealth {
  readonly sourceOid: number;
  /** The source as PostgreSQL writes it, or `oid:N` if it is gone. */
  readonly source: string;
  readonly cdcMode: string;
  /** Null while triggers capture, and so are the next two. */
  readonly slotName: string | null;
  readonly lagBytes: bigint | null;
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
  readonly retainedWalBytes: bigint | null;
  /** `trigger`, `transitioning` or `wal`. */
  readonly walStatus: string;
}

type CdcWire = Omit<CdcHealth, 'lagBytes'> & { readonly lagBytes: string | null };
type SlotWire = Omit<SlotHealth, 'retainedWalBytes'> & { readonly retainedWalBytes: string | null };

const CDC_HEALTH = statement<CdcWire>(
  (d) => `SELECT json_build_object('sourceOid', source_relid, 'source', source_table, 'cdcMode', cdc_mode,
'slotName', slot_name, 'lagBytes', lag_bytes::text, 'confirmedLsn', confirmed_lsn, 'alert', alert)::text AS pgstream
FROM ${d.schema}.check_cdc_health() ORDER BY source_table, source_relid`,
);

const SLOT_HEALTH = statement<SlotWire>(
  (d) => `SELECT json_build_object('slotName', slot_name, 'sourceOid', source_relid, 'active', active,
'retainedWalBytes', retained_wal_bytes::text, 'walStatus', wal_status)::text AS pgstream
FROM ${d.schema}.slot_health() ORDER BY slot_name`,
);

const ABOUT: About = { operation: 'read', reads: 'all' };

/** See {@link PgStream.cdcHealth}. */
export async function cdcHealth(context: Context): Promise<CdcHealth[]> {
  return (await run(context, CDC_HEALTH, [], ABOUT)).map(decodeCdc);
}

/** See {@link PgStream.slotHealth}. */
export async function slotHealth(context: Context): Promise<SlotHealth[]> {
  return (await run(context, SLOT_HEALTH, [], ABOUT)).map(decodeSlot);
}

function decodeCdc(wire: CdcWire): CdcHealth {
  return { ...wire, lagBytes: integer(wire.lagBytes) };
}

function decodeSlot(wire: SlotWire): SlotHealth {
  return { ...wire, retainedWalBytes: integer(wire.retainedWalBytes) };
}
