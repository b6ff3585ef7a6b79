import { CLOSE, COMMA, OPEN } from './characters.ts';
import { skipIdentifier } from './identifier.ts';
import { cannotWrite } from './keywords.ts';
import type { Lexer } from './lexer.ts';
import { skipTo } from './skip.ts';
import { report, type WriteTarget } from './target.ts';
import { takeWritten } from './written.ts';

/** What an open parenthesis is around: one query of a WITH list, or anything else. */
type Parenthesis = 'listed query' | 'other';

/**
 * Reads SELECT, VALUES, TABLE, INSERT, UPDATE, DELETE or MERGE, with what is in its WITH lists, to the end of the
 * statement. Only where a query may begin is a keyword a write: everywhere else columns, aliases and functions may be
 * called so. Parentheses are counted and not recursed into: a text may have a million of them.
 */
export function readQuery(lexer: Lexer, targets: WriteTarget[]): void {
  const open: Parenthesis[] = [];
  const takeOpening = (isOpening: boolean): boolean => {
    if (isOpening) open.push('listed query');
    return isOpening;
  };
  // Whether a query may begin here.
  let begins = true;
  while (!lexer.isOver) {
    if (lexer.take(OPEN)) {
      open.push('other');
    } else if (lexer.take(CLOSE)) {
      begins = false;
      if (open.pop() === 'listed query') {
        skipSearchAndCycle(lexer);
        // Either one more of the list, or the query that the list belongs to.
        begins = lexer.take(COMMA) ? takeOpening(takeListed(lexer)) : true;
      }
    } else if (lexer.take('with')) {
      begins = takeOpening(takeFirstListed(lexer));
    } else if (begins) {
      begins = false;
      readTarget(lexer, targets);
    } else {
      lexer.next();
    }
  }
}

function readTarget(lexer: Lexer, targets: WriteTarget[]): void {
  if (lexer.take('insert')) {
    if (lexer.take('into')) report(targets, 'insert', takeWritten(lexer));
  } else if (lexer.take('update')) {
    report(targets, 'update', takeWritten(lexer));
  } else if (lexer.take('delete')) {
    if (lexer.take('from')) report(targets, 'delete', takeWritten(lexer));
  } else if (lexer.take('merge')) {
    if (lexer.take('into')) report(targets, 'merge', takeWritten(lexer));
  } else {
    return;
  }
  // Most writes have no other in them: their rows, which may be many, need not be read.
  if (cannotWrite(lexer.sql, lexer.start)) lexer.finish();
}

/** Behind WITH. "recursive" may also be the name that follows. */
function takeFirstListed(lexer: Lexer): boolean {
  const { start } = lexer;
  if (lexer.take('recursive') && (lexer.is('as') || lexer.kind === OPEN)) lexer.return(start);
  return takeListed(lexer);
}

/**
 * Goes past `name [(columns)] AS [[NOT] MATERIALIZED] (`, and whether that was there: WITH begins other things, too, as
 * WITH TIES or WITH (…).
 */
function takeListed(lexer: Lexer): boolean {
  if (!skipIdentifier(lexer)) return false;
  lexer.skipParenthesised();
  if (!lexer.take('as')) return false;
  lexer.take('not');
  lexer.take('materialized');
  return lexer.take(OPEN);
}

/** Goes past SEARCH and CYCLE, which may follow a query of the list. */
function skipSearchAndCycle(lexer: Lexer): void {
  if (lexer.take('search')) {
    // DEPTH or BREADTH, FIRST, BY.
    for (let words = 0; words < 3; words += 1) skipIdentifier(lexer);
    skipIdentifiers(lexer);
    lexer.take('set');
    skipIdentifier(lexer);
  }
  if (lexer.take('cycle')) {
    skipTo(lexer, () => lexer.isOver || lexer.kind === CLOSE || lexer.is('using'));
    lexer.take('using');
    skipIdentifier(lexer);
  }
}

function skipIdentifiers(lexer: Lexer): void {
  do skipIdentifier(lexer);
  while (lexer.take(COMMA));
}
