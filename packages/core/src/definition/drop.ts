import { argument, type Command } from '../command/index.ts';
import { execute, type Context } from '../context/index.ts';
import type { Dialect } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';

/** What else to drop. */
export interface DropOptions {
  /**
   * Whether the stream tables that read it are dropped as well; false by default, and then pg_trickle refuses if there are
   * any. pg_stream can only leave them: their next refresh fails.
   */
  readonly cascade?: boolean | undefined;
}

/** See {@link StreamTable.drop}. */
export async function dropStreamTable(
  context: Context,
  name: QualifiedName,
  { cascade = false }: DropOptions = {},
): Promise<void> {
  await call(context, name, 'drop', (dialect) => {
    if (dialect.dropsDependents) return `, cascade => ${cascade}`;
    if (!cascade) return '';
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${dialect.name} cannot drop the stream tables on top as well: drop them first, the topmost before the others.`,
      { schema: name.schema, table: name.name, operation: 'drop' },
    );
  });
}

/** See {@link StreamTable.resume}. */
export async function resumeStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await call(context, name, 'resume');
}

async function call(
  context: Context,
  name: QualifiedName,
  operation: 'drop' | 'resume',
  more: (dialect: Dialect) => string = () => '',
): Promise<void> {
  const statement = (dialect: Dialect): Command => ({
    statements: `PERFORM ${dialect.schema}.${operation}_stream_table(name => ${argument(functionArgument(name, dialect))}${more(dialect)});`,
  });
  await execute(context, statement, { operation, name });
}
