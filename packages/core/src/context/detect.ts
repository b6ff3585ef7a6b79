import { classify } from '../classification/index.ts';
import { DIALECTS, EQUALS, type Dialect, type DialectName } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { query, type SqlExecutor } from '../executor/index.ts';

/** The extension as the database has it. */
export interface InstalledExtension {
  readonly dialect: Dialect;
  readonly version: string;
}

/** Readable by every role, without rights on the extension's schema (contract C.1). Where both are, pg_trickle is the one. */
const INSTALLED = `SELECT pg_catalog.json_build_object('name', e.extname, 'version', e.extversion)::pg_catalog.text AS pgstream
FROM pg_catalog.pg_extension e WHERE e.extname ${EQUALS} 'pg_stream' OR e.extname ${EQUALS} 'pg_trickle'
ORDER BY e.extname DESC LIMIT 1`;

const detections = new WeakMap<object, Promise<Dialect>>();

/**
 * The dialect of the server behind an executor: asked once per scope, also when many ask at the same time. A failure
 * is not remembered, nor is a missing extension: it may be created at any moment.
 */
export function detectDialect(executor: SqlExecutor): Promise<Dialect> {
  const { scope } = executor;
  const known = detections.get(scope);
  if (known) return known;
  const detection = findExtension(executor).then(({ dialect }) => dialect);
  detections.set(scope, detection);
  detection.catch(() => {
    if (detections.get(scope) === detection) detections.delete(scope);
  });
  return detection;
}

/** Forgets what was detected: an answer of the server has shown that the extension is no longer what it was. */
export function forgetDialect(executor: SqlExecutor): void {
  detections.delete(executor.scope);
}

/** Asks the database for the extension, whatever was detected before. Throws EXTENSION_MISSING. */
export async function findExtension(executor: SqlExecutor): Promise<InstalledExtension> {
  const [row] = await query<{ name: DialectName; version: string }>(executor, INSTALLED).catch((error: unknown) => {
    throw classify(error, { operation: 'connect' });
  });
  if (row === undefined) {
    throw new PgStreamError(
      'EXTENSION_MISSING',
      'This database has neither the extension pg_stream nor pg_trickle. Run CREATE EXTENSION pg_stream in it as a superuser, or connect to the database that has it: an extension belongs to one database, not to the server.',
    );
  }
  return { dialect: DIALECTS[row.name], version: row.version };
}
