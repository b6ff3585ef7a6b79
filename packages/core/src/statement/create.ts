import { SEMICOLON } from './characters.ts';
import { END, type Lexer } from './lexer.ts';
import { readQuery } from './query.ts';
import { skipStatement, skipTo } from './skip.ts';
import type { WriteTarget } from './target.ts';

const MODIFIERS = ['or', 'replace', 'global', 'local', 'temporary', 'temp', 'unlogged'];

/**
 * Reads CREATE. What it defines it does not run, but the query behind CREATE TABLE … AS, whose WITH may write. A routine
 * with an SQL body is one statement with statements in it.
 */
export function readCreate(lexer: Lexer, targets: WriteTarget[]): void {
  lexer.next();
  while (MODIFIERS.some((modifier) => lexer.take(modifier)));
  if (lexer.take('table')) {
    skipTo(lexer, () => lexer.kind === SEMICOLON || lexer.is('as'));
    if (lexer.take('as')) readQuery(lexer, targets);
  } else if ((lexer.take('function') || lexer.take('procedure')) && skipToBody(lexer)) {
    skipBody(lexer);
  }
}

/** Goes past BEGIN ATOMIC; whether there was one. Other things, types for one, can be called "begin". */
function skipToBody(lexer: Lexer): boolean {
  while (skipTo(lexer, () => lexer.kind === SEMICOLON || lexer.is('begin')) && lexer.take('begin')) {
    if (lexer.take('atomic')) return true;
  }
  return false;
}

/** Goes past END, which begins no other statement of a body. */
function skipBody(lexer: Lexer): void {
  while (lexer.kind !== END && !lexer.take('end')) {
    skipStatement(lexer);
    lexer.take(SEMICOLON);
  }
}
