// A keyword needs word boundaries on both sides in PostgreSQL 18, too: it refuses `1delete` and `$1delete`. What JavaScript
// takes for a boundary and PostgreSQL does not (`$`, letters beyond ASCII) only means a look that was not needed.
const WRITING = /\b(?:insert|update|delete|merge|truncate|copy|drop|alter)\b/gi;

/**
 * Whether no keyword that could write is in the text, from a position on: such a text needs no further look. Most of
 * what an application reads is decided by this alone. Never true for a text that writes.
 */
export function cannotWrite(sql: string, from = 0): boolean {
  WRITING.lastIndex = from;
  return !WRITING.test(sql);
}
