import { CLOSE, OPEN } from './characters.ts';
import { skipIdentifier, type TableName } from './identifier.ts';
import { type Lexer, WORD } from './lexer.ts';
import { takeRelation } from './relation.ts';
import { skipTo } from './skip.ts';
import { takeSource } from './source.ts';

/**
 * Goes past what a statement writes and returns its name, undefined where there is none. PostgreSQL takes no query there;
 * one in parentheses, as Drizzle has for a stream table, is what it reads, so that who sent it learns why it is refused.
 */
export function takeWritten(lexer: Lexer): TableName | undefined {
  if (!takeQuery(lexer)) return takeRelation(lexer);
  const source = takeSource(lexer);
  skipTo(lexer, () => lexer.kind === CLOSE);
  lexer.take(CLOSE);
  // Its alias, if it is quoted: another word may be the next of the statement.
  if (lexer.kind !== WORD) skipIdentifier(lexer);
  return source;
}

/** Goes past `[ONLY] ( SELECT`, if it is there. */
function takeQuery(lexer: Lexer): boolean {
  if (lexer.kind !== OPEN && !lexer.is('only')) return false;
  const { start } = lexer;
  lexer.take('only');
  if (lexer.take(OPEN) && lexer.take('select')) return true;
  lexer.return(start);
  return false;
}
