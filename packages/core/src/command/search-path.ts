/**
 * Commands name functions, operators and types as PostgreSQL has them, and the caller's search_path may have others of
 * these names first. So it is pinned around what is ours; declarations come before that, and say pg_catalog.
 */
export const keptSearchPath = "kept_path CONSTANT pg_catalog.text := pg_catalog.current_setting('search_path');";

export const pinSearchPath = "PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);";

/** What the extension does with the caller's is its own affair, and the caller's: defining queries may depend on it. */
export const searchPathPutBack = "pg_catalog.set_config('search_path', kept_path, true)";

export const putSearchPathBack = `PERFORM ${searchPathPutBack};`;
