import type { QueryShape } from './shapes.ts';

/** What a stream table is, beside what is in its query. */
export type Circumstance = 'reads a stream table' | 'keeps no counts';

/** What releases of the extension do wrongly with stream tables of one mode. */
export interface Fault {
  readonly of: 'pg_stream' | 'pg_trickle';
  /** The first release that is right; null where none is. */
  readonly until: readonly [major: number, minor: number, patch: number] | null;
  readonly mode: 'DIFFERENTIAL' | 'IMMEDIATE';
  readonly when: QueryShape | Circumstance;
  /** `error`: refreshes fail, or rows are wrong after changes of any kind. `warn`: after some, or as time goes by. */
  readonly severity: 'error' | 'warn';
  /** What there is, and what comes of it. */
  readonly outcome: string;
  readonly cure: 'FULL mode' | 'create it again' | 'upgrade';
  /** What else would do; null where nothing is known. */
  readonly otherwise: string | null;
  /** The release that is right, as far as that is known; null where none is. */
  readonly right: string | null;
  /** The section of the contract. */
  readonly source: string;
}

const PG_STREAM = {
  of: 'pg_stream',
  until: null,
  mode: 'DIFFERENTIAL',
  cure: 'FULL mode',
  otherwise: null,
  right: 'pg_trickle 0.67',
} as const;
const PG_TRICKLE = { of: 'pg_trickle', mode: 'DIFFERENTIAL', cure: 'FULL mode', otherwise: null } as const;

/** All that is known. FULL mode has none of it. */
export const FAULTS: readonly Fault[] = [
  {
    ...PG_STREAM,
    when: 'inner join',
    severity: 'error',
    outcome: 'It joins by a column that is not in the output under its own name: refreshes fail (42703).',
    otherwise: 'Or add the columns of the join to the output.',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'outer join',
    severity: 'error',
    outcome: 'It has an outer join: rows that the query no longer returns stay.',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'avg, min or max',
    severity: 'error',
    outcome: 'It has avg, min or max, whose values are wrong after changes.',
    otherwise: 'Of an average, sum and count can be kept instead.',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'aggregate without GROUP BY',
    severity: 'warn',
    outcome:
      'It is an aggregate without GROUP BY: there is no row when the source becomes empty, and the query has one.',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'window',
    severity: 'error',
    outcome: 'It has a window whose PARTITION BY is not in the output: refreshes fail (42703).',
    otherwise: 'Or add these columns to the output.',
    right: null,
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'HAVING',
    severity: 'error',
    outcome: 'It has HAVING with an aggregate, which cannot be maintained (42601).',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'UNION',
    severity: 'error',
    outcome: 'It has UNION without ALL, which cannot be maintained (42803).',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'INTERSECT or EXCEPT',
    severity: 'error',
    outcome: 'It has INTERSECT or EXCEPT, which cannot be maintained (42803).',
    right: 'pg_trickle 0.83',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'UNION ALL of other names',
    severity: 'error',
    outcome: 'A branch of its UNION ALL names a column differently than the first one: refreshes fail (42703).',
    otherwise: 'Or repeat the names of the first branch in all others.',
    source: 'A.10',
  },
  {
    ...PG_STREAM,
    when: 'current time',
    severity: 'warn',
    outcome: 'It asks for the current time: rows do not change as that goes by.',
    otherwise: 'Or compare with the time where the stream table is read.',
    right: null,
    source: 'A.1',
  },
  {
    ...PG_STREAM,
    when: 'keeps no counts',
    severity: 'error',
    outcome: 'It was created in another mode, and has no hidden column of counts: refreshes fail (42601).',
    cure: 'create it again',
    right: null,
    source: 'A.1',
  },
  {
    ...PG_TRICKLE,
    until: [0, 83, 0],
    when: 'INTERSECT or EXCEPT',
    severity: 'error',
    outcome: 'It has INTERSECT or EXCEPT: the stream table holds rows that are not in the result.',
    right: 'pg_trickle 0.83',
    source: 'B.5',
  },
  {
    ...PG_TRICKLE,
    // Seen at 0.67; windows were made anew in 0.89, and nobody has looked since (contract F.11).
    until: [0, 89, 0],
    when: 'window',
    severity: 'error',
    outcome: 'It has a window whose PARTITION BY is not in the output: refreshes fail (42703).',
    otherwise: 'Or add these columns to the output.',
    right: null,
    source: 'A.10',
  },
  {
    ...PG_TRICKLE,
    until: [0, 105, 3],
    when: 'EXISTS',
    severity: 'warn',
    outcome: 'It has EXISTS: by its change log pg_trickle computed some such queries wrongly.',
    right: 'pg_trickle 0.105.3',
    source: 'F.11',
  },
  {
    ...PG_TRICKLE,
    until: [0, 108, 1],
    mode: 'IMMEDIATE',
    when: 'reads a stream table',
    severity: 'warn',
    outcome: 'It is maintained immediately and reads a stream table: after a full refresh of that it stays as it was.',
    cure: 'upgrade',
    right: 'pg_trickle 0.108.1',
    source: 'F.11',
  },
];
