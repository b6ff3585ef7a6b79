import { run, type Context } from '../context/index.ts';
import { statement } from '../dialect/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';

const DROP = statement<boolean>(
  (d) => `SELECT (${d.schema}.drop_stream_table(name => $1::pg_catalog.text) IS NULL)::pg_catalog.text AS pgstream`,
);

const RESUME = statement<boolean>(
  (d) => `SELECT (${d.schema}.resume_stream_table(name => $1::pg_catalog.text) IS NULL)::pg_catalog.text AS pgstream`,
);

/** See {@link StreamTable.drop}. */
export async function dropStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await run(context, DROP, [functionArgument(name)], { operation: 'drop', name });
}

/** See {@link StreamTable.resume}. */
export async function resumeStreamTable(context: Context, name: QualifiedName): Promise<void> {
  await run(context, RESUME, [functionArgument(name)], { operation: 'resume', name });
}
