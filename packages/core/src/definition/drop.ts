import { argument } from '../command/index.ts';
import { execute, type Context } from '../context/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';

/** See {@link StreamTable.drop}. */
export async function dropStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await call(context, name, 'drop');
}

/** See {@link StreamTable.resume}. */
export async function resumeStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await call(context, name, 'resume');
}

/** The two take a name and nothing else. */
async function call(context: Context, name: QualifiedName, operation: 'drop' | 'resume'): Promise<void> {
  const called = argument(functionArgument(name));
  await execute(
    context,
    ({ schema }) => ({ statements: `PERFORM ${schema}.${operation}_stream_table(name => ${called});` }),
    { operation, name },
  );
}
