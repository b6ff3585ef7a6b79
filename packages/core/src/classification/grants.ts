import type { Dialect } from '../dialect/index.ts';
import type { DriverError } from '../errors/index.ts';
import type { ErrorContext } from './rule.ts';

/**
 * The sentence for a missing privilege (42501): which GRANTs to run. The extension checks everything with the
 * caller's rights and grants nothing to anybody (contract A.0, A.5 "Rights needed by the caller").
 */
export function permissionSentence(error: DriverError, context: ErrorContext): string {
  const { dialect } = context;
  const said =
    error.message === '' ? 'The server refused for lack of a privilege.' : `The server says: ${error.message}.`;
  if (dialect === undefined) return `${said} Ask the owner of the database for the right.`;
  const advice = isReading(context) ? readingGrants(dialect, context) : writingGrants(error, dialect, context);
  return `${said} ${advice}`;
}

function isReading({ operation }: ErrorContext): boolean {
  return operation === 'read';
}

/** What reading staleness and status needs; the questions that read more say so by `reads`. */
function readingGrants(dialect: Dialect, { reads = [] }: ErrorContext): string {
  const tables =
    reads === 'all'
      ? `ALL TABLES IN SCHEMA ${dialect.schema}`
      : [dialect.catalog, ...reads.map((table) => `${dialect.schema}.${dialect.prefix}${table}`)].join(', ');
  return `To read about stream tables a role needs: GRANT USAGE ON SCHEMA ${dialect.schema} TO <role>; GRANT SELECT ON ${tables} TO <role>;`;
}

/** In English the message tells what was denied; in other languages the advice names all that may be missing. */
function writingGrants(error: DriverError, dialect: Dialect, context: ErrorContext): string {
  const denied = /permission denied for (?:schema|table|view|sequence|relation) (.+)$/.exec(error.message)?.[1];
  const extensionWide = `GRANT USAGE ON SCHEMA ${dialect.schema}, ${dialect.changesSchema} TO <role>; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${dialect.schema} TO <role>; GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${dialect.schema} TO <role>;`;
  const ownIt =
    'Everything runs with the rights of the caller: call it as the owner of the stream table and of its sources';
  if (context.operation !== 'refresh') {
    return `${ownIt}, who also needs: ${extensionWide} and, to create, GRANT CREATE ON SCHEMA ${dialect.changesSchema} TO <role>;`;
  }
  if (denied === undefined || isOfExtension(denied, dialect)) {
    return `${ownIt}, who also needs: ${extensionWide} Or let it be called through a function of the owner's (refreshFunctionSql prints one).`;
  }
  if (denied === context.name?.name) {
    return `${ownIt}, or through a function of the owner's (refreshFunctionSql prints one).`;
  }
  return `A refresh locks the tables that the defining query reads, so that no change is lost: GRANT MAINTAIN ON <schema>."${denied}" TO <role>; (with SELECT on it). Or let it be called through a function of the owner's (refreshFunctionSql prints one).`;
}

function isOfExtension(relation: string, dialect: Dialect): boolean {
  return (
    relation === dialect.schema ||
    relation === dialect.changesSchema ||
    relation.startsWith(dialect.prefix) ||
    relation.startsWith('changes_')
  );
}
