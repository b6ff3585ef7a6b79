import { run, type Context } from '../context/index.ts';
import { statement } from '../dialect/index.ts';
import { StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';

/** PostgreSQL's own catalog alone: who may not ask about stream tables may ask this. */
const CAN_WRITE = statement<boolean>(
  () => `SELECT (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
OR has_any_column_privilege(c.oid, 'INSERT, UPDATE') OR pg_has_role(c.relowner, 'MEMBER'))::text AS pgstream
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
);

/** See {@link PgStream.canWrite}. */
export async function canWrite(context: Context, name: QualifiedName): Promise<boolean> {
  const [answer] = await run(context, CAN_WRITE, [name.schema, name.name], { operation: 'read', name });
  if (answer === undefined) throw new StreamTableNotFoundError(name, { operation: 'read' });
  return answer;
}
