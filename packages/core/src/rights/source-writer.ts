import { DIALECTS, type DialectName } from '../dialect/index.ts';
import { comment, quoteRole } from './sql-text.ts';

/** For whom the rights of a writer are printed. */
export interface SourceWriterOptions {
  /** Which extension the database has, as `dialect()` of a client tells; `pg_stream` by default. Nobody is asked here. */
  readonly dialect?: DialectName | undefined;
  /**
   * The roles that create stream tables. A stream table that reads a new source makes a buffer for its changes, which
   * belongs to its creator: of those named here the role may write to future ones, too. By default: who runs the SQL.
   */
  readonly creators?: readonly string[] | undefined;
}

/**
 * SQL text that lets a role write to tables that stream tables read. On pg_stream the right to write to the table itself
 * is not enough, and its ordinary INSERT fails: the triggers that capture changes run with the rights of the writer
 * (contract A.5). A superuser runs it, or the owner of the stream tables who may also grant on the extension's schemas.
 * It can be run again at any time.
 *
 * The rights on the tables themselves are yours to give. A role that may write to the buffers could put changes there
 * that never were; pg_stream has no other way. pg_trickle captures with the rights of its own: nothing is printed for it
 * but a comment.
 *
 * Throws INVALID_ARGUMENT for what is no role.
 *
 * @example
 * await admin.query(sourceWriterSql('app'));
 */
export function sourceWriterSql(role: string, options: SourceWriterOptions = {}): string {
  const { dialect: name = 'pg_stream', creators = [] } = options;
  const dialect = DIALECTS[name];
  const grantee = quoteRole(role);
  const forRoles = creators.length === 0 ? '' : ` FOR ROLE ${creators.map(quoteRole).join(', ')}`;
  if (!dialect.capturesAsWriter) {
    return `-- ${comment(role)} needs nothing more than its rights on the tables: ${name} captures changes with rights of its own.\n`;
  }
  const buffers = dialect.changesSchema;
  return `-- ${comment(role)} writes to tables that stream tables read; the triggers that capture its changes run with its rights.
GRANT USAGE ON SCHEMA ${dialect.schema}, ${buffers} TO ${grantee};
GRANT INSERT ON ALL TABLES IN SCHEMA ${buffers} TO ${grantee};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${buffers} TO ${grantee};
-- Each new source has a buffer of its own.
ALTER DEFAULT PRIVILEGES${forRoles} IN SCHEMA ${buffers} GRANT INSERT ON TABLES TO ${grantee};
ALTER DEFAULT PRIVILEGES${forRoles} IN SCHEMA ${buffers} GRANT USAGE ON SEQUENCES TO ${grantee};
`;
}
