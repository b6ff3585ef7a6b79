import { COMMA, OPEN } from './characters.ts';
import { skipIdentifier, type TableName } from './identifier.ts';
import { Lexer } from './lexer.ts';
import { takeRelation } from './relation.ts';
import { takeSource } from './source.ts';

/** What makes more than one relation, or no plain one, of what FROM reads. None can be an alias without AS. */
const MORE = ['join', 'inner', 'left', 'right', 'full', 'cross', 'natural', 'tablesample'];

/**
 * The one table, or view, that PostgreSQL would write to if a view with this query was written to; undefined for a query
 * that reads something else, or more. One that is made of groups, or of several queries, cannot be written to at all: of
 * such a view, any answer will do.
 */
export function relationPassedOnTo(query: string): TableName | undefined {
  const lexer = new Lexer(query);
  while (lexer.take(OPEN));
  if (lexer.take('table')) return takeRelation(lexer);
  if (!lexer.take('select')) return undefined;
  const relation = takeSource(lexer);
  // A function, or what stands in parentheses.
  if (!relation || lexer.kind === OPEN) return undefined;
  if (isMore(lexer)) return undefined;
  if (lexer.take('as') || lexer.isIdentifier) {
    skipIdentifier(lexer);
    lexer.skipParenthesised();
  }
  return isMore(lexer) ? undefined : relation;
}

function isMore(lexer: Lexer): boolean {
  return lexer.kind === COMMA || MORE.some((word) => lexer.is(word));
}
