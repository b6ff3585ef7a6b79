import { SEMICOLON } from './characters.ts';
import { cannotWrite } from './keywords.ts';
import { Lexer } from './lexer.ts';
import { readStatement } from './statement.ts';
import type { WriteTarget } from './target.ts';

/**
 * The tables that the text would change if PostgreSQL 18 were sent it, in its order, each as often as it is named; empty
 * for a text that only reads. Never throws: of a text that PostgreSQL refuses as a whole, any answer will do.
 *
 * Seen are INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY … FROM, DROP TABLE, DROP SCHEMA … CASCADE, ALTER SCHEMA … RENAME,
 * and ALTER TABLE where it changes the definition: alone, one of several in a text, in WITH, prepared, and under EXPLAIN
 * ANALYZE. Not seen is what a text does without saying so: DO blocks, functions, triggers, rules and cascades, views that
 * pass a write on, DROP OWNED, and EXECUTE of what was prepared elsewhere.
 *
 * Where only the server knows, the answer is that it writes: CREATE TABLE … AS with a write in WITH is reported though
 * WITH NO DATA or IF NOT EXISTS may keep it from being run. Backslashes in plain strings are read as by default, with
 * `standard_conforming_strings` on.
 */
export function writeTargets(sql: string): readonly WriteTarget[] {
  const targets: WriteTarget[] = [];
  if (cannotWrite(sql)) return targets;
  const lexer = new Lexer(asSent(sql));
  do readStatement(lexer, targets);
  while (lexer.take(SEMICOLON));
  return targets;
}

/** A text ends for PostgreSQL where it has a NUL. */
function asSent(sql: string): string {
  const end = sql.indexOf('\0');
  return end === -1 ? sql : sql.slice(0, end);
}
