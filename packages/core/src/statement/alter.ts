import { COMMA, SEMICOLON } from './characters.ts';
import { takeTableName } from './identifier.ts';
import type { Lexer } from './lexer.ts';
import { takeIfExists } from './relation.ts';
import { skipTo } from './skip.ts';
import { report, type WriteTarget } from './target.ts';
import { takeWritten } from './written.ts';

/** The first words of what changes a table's definition. */
const CHANGES: readonly (readonly string[])[] = [
  ['add'],
  ['drop'],
  ['alter'],
  ['rename'],
  ['set', 'schema'],
  ['inherit'],
  ['no', 'inherit'],
  ['of'],
  ['not', 'of'],
];
/** The same, where what follows is one more table whose definition it changes. */
const CHANGES_OF_TWO: readonly (readonly string[])[] = [
  ['attach', 'partition'],
  ['detach', 'partition'],
];
/** What PostgreSQL lets rename a table or its columns besides ALTER TABLE: the name need not be of that kind. */
const RENAMING: readonly (readonly string[])[] = [
  ['foreign', 'table'],
  ['index'],
  ['materialized', 'view'],
  ['type'],
  ['view'],
];

/**
 * Reads ALTER. Reported is what changes the definition, the name of a schema included; owner, storage, triggers and row
 * security are no part of it.
 */
export function readAlter(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  if (lexer.take('schema')) {
    const schema = takeTableName(lexer);
    if (lexer.is('rename')) report(targets, 'alter schema', schema);
    return;
  }
  const renamesOnly = takeOneOf(lexer, RENAMING);
  if (!renamesOnly && !lexer.take('table')) return;
  takeIfExists(lexer);
  const table = takeWritten(lexer);
  if (renamesOnly) {
    if (lexer.is('rename')) report(targets, 'alter table', table);
    return;
  }
  do {
    if (takeOneOf(lexer, CHANGES)) return report(targets, 'alter table', table);
    if (takeOneOf(lexer, CHANGES_OF_TWO)) {
      report(targets, 'alter table', table);
      return report(targets, 'alter table', takeTableName(lexer));
    }
    skipTo(lexer, () => lexer.kind === SEMICOLON || lexer.kind === COMMA);
  } while (lexer.take(COMMA));
}

/** Goes past one of several sequences of words, if it is there. */
function takeOneOf(lexer: Lexer, sequences: readonly (readonly string[])[]): boolean {
  const { start } = lexer;
  for (const words of sequences) {
    if (words.every((word) => lexer.take(word))) return true;
    lexer.return(start);
  }
  return false;
}
