import { epochMs, EQUALS, type Dialect } from '../dialect/index.ts';

/** What is seen of the extension's schedulers on the server. */
export interface SchedulersSeen {
  /** How many work for this database. */
  readonly here: number;
  /** How long the transaction is open that one is in here; null where it is in none, or that is not to be seen. */
  readonly busyMs: number | null;
  /** The databases that others work for. */
  readonly elsewhere: readonly string[];
  /** Whether the role sees what the sessions of other roles are. */
  readonly seesAll: boolean;
  /** The extension's setting `enabled`; null where the session has not loaded it. */
  readonly enabled: string | null;
}

/**
 * As a subquery that gives their JSON. The emulator's scheduler is a client, which goes by its name and not by its type
 * (contract C.6); the type of another role's session only some roles see.
 */
export function schedulersSeen(d: Dialect): string {
  const isHere = `FILTER (WHERE a.datname ${EQUALS} pg_catalog.current_database())`;
  return `(SELECT pg_catalog.json_build_object('here', pg_catalog.count(*) ${isHere},
'busyMs', pg_catalog.max(${epochMs('(pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-) a.xact_start)')}) ${isHere},
'elsewhere', coalesce(pg_catalog.json_agg(a.datname ORDER BY a.datname) FILTER (WHERE a.datname OPERATOR(pg_catalog.<>) pg_catalog.current_database()), '[]'),
'seesAll', pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
'enabled', pg_catalog.current_setting('${d.settings}enabled', true))
FROM pg_catalog.pg_stat_activity a WHERE a.backend_type ${EQUALS} '${d.name} scheduler' OR a.application_name ${EQUALS} '${d.name} scheduler')`;
}

/**
 * Whether the extension's scheduler works for this database: `missing` also where it works only for others, `off` by its
 * setting, `unknown` where the role may not see it.
 */
export type SchedulerState = 'running' | 'missing' | 'off' | 'unknown';

export function schedulerState({ here, elsewhere, seesAll, enabled }: SchedulersSeen): SchedulerState {
  if (here > 0) return 'running';
  if (enabled === 'off') return 'off';
  return seesAll || elsewhere.length > 0 ? 'missing' : 'unknown';
}
