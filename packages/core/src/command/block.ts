import type { TransactionState } from '../executor/index.ts';
import { dollarQuote } from '../name/index.ts';
import { indent } from './indent.ts';

/** What is to be done, as PL/pgSQL. */
export interface Command {
  /** Declarations before the others: what differs where the rest is the same each time. */
  readonly parameters?: string;
  readonly declarations?: string;
  readonly statements: string;
}

/**
 * A command as one statement: a DO block.
 *
 * Where the executor says that there is no transaction, the block begins with COMMIT. That costs nothing, unless the
 * connection was left inside somebody's transaction: then it fails before anything is done, and what was asked for is
 * neither lost with that transaction nor locks anything until its end. No driver has to be asked for it.
 */
export function commandBlock({ parameters, declarations, statements }: Command, transaction: TransactionState): string {
  const declared = [parameters, declarations].flatMap((lines) => (lines === undefined ? [] : [`${indent(lines)}\n`]));
  const alone = transaction === 'none' ? '  COMMIT; -- Fails in a transaction that somebody left open here.\n' : '';
  return `DO ${dollarQuote(`${declared.length === 0 ? '' : `DECLARE\n${declared.join('')}`}BEGIN
${alone}${indent(statements)}
END`)}`;
}

/** DO takes no parameters, so an argument stands in its text: in hexadecimal, which no input can escape from. */
export function argument(value: string | null): string {
  return value === null
    ? 'NULL::pg_catalog.text'
    : `pg_catalog.convert_from(pg_catalog.decode('${hexadecimal(value)}', 'hex'), 'UTF8')`;
}

function hexadecimal(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
