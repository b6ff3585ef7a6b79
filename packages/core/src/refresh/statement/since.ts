import { indent } from '../../command/index.ts';
import type { Dialect } from '../../dialect/index.ts';
import type { Parts } from './parts.ts';
import { OURS } from './refusals.ts';

/** When a call has begun, by the server's clock and by its log: what another's refresh is held against. */
export interface Since {
  /** Seconds since 1970, to the microsecond, as SQL writes a number. */
  readonly at: string;
  /** Position in the write-ahead log. */
  readonly lsn: string;
}

/**
 * SQL for the text that {@link readSince} reads. A standby has no such position, and refreshes nothing. The position is
 * the one that the extension notes of changes and of refreshes.
 */
export function askedAt({ logPosition }: Dialect): string {
  return `pg_catalog.concat('${OURS}asked at ', extract(epoch FROM pg_catalog.clock_timestamp()), ', ',
  CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.${logPosition}() END)`;
}

export function readSince(text: string | undefined): Since | undefined {
  const [, at, lsn] = /^pgstream: asked at (\d+\.\d+), ([0-9A-F]+\/[0-9A-F]+)$/.exec(text ?? '') ?? [];
  return at === undefined || lsn === undefined ? undefined : { at, lsn };
}

/** The message of a refresh that was not needed any more: nothing was done. A DO block has no other way to tell. */
export const REFRESHED_SINCE = `${OURS}refreshed by another call since`;

/** Declares what {@link endIfRefreshedSince} reads. */
export function declareSince({ at, lsn }: Since): string {
  return `since_at CONSTANT pg_catalog.numeric := ${at};
since_lsn CONSTANT pg_catalog.pg_lsn := '${lsn}';`;
}

/** The setting by which a refresh function is told, whose parameters are older than the question. Unset, both are null. */
const SETTING = 'pgstream_refresh.since';

export const declareSinceOfSetting = `since CONSTANT pg_catalog.text[] := pg_catalog.string_to_array(pg_catalog.current_setting('${SETTING}', true), ' ');
since_at CONSTANT pg_catalog.numeric := since[1];
since_lsn CONSTANT pg_catalog.pg_lsn := since[2];`;

export function setSince({ at, lsn }: Since): string {
  return `PERFORM set_config('${SETTING}', '${at} ${lsn}', true);\n`;
}

/**
 * Ends a refresh that another one has made needless: one that began after this call did, so that it has seen what was
 * committed before, and that has taken in the changes of every source up to beyond where the log was then. Neither is enough by
 * itself. A scheduler moves the time, and holds the frontier back behind open writers or finds nothing to do; and a frontier
 * goes past changes that an older snapshot has not seen.
 *
 * Asks of what is committed. Where the catalog may not be read, or has no frontier of a source, there is no proof.
 */
export function endIfRefreshedSince({ catalog, schema, prefix }: Dialect): string {
  const dependencies = `${schema}.${prefix}dependencies`;
  const mayRead = [catalog, dependencies].map((table) => `has_table_privilege('${table}', 'SELECT')`);
  return `IF since_lsn IS NOT NULL AND ${mayRead.join(' AND ')} THEN
  IF EXISTS (
    SELECT FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name
      AND s.status = 'ACTIVE' AND s.is_populated AND NOT s.needs_reinit
      AND extract(epoch FROM s.created_at) <= since_at -- It is no other one of that name.
      AND extract(epoch FROM s.last_refresh_at) > since_at
      AND (SELECT bool_and(coalesce(CASE WHEN pg_input_is_valid(reached.lsn, 'pg_lsn') THEN reached.lsn::pg_lsn > since_lsn END, false))
        FROM ${dependencies} d, LATERAL (SELECT s.frontier #>> ARRAY['sources', d.source_relid::text, 'lsn']) reached (lsn)
        WHERE d.${prefix}id = s.${prefix}id AND d.source_type <> 'VIEW')
  ) THEN
    RAISE EXCEPTION '${REFRESHED_SINCE}' USING ERRCODE = '55000';
  END IF;
END IF;`;
}

/** Runs a claim of the stream table, and asks before it, so as to be in nobody's way, and after it, when nobody refreshes. */
export function claimUnlessRefreshedSince(dialect: Dialect, parts: Parts, claim: string): string {
  if (!parts.since) return claim;
  return `LOOP
${indent(endIfRefreshedSince(dialect))}
  EXIT WHEN table_id IS NOT NULL;
${indent(claim)}
  EXIT WHEN table_id IS NULL OR since_lsn IS NULL;
END LOOP;`;
}
