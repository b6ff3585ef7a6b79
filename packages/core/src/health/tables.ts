import { withoutQuoted } from '../classification/index.ts';
import { quoteName } from '../name/index.ts';
import type { TableFacts } from './facts.ts';
import type { HealthFinding } from './finding.ts';
import { duration } from './duration.ts';

/** More than a scheduler needs for what is due: it looks once a second, and a refresh takes its time. */
const SHORTEST_GRACE_MS = 30_000;
const LONGEST_GRACE_MS = 300_000;

/** By how much it is overdue, in milliseconds: more than 0 once the scheduler has had the time to refresh it. */
export function overdueMs({ boundMs, ageMs }: TableFacts): number {
  if (boundMs === null || ageMs === null) return 0;
  return ageMs - boundMs - Math.min(Math.max(boundMs, SHORTEST_GRACE_MS), LONGEST_GRACE_MS);
}

/** What is to be said of one stream table. */
export function tableFindings(
  table: TableFacts,
  maxAgeMs: number | undefined,
  failure: string | null,
): HealthFinding[] {
  return [ofStatus(table, failure), ofRows(table, maxAgeMs), ofColumns(table)].flatMap((found) => found ?? []);
}

type About = Omit<HealthFinding, 'streamTable' | 'message'> & { readonly is: string };

function about({ name }: TableFacts, { is, ...finding }: About): HealthFinding {
  return { ...finding, streamTable: name, message: `The stream table ${quoteName(name)} ${is}` };
}

/** Whether it is refreshed at all. */
function ofStatus(table: TableFacts, failure: string | null): HealthFinding | undefined {
  const { status, errors, reason } = table;
  const said = (failure ?? reason) === null ? '' : `: ${withoutQuoted(failure ?? reason ?? '')}`;
  const failed = errors === 1 ? 'its last refresh has failed' : `its last ${errors} refreshes have failed`;
  if (status === 'SUSPENDED') {
    const byItself = errors > 0 || said !== '';
    return about(table, {
      code: 'SUSPENDED',
      severity: byItself ? 'error' : 'warn',
      is: `is suspended, and nothing refreshes it${errors > 0 ? `: ${failed}` : ''}${said}.`,
      cure: byItself
        ? 'Mend the cause (history() shows the errors), then resume() it.'
        : 'Somebody has suspended it. When what it was for is over, resume() it.',
    });
  }
  if (status === 'ERROR') {
    return about(table, {
      code: 'BROKEN',
      severity: 'error',
      is: `is in the state ERROR: something that it reads was dropped, or its refreshes cannot succeed${said}.`,
      cure: 'graph() tells whether a source is gone: then create it again. Else mend the cause, and refresh() it; pg_trickle wants resume() first.',
    });
  }
  if (errors === 0) return undefined;
  return about(table, {
    code: 'FAILING',
    severity: 'warn',
    is: `is active, but ${failed}${said}.`,
    cure: 'refresh() it to see the error. After some more the extension suspends it.',
  });
}

/** Whether its rows are what they should be. */
function ofRows(table: TableFacts, maxAgeMs: number | undefined): HealthFinding | undefined {
  const { isPopulated, sinceRefreshMs, boundMs, ageMs } = table;
  if (!isPopulated) {
    return about(table, {
      code: 'NOT_POPULATED',
      severity: 'error',
      is: 'was never filled: whoever reads it finds no rows.',
      cure: 'refresh() it once. The scheduler leaves it alone until then.',
    });
  }
  if (maxAgeMs !== undefined) {
    if (sinceRefreshMs !== null && sinceRefreshMs <= maxAgeMs) return undefined;
    const age = sinceRefreshMs === null ? 'was never refreshed' : `was last refreshed ${duration(sinceRefreshMs)} ago`;
    return about(table, {
      code: 'STALE',
      severity: 'error',
      is: `${age}, and is to be no older than ${duration(maxAgeMs)} (maxAgeMs).`,
      cure: 'refresh() it, or give it a schedule that the scheduler can keep to that age by.',
    });
  }
  if (overdueMs(table) <= 0) return undefined;
  return about(table, {
    code: 'STALE',
    severity: 'warn',
    is: `is ${duration(ageMs ?? 0)} old, and by its schedule is to be refreshed every ${duration(boundMs ?? 0)}.`,
    cure: 'refresh() it. If nothing refreshes it by itself, see what is said of the scheduler.',
  });
}

function ofColumns(table: TableFacts): HealthFinding | undefined {
  if (!table.needsReinit) return undefined;
  return about(table, {
    code: 'SOURCE_CHANGED',
    severity: 'warn',
    is: 'reads a table whose columns have changed since, or has to be computed anew for another reason.',
    cure: "The scheduler's next refresh computes it anew. Where there is none, create it again: on pg_stream a refresh by hand only clears this mark.",
  });
}
