import type { TableName } from './identifier.ts';
import type { Lexer } from './lexer.ts';
import { takeRelation } from './relation.ts';
import { skipTo } from './skip.ts';

/** Behind SELECT: goes past the first of what its FROM names and returns it, undefined where that is no relation. */
export function takeSource(lexer: Lexer): TableName | undefined {
  return skipToFrom(lexer) ? takeRelation(lexer) : undefined;
}

/** Goes past the FROM of the query itself. That of IS DISTINCT FROM is another. */
function skipToFrom(lexer: Lexer): boolean {
  while (skipTo(lexer, () => lexer.isOver || lexer.is('from') || lexer.is('distinct'))) {
    if (lexer.isOver) return false;
    if (lexer.take('from')) return true;
    lexer.next();
    lexer.take('from');
  }
  return false;
}
