import { run, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import { StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { waysToWrite } from './ways-to-write.ts';

const CAN_WRITE = statement<boolean>(
  () => `SELECT EXISTS (${waysToWrite('c.oid', 'current_user')})::pg_catalog.text AS pgstream
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
WHERE n.nspname ${EQUALS} $1 AND c.relname ${EQUALS} $2 AND (c.relkind ${EQUALS} 'r' OR c.relkind ${EQUALS} 'p')`,
);

/** See {@link PgStream.canWrite}. */
export async function canWrite(context: Context, name: QualifiedName): Promise<boolean> {
  const [answer] = await run(context, CAN_WRITE, [name.schema, name.name], { operation: 'read', name });
  if (answer === undefined) throw new StreamTableNotFoundError(name, { operation: 'read' });
  return answer;
}
