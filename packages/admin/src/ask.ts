import type { HealthFinding, PgStream, QualifiedName, RefreshOptions, StreamTableStatus } from '@pgstream/core';
import { type Action, ACTIONS, readView } from './address/index.ts';
import type { Html } from './html/index.ts';
import { type Asked, type Frame, keyOf, listPage, tablePage } from './pages/index.ts';
import { needsSomebody, problemOf } from './words/index.ts';

/** Does what a button says. */
export async function act(
  pgstream: PgStream,
  name: QualifiedName,
  action: Action,
  refresh: RefreshOptions,
): Promise<void> {
  const target = pgstream.table(name);
  switch (action) {
    case 'refresh':
      await target.refresh(refresh);
      break;
    case 'suspend':
      await target.suspend();
      break;
    case 'resume':
      await target.resume();
      break;
  }
}

/** What a button has done that has led to an address. */
function actionIn(query: URLSearchParams): Action | undefined {
  return ACTIONS.find((each) => each === query.get('done'));
}

/** How many stream tables are asked for why they fail, where their status does not tell. */
const ASKED = 20;

/** The list as a page: one statement, and one more for each that fails. */
export async function list(
  pgstream: PgStream,
  frame: Frame,
  expected: readonly QualifiedName[],
  query: URLSearchParams,
): Promise<Html> {
  const statuses = await pgstream.list();
  const known = new Set(statuses.map((status) => keyOf(status)));
  const missing = expected.filter((name) => !known.has(keyOf(name)));
  const failures = await failuresOf(pgstream, statuses);
  const action = actionIn(query);
  const done = action && { action, name: { schema: query.get('schema_of') ?? '', name: query.get('name_of') ?? '' } };
  return listPage(frame, { statuses, missing, failures, view: readView(query), done });
}

/** Who may not read the history is told how often it failed, and not why. */
async function failuresOf(pgstream: PgStream, statuses: readonly StreamTableStatus[]): Promise<Map<string, string>> {
  const failing = statuses.filter(({ consecutiveErrors, lastError }) => consecutiveErrors > 0 && lastError === null);
  const found = await Promise.all(
    failing.slice(0, ASKED).map(async (status) => {
      const records = await pgstream
        .table(status)
        .history({ limit: 5 })
        .catch(() => []);
      const message = records.find((record) => record.status === 'FAILED')?.errorMessage ?? undefined;
      return message === undefined ? [] : [[keyOf(status), message] as const];
    }),
  );
  return new Map(found.flat());
}

/** How many refreshes the charts show. */
const HISTORY = 60;

/** A stream table as a page. What fails of it, but for the stream table itself, is told in its place. */
export async function table(
  pgstream: PgStream,
  frame: Frame,
  name: QualifiedName,
  query: URLSearchParams,
  report: (error: unknown) => void,
): Promise<Html> {
  const itself = pgstream.table(name);
  const orProblem = async <T>(asked: Promise<T>): Promise<Asked<T>> => {
    try {
      return { value: await asked };
    } catch (error) {
      report(error);
      return { problem: problemOf(error) };
    }
  };
  const status = await itself.status();
  const [{ findings }, history, graph, columns, explanation] = await Promise.all([
    pgstream.health({ tables: [name] }),
    orProblem(itself.history({ limit: HISTORY })),
    orProblem(pgstream.graph()),
    orProblem(pgstream.columns(name)),
    orProblem(itself.explain()),
  ]);
  const done = actionIn(query);
  const isIts = ({ streamTable }: HealthFinding): boolean =>
    streamTable === null ? needsSomebody(status) : streamTable.schema === name.schema && streamTable.name === name.name;
  const own = findings.filter((finding) => finding.severity !== 'info' && isIts(finding));
  return tablePage(frame, { status, findings: own, history, graph, columns, explanation, done });
}
