import type { Dialect } from '../dialect/index.ts';
import type { DriverError } from '../errors/index.ts';
import type { ErrorContext } from './rule.ts';

/**
 * The sentence for a missing privilege (42501): which GRANTs to run. What the extension does with the
 * caller's rights, and what with those of its own, its dialect knows.
 */
export function permissionSentence(error: DriverError, context: ErrorContext): string {
  const { dialect } = context;
  const said =
    error.message === '' ? 'The server refused for lack of a privilege.' : `The server says: ${error.message}.`;
  if (dialect === undefined) return `${said} Ask the owner of the database for the right.`;
  const advice = adviceFor(error, dialect, context);
  return `${said} ${advice}`;
}

function adviceFor(error: DriverError, dialect: Dialect, context: ErrorContext): string {
  switch (context.operation) {
    case 'read':
      return readingGrants(dialect, context);
    case 'plan': {
      const denied = deniedBy(error);
      return isOwnership(error) || (denied !== undefined && !isOfExtension(denied.name, dialect))
        ? PLAN_AS_OWNER
        : readingGrants(dialect, { ...context, reads: 'all' });
    }
    default:
      return writingGrants(error, dialect, context);
  }
}

/** Queries are understood by making views of them, and tables in place of those to come. */
const PLAN_AS_OWNER = 'A plan is made by trying, in a transaction that is undone: make it as the role that applies it.';

/** Whether it is for owners alone, whatever is granted to others. */
function isOwnership({ message }: DriverError): boolean {
  return message.startsWith('must be owner of ');
}

/** What was denied, where the message tells it. */
function deniedBy({ message }: DriverError): { readonly kind: string; readonly name: string } | undefined {
  const [, kind, name] =
    /permission denied for (schema|table|view|sequence|relation|function) (.+)$/.exec(message) ?? [];
  return kind === undefined || name === undefined ? undefined : { kind, name };
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
  const { kind, name: denied } = deniedBy(error) ?? {};
  const called =
    kind === 'function' && denied?.includes('stream_table') === true ? denied : `${context.operation}_stream_table`;
  if (called === denied || dialect.definers.has(called)) return definersGrants(called, denied, dialect, context);
  if (isOwnership(error)) return `${OWN_IT}.`;
  return callersGrants(denied, dialect, context);
}

/** Such a function does its work with rights of its own, once it has seen that the caller owns the stream table (contract F.3). */
function definersGrants(called: string, denied: string | undefined, dialect: Dialect, context: ErrorContext): string {
  const { schema } = dialect;
  if (denied !== undefined && denied !== called && !isOfExtension(denied, dialect)) {
    return `The extension runs the defining query with the rights of the stream table's owner, who needs SELECT on everything that it reads and USAGE on the schemas${context.operation === 'create' ? '; who creates one also needs CREATE on its schema' : ''}.`;
  }
  const grants = `GRANT USAGE ON SCHEMA ${schema} TO <role>; GRANT EXECUTE ON FUNCTION ${schema}.${called} TO <role>;`;
  if (context.operation === 'create') return `To create stream tables a role needs: ${grants}`;
  const asOwner =
    context.operation === 'refresh' ? ', or the role that refresh({ as }) names (refreshRoleSql prints it)' : '';
  return `The owner of the stream table${asOwner} needs: ${grants}`;
}

const OWN_IT =
  'Everything runs with the rights of the caller: call it as the owner of the stream table and of its sources';

/** Everything runs with the rights of the caller (contract A.5). */
function callersGrants(denied: string | undefined, dialect: Dialect, context: ErrorContext): string {
  const extensionWide = `GRANT USAGE ON SCHEMA ${dialect.schema}, ${dialect.changesSchema} TO <role>; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${dialect.schema} TO <role>; GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${dialect.schema} TO <role>;`;
  if (context.operation !== 'refresh') {
    return `${OWN_IT}, who also needs: ${extensionWide} and, to create, GRANT CREATE ON SCHEMA ${dialect.changesSchema} TO <role>;`;
  }
  if (denied === undefined || isOfExtension(denied, dialect)) {
    return `${OWN_IT}, who also needs: ${extensionWide} ${OR_BY_ANOTHER}`;
  }
  if (denied === context.name?.name) return `${OWN_IT}. ${OR_BY_ANOTHER}`;
  return `A refresh locks the tables that the defining query reads, so that no change is lost: GRANT MAINTAIN ON <schema>."${denied}" TO <role>; (with SELECT on it). ${OR_BY_ANOTHER}`;
}

/** How a role refreshes what is not its own. */
const OR_BY_ANOTHER =
  "Or let it be called through a function of the owner's (refreshFunctionSql prints one), or as the owner (refreshRoleSql).";

function isOfExtension(relation: string, dialect: Dialect): boolean {
  return (
    relation === dialect.schema ||
    relation === dialect.changesSchema ||
    relation.startsWith(dialect.prefix) ||
    relation.startsWith('changes_')
  );
}
