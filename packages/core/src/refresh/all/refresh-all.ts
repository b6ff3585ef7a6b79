import type { Context } from '../../context/index.ts';
import { StreamTableNotFoundError } from '../../errors/index.ts';
import {
  inOrder,
  isStreamTable,
  readGraph,
  withUpstream,
  type DependencyGraph,
  type DependencyNode,
} from '../../graph/index.ts';
import { orAborted } from '../waiting.ts';
import { refreshInOrder } from './in-order.ts';
import { planAll, type RefreshAllOptions, type RefreshAllPlan, type RefreshAllReport } from './options.ts';

/** See {@link PgStream.refreshAll}. */
export async function refreshAll(context: Context, options: RefreshAllOptions = {}): Promise<RefreshAllReport> {
  const since = performance.now();
  const plan = planAll(context, options);
  const graph = await orAborted(readGraph(context), plan.refresh.signal);
  const wanted = wantedOf(graph, plan);
  const results = await refreshInOrder(
    context,
    inOrder(graph, (node) => wanted.has(node)),
    plan,
  );
  const ok = results.every(({ status }) => status === 'refreshed' || status === 'fresh');
  return { ok, results, durationMs: performance.now() - since };
}

/** A stream table that another program refreshes is wanted only where it is named: the extension refuses the call. */
function wantedOf(graph: DependencyGraph, { tables, upstream }: RefreshAllPlan): ReadonlySet<DependencyNode> {
  const streamTables = graph.nodes.filter(isStreamTable);
  const ours = streamTables.filter(({ orchestration }) => orchestration !== 'EXTERNAL');
  if (tables === undefined) return new Set(ours);
  const named = tables.map((name) => {
    const found = streamTables.find((node) => node.name.name === name.name && node.name.schema === name.schema);
    if (found === undefined) throw new StreamTableNotFoundError(name, { operation: 'refresh' });
    return found;
  });
  if (!upstream) return new Set(named);
  const below = withUpstream(graph, named);
  return new Set([...named, ...ours.filter((node) => below.has(node))]);
}
