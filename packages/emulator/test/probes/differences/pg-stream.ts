import type { Differences } from './difference.ts';

/** From pg_stream 0.1.1. */
export const fromPgStream: Differences = {
  'A.3/storage-join': {
    reason: 'computes rightly: the original fails unless every join column is in the output (contract A.10)',
    steps: [15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-avg': {
    reason: 'computes rightly: the original gets avg, min and max wrong after changes (contract A.10)',
    steps: [16, 20],
  },
  'A.3/storage-having': {
    reason: 'computes rightly: the original cannot create HAVING with an aggregate (contract A.10)',
    steps: [0, 1, 2, 3, 7, 8, 9, 15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-union': {
    reason: 'computes rightly: the original cannot create UNION (contract A.10)',
    steps: [0, 1, 2, 3, 7, 8, 9, 15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-except': {
    reason: 'computes rightly: the original cannot create EXCEPT (contract A.10)',
    steps: [0, 1, 2, 3, 7, 8, 9, 15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-intersect': {
    reason: 'computes rightly: the original cannot create INTERSECT (contract A.10)',
    steps: [0, 1, 2, 3, 7, 8, 9, 15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-window': {
    reason: 'computes rightly: the original fails unless the partition columns are in the output (contract A.10)',
    steps: [15, 16, 19, 20, 22, 23],
  },
  'A.3/storage-scalar-aggregate': {
    reason: 'computes rightly: the original has no row when the source becomes empty (contract A.10)',
    steps: [23],
  },
  'A.3/storage-left-join': {
    reason: 'computes rightly: the original keeps rows that the query no longer returns (contract A.10)',
    steps: [16, 20, 23],
  },
  'A.5/discard-all': {
    reason: 'goes on working: the original loses a prepared statement and fails in that session from then on',
    steps: [12, 15, 16, 18, 19],
  },
  'A.5/repair': {
    reason: 'computes rightly: the original removes a group whose count it had lost',
    steps: [8],
  },
  'A.5/warm-write-needs-full': {
    reason: 'heals a direct write to a group when that group is next recomputed; the original adds to it',
    steps: [5],
  },
  'A.5/warm-uncommitted-writer': {
    reason:
      'heals a lost change when the stream table is next recomputed (last answer); the original has lost it for good',
    steps: [9],
  },
  'A.5/scheduler': {
    reason: 'its scheduler keeps to cron patterns: the original takes every pattern for due at every tick',
    steps: [14, 16, 17, 18],
  },
  'A.5/scheduler-chain': {
    reason: 'its scheduler lets a chain follow: the original never refreshes a stream table for one below it',
    steps: [14, 15],
  },
  'A.5/scheduler-error': {
    reason: 'its scheduler records a failure and goes on: in the original one failing table stops all',
    steps: [13, 14, 15, 16, 18, 19],
  },
  'A.5/scheduler-other-database': {
    reason: 'its scheduler works in every database: the original only in `postgres`',
    steps: [4, 5, 6],
    // Refreshed every second, it is a second old, and stale, just before the next.
    byTheMoment: [5],
  },
  'A.8/settings': {
    reason: 'SQL cannot declare settings: they are placeholders, without types or limits, and pg_settings hides them',
    steps: [0],
  },
  'C/detection': {
    reason: 'SQL has no background worker: pg_stat_activity shows no backend of type `pg_stream scheduler`',
    steps: [2],
  },
};
