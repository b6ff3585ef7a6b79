import { run, type Context } from '../context/index.ts';
import { EQUALS, statement, type Statement } from '../dialect/index.ts';
import { StreamTableNotFoundError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { waysToWrite } from './ways-to-write.ts';

/** What is not asked about. */
export interface CanWriteOptions {
  /**
   * The role that `refresh({ as })` names: a membership in it that the role can SET and does not inherit, as `refreshRoleSql`
   * gives it, is then not counted as a way to write. By default it is, for SET ROLE lets it do all that the owner may.
   */
  readonly refreshAs?: string | undefined;
}

const asking = (refreshAs?: string): Statement<boolean> =>
  statement<boolean>(
    () => `SELECT EXISTS (${waysToWrite('c.oid', 'current_user', refreshAs)})::pg_catalog.text AS pgstream
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
WHERE n.nspname ${EQUALS} $1 AND c.relname ${EQUALS} $2 AND (c.relkind ${EQUALS} 'r' OR c.relkind ${EQUALS} 'p')`,
  );

const CAN_WRITE = asking();
const CAN_WRITE_BUT_AS = asking('$3::pg_catalog.text');

/** See {@link PgStream.canWrite}. */
export async function canWrite(
  context: Context,
  name: QualifiedName,
  { refreshAs }: CanWriteOptions = {},
): Promise<boolean> {
  const params = [name.schema, name.name];
  const [answer] = await (refreshAs === undefined
    ? run(context, CAN_WRITE, params, { operation: 'read', name })
    : run(context, CAN_WRITE_BUT_AS, [...params, refreshAs], { operation: 'read', name }));
  if (answer === undefined) throw new StreamTableNotFoundError(name, { operation: 'read' });
  return answer;
}
