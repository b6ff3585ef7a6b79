import { classify } from '../classification/index.ts';
import {
  ASKED_FUNCTIONS,
  dialectOf,
  EQUALS,
  NAMES,
  type Dialect,
  type DialectName,
  type Facts,
} from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { query, type SqlExecutor } from '../executor/index.ts';
import { SurplusRows } from './surplus-rows.ts';

const KNOWN = Object.values(NAMES);
const quoted = (names: readonly string[]): string => `ARRAY[${names.map((name) => `'${name}'`).join(', ')}]`;

/** The tables of which a dialect asks whether they have a column. */
const ASKED_TABLES = ['stream_tables', 'refresh_history'];

/**
 * Readable by every role, without rights on the extension's schema (contract C.1, F.10). Where both are, and none is
 * chosen by $1, pg_trickle is the one.
 */
const INSTALLED = `SELECT pg_catalog.json_build_object('name', e.extname, 'version', e.extversion,
'columns', (SELECT coalesce(pg_catalog.json_agg(asked.name OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) a.attname::pg_catalog.text
  ORDER BY asked.name, a.attname), '[]')
  FROM pg_catalog.unnest(${quoted(ASKED_TABLES)}) asked (name)
  JOIN pg_catalog.pg_class c ON c.relname::pg_catalog.text ${EQUALS} (known.prefix OPERATOR(pg_catalog.||) asked.name) AND c.relnamespace ${EQUALS} n.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid ${EQUALS} c.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped),
'functions', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', p.proname,
  'parameters', coalesce(p.proargnames, '{}'), 'definer', p.prosecdef) ORDER BY p.proname, p.oid), '[]')
  FROM pg_catalog.pg_proc p WHERE p.pronamespace ${EQUALS} n.oid
  AND p.proname::pg_catalog.text ${EQUALS} ANY (${quoted(ASKED_FUNCTIONS)})),
'surplus', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(ns.nspname, t.relname)), '[]')
  FROM pg_catalog.pg_attribute l
  JOIN pg_catalog.pg_attribute r ON r.attrelid ${EQUALS} l.attrelid AND r.attname::pg_catalog.text ${EQUALS} (known.hidden OPERATOR(pg_catalog.||) 'count_r')
  JOIN pg_catalog.pg_class t ON t.oid ${EQUALS} l.attrelid AND t.relkind ${EQUALS} ANY ('{r,p}'::"char"[])
  JOIN pg_catalog.pg_namespace ns ON ns.oid ${EQUALS} t.relnamespace
  WHERE l.attname::pg_catalog.text ${EQUALS} (known.hidden OPERATOR(pg_catalog.||) 'count_l')))::pg_catalog.text AS pgstream
FROM (VALUES ${KNOWN.map(({ name, schema, prefix, hiddenPrefix }) => `('${name}', '${schema}', '${prefix}', '${hiddenPrefix}')`).join(', ')}) known (name, schema, prefix, hidden)
JOIN pg_catalog.pg_extension e ON e.extname::pg_catalog.text ${EQUALS} known.name
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname::pg_catalog.text ${EQUALS} known.schema
WHERE $1::pg_catalog.text IS NULL OR known.name ${EQUALS} $1
ORDER BY known.name DESC LIMIT 1`;

/** The extension of a database. */
export interface Installation {
  readonly dialect: Dialect;
  readonly surplusRows: SurplusRows;
}

/** What was found in a scope, by the extension that was chosen; `any` where none was. */
const detections = new WeakMap<object, Map<DialectName | 'any', Promise<Installation>>>();

/**
 * The extension behind an executor: asked once per scope, also when many ask at the same time. A failure
 * is not remembered, nor is a missing extension: it may be created at any moment.
 */
export function detectExtension(executor: SqlExecutor, chosen: DialectName | undefined): Promise<Installation> {
  const { scope } = executor;
  const key = chosen ?? 'any';
  const ofScope = detections.get(scope) ?? new Map<DialectName | 'any', Promise<Installation>>();
  detections.set(scope, ofScope);
  const known = ofScope.get(key);
  if (known) return known;
  const detection = findExtension(executor, chosen);
  ofScope.set(key, detection);
  detection.catch(() => {
    if (ofScope.get(key) === detection) ofScope.delete(key);
  });
  return detection;
}

/** Forgets what was detected: an answer of the server has shown that the extension is no longer what it was. */
export function forgetExtension(executor: SqlExecutor): void {
  detections.delete(executor.scope);
}

/** Asks the database for the extension, whatever was detected before. Throws EXTENSION_MISSING. */
export async function findExtension(executor: SqlExecutor, chosen: DialectName | undefined): Promise<Installation> {
  const [row] = await query<Facts & { surplus: [string, string][] }>(executor, INSTALLED, [chosen ?? null]).catch(
    (error: unknown) => {
      throw classify(error, { operation: 'connect', transaction: executor.transaction });
    },
  );
  if (row === undefined) throw missing(chosen);
  const { surplus, ...facts } = row;
  return { dialect: dialectOf(facts), surplusRows: new SurplusRows(facts.name, surplus) };
}

function missing(chosen: DialectName | undefined): PgStreamError {
  return new PgStreamError(
    'EXTENSION_MISSING',
    `This database has ${chosen === undefined ? 'neither the extension pg_trickle nor pg_stream' : `not the extension ${chosen}`}. Run CREATE EXTENSION ${chosen ?? 'pg_trickle'} in it as a superuser, best in the first migration, or connect to the database that has it: an extension belongs to one database, not to the server.`,
  );
}
