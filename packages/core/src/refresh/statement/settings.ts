import type { Dialect } from '../../dialect/index.ts';

/** What a refresh changes for the rest of the caller's transaction (contract A.5, B.6): the extension, or our block. */
const CHANGED = ['lock_timeout', 'enable_nestloop', 'work_mem', 'row_security'] as const;

/** Declares `kept`: the caller's settings. */
export function keptSettings(dialect: Dialect): string {
  const values = CHANGED.map((name) => `pg_catalog.current_setting('${name}')`);
  return `kept CONSTANT pg_catalog.text[] := ARRAY[${values.join(', ')},
  pg_catalog.current_setting('${cleanUpByTruncate(dialect)}', true), pg_catalog.current_setting('${letsWritesPass(dialect)}', true)];`;
}

/**
 * Neither an error needs any of this nor the end of the transaction: they undo settings by themselves. A role that may not set the
 * clean-up has not changed it; without a value the extension was not loaded yet.
 */
export function restoreSettings(dialect: Dialect): string {
  const restored = CHANGED.map((name, index) => `set_config('${name}', kept[${index + 1}], true)`);
  const truncates = cleanUpByTruncate(dialect);
  const writes = letsWritesPass(dialect);
  return `PERFORM ${restored.join(', ')},
  CASE WHEN current_setting('${truncates}', true) <> kept[${CHANGED.length + 1}] THEN set_config('${truncates}', kept[${CHANGED.length + 1}], true) END,
  CASE WHEN current_setting('${writes}', true) IS DISTINCT FROM kept[${CHANGED.length + 2}]
    THEN set_config('${writes}', coalesce(NULLIF(kept[${CHANGED.length + 2}], ''), 'off'), true) END;`;
}

/** The setting by which the extension empties its change buffers with TRUNCATE (contract A.5, A.8). */
export function cleanUpByTruncate(dialect: Dialect): string {
  return `${dialect.settings}cleanup_use_truncate`;
}

/** The setting with which a refresh of pg_trickle gets past the guards of stream tables, and everybody after it (contract F.2, F.5). */
function letsWritesPass(dialect: Dialect): string {
  return `${dialect.settings}internal_refresh`;
}
