import { CLOSE, OPEN, STAR } from './characters.ts';
import { type TableName, takeTableName } from './identifier.ts';
import type { Lexer } from './lexer.ts';

/** Goes past `[ONLY] name [*]` or `ONLY (name)` and returns the name, undefined where there is none. */
export function takeRelation(lexer: Lexer): TableName | undefined {
  if (lexer.take('only') && lexer.take(OPEN)) {
    const table = takeTableName(lexer);
    lexer.take(CLOSE);
    return table;
  }
  const table = takeTableName(lexer);
  lexer.take(STAR);
  return table;
}

/** Goes past IF EXISTS. IF alone is a name. */
export function takeIfExists(lexer: Lexer): void {
  const { start } = lexer;
  if (lexer.take('if') && !lexer.take('exists')) lexer.return(start);
}
