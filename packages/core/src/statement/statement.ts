import { readAlter } from './alter.ts';
import { COMMA, OPEN } from './characters.ts';
import { readCreate } from './create.ts';
import { takeExecuted } from './explain.ts';
import { skipIdentifier, takeTableName } from './identifier.ts';
import { type Lexer, WORD } from './lexer.ts';
import { readQuery } from './query.ts';
import { takeIfExists } from './relation.ts';
import { skipStatement } from './skip.ts';
import { report, type WriteTarget } from './target.ts';
import { takeWritten } from './written.ts';

/** Goes to the semicolon that ends the statement, or to the end of the text, and reports what is written on the way. */
export function readStatement(lexer: Lexer, targets: WriteTarget[]): void {
  const explained = lexer.take('explain');
  if (!explained || takeExecuted(lexer)) readerFor(lexer)?.(lexer, targets);
  skipStatement(lexer);
}

/** What is prepared writes when it is executed, and that is a text without a target. */
function readPrepare(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  if (!skipIdentifier(lexer)) return;
  lexer.skipParenthesised();
  if (lexer.take('as')) readQuery(lexer, targets);
}

function readCopy(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  if (lexer.kind === OPEN) return readQuery(lexer, targets);
  lexer.take('binary');
  const table = takeTableName(lexer);
  lexer.skipParenthesised();
  if (lexer.is('from')) report(targets, 'copy', table);
}

function readTruncate(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  lexer.take('table');
  do report(targets, 'truncate', takeWritten(lexer));
  while (lexer.take(COMMA));
}

function readDrop(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  if (lexer.take('schema')) return readDropSchema(lexer, targets);
  if (!lexer.take('table')) return;
  takeIfExists(lexer);
  do report(targets, 'drop table', takeWritten(lexer));
  while (lexer.take(COMMA));
}

/** Without CASCADE a schema is dropped only if nothing is in it. */
function readDropSchema(lexer: Lexer, targets: WriteTarget[]): void {
  takeIfExists(lexer);
  const schemas: WriteTarget[] = [];
  do report(schemas, 'drop schema', takeTableName(lexer));
  while (lexer.take(COMMA));
  if (lexer.is('cascade')) targets.push(...schemas);
}

/** By the first word of a statement. What begins with any other writes nowhere that its text says. */
const READERS: ReadonlyMap<string, (lexer: Lexer, targets: WriteTarget[]) => void> = new Map([
  ['select', readQuery],
  ['insert', readQuery],
  ['update', readQuery],
  ['delete', readQuery],
  ['with', readQuery],
  ['merge', readQuery],
  ['values', readQuery],
  ['table', readQuery],
  ['prepare', readPrepare],
  ['copy', readCopy],
  ['truncate', readTruncate],
  ['drop', readDrop],
  ['alter', readAlter],
  ['create', readCreate],
]);

function readerFor({ sql, kind, start, end }: Lexer): ReturnType<(typeof READERS)['get']> {
  if (kind === OPEN) return readQuery;
  return kind === WORD ? READERS.get(sql.slice(start, end).toLowerCase()) : undefined;
}
