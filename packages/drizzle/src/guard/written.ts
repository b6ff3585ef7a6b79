import { is, SQL, StringChunk, Subquery, View, ViewBaseConfig } from 'drizzle-orm';
import { identityOf, type StreamTableIdentity } from '../stream-table/index.ts';

/** The stream table whose rows a write would reach, and the view that it would go through, if any. */
export interface Written {
  readonly table: StreamTableIdentity;
  readonly view?: string;
}

/** What a write to this writes, where that is a stream table itself. */
export function written(target: unknown): Written | undefined {
  const table = identityOf(target);
  return table && { table };
}

/**
 * What a write to this writes, where that is a stream table: PostgreSQL writes through a view to what the view reads
 * from. What a query merely looks at, in a join or a condition, is not written.
 */
export function writtenThrough(target: unknown): Written | undefined {
  const itself = written(target);
  if (itself) return itself;
  if (is(target, View)) {
    const { name, query } = configOf(target);
    const behind = query && readFrom(query);
    return behind && { table: behind.table, view: name };
  }
  if (is(target, Subquery)) return readFrom(target._.sql);
  return is(target, SQL) ? readFrom(target) : undefined;
}

interface ViewConfig {
  readonly name: string;
  /** What the view was declared with; undefined where it was declared as existing. */
  readonly query: SQL | undefined;
}

function configOf(view: View): ViewConfig {
  return (view as unknown as Record<typeof ViewBaseConfig, ViewConfig>)[ViewBaseConfig];
}

/** The word that a table follows, where as many parentheses are closed as are open. */
const FROM = /\bfrom\s+(?:only\s+)?$/i;

/** What the query of a view reads from first, or what a piece of SQL stands for that is nothing else. */
function readFrom({ queryChunks }: SQL): Written | undefined {
  let text = '';
  for (const chunk of queryChunks) {
    const isFirst = text.trim() === '';
    const isSource = isFirst || (FROM.test(text) && isClosed(text));
    const found = isSource ? writtenThrough(chunk) : undefined;
    if (found || (isSource && !isFirst)) return found;
    text += is(chunk, StringChunk) ? [chunk.value].flat().join('') : ' ? ';
  }
  return undefined;
}

function isClosed(text: string): boolean {
  return text.split('(').length === text.split(')').length;
}
