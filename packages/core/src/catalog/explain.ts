import { ask, type Context } from '../context/index.ts';
import { fromNamed, statement } from '../dialect/index.ts';
import { functionArgument, type QualifiedName } from '../name/index.ts';

/** What the extension makes of a defining query. */
export interface StreamTableExplanation {
  /** Whether it can maintain the query incrementally. */
  readonly isDifferentiable: boolean;
  /** Why not; null if it can. */
  readonly reason: string | null;
  /** The query as operators, in the extension's notation; null if it cannot maintain the query. */
  readonly operatorTree: string | null;
  /** The SQL that computes what changed; null if there is none. */
  readonly deltaQuery: string | null;
  /** All that the extension says, by its own words (contract A.1, explain_st). */
  readonly properties: Readonly<Record<string, string | null>>;
}

/** By the catalog row, because the function answers an unknown name with a row of its own. */
const EXPLAIN = statement<Readonly<Record<string, string | null>>>(
  (d) => `SELECT (SELECT pg_catalog.json_object_agg(e.property, e.value)
FROM ${d.schema}.explain_st(name => $3::pg_catalog.text) e)::pg_catalog.text AS pgstream ${fromNamed(d)}`,
);

/** See {@link StreamTable.explain}. */
export async function explain(context: Context, name: QualifiedName): Promise<StreamTableExplanation> {
  const properties = await ask(context, EXPLAIN, name, {
    params: [functionArgument(name, await context.dialect())],
    reads: 'all',
  });
  return {
    isDifferentiable: properties['dvm_supported'] === 'true',
    reason: properties['dvm_error'] ?? null,
    operatorTree: properties['operator_tree'] ?? null,
    deltaQuery: properties['delta_query'] ?? null,
    properties,
  };
}
