import type { Differences } from './difference.ts';

/** From pg_trickle 0.67.0. */
export const fromPgTrickle: Differences = {
  'A.0/objects': {
    reason:
      'has the catalog that a client reads, and none of the tables of refresh groups, gates, watermarks, outbox and Citus',
    steps: [1],
  },
  'A.1/hash': {
    reason: '`pg_trickle_hash_multi()` is that of pg_stream: how the original joins the values is not known',
    steps: [1],
  },
  'A.1/create-defaults': {
    reason: "captures changes by row, in a buffer named by the source's oid, and notes all its columns as used",
    steps: [5, 6, 9],
  },
  'A.1/drop': {
    reason: 'has no change buffers for stream tables that others are built on, and other names of capture triggers',
    steps: [4, 5],
  },
  'A.4/drop-storage': {
    reason: 'captures changes by row: its triggers have other names',
    steps: [3],
  },
  'A.3/storage-window': {
    reason: 'computes rightly: the original fails unless the partition columns are in the output',
    steps: [7, 8, 15, 16, 19, 20, 22, 23],
  },
  'A.2/monitoring': {
    reason: '`explain_st()` tells the properties that pg_stream has',
    steps: [4, 5],
  },
  'A.5/raw-error-leaks-lock': {
    reason: 'counts the rows that a refresh changed; the original counts one more',
    steps: [11],
  },
  'A.5/session-settings': {
    reason:
      'stays incremental however much has changed: it is after a full refresh that the original lets writes through until the transaction ends',
    steps: [4, 5],
  },
  'A.5/warm-settings': {
    reason:
      'stays incremental however much has changed: it is after a full refresh that the original lets writes through until the transaction ends',
    steps: [3, 4],
  },
  'A.5/rights': {
    reason: 'asks for the right to read a source before that to create in the schema',
    steps: [21],
  },
  'A.5/safe-refresh': {
    reason: 'runs the whole defining query where the original adds the new rows, and meets the time-out',
    steps: [8],
  },
  'A.5/warm-uncommitted-writer': {
    reason:
      'heals a lost change when the stream table is next recomputed (last answer); the original has lost it for good',
    steps: [9],
  },
  'A.8/settings': {
    reason: 'SQL cannot declare settings: they are placeholders, without types or limits, and pg_settings hides them',
    steps: [0],
  },
  'C/detection': {
    reason:
      'SQL has no background worker: pg_stat_activity shows no backend of type `pg_trickle scheduler`; the original was asked with `enabled = off`',
    steps: [1, 2],
  },
  'A.5/scheduler': {
    reason:
      'its scheduler keeps to cron patterns: the original takes every pattern for due at every tick, and says `no_upstream_changes`',
    steps: [14, 16, 17, 18],
  },
  'A.5/scheduler-chain': {
    reason:
      "its scheduler records a chain's idle refreshes as NO_DATA: the original refreshes the upper table again and again",
    steps: [14],
    // How often it was refreshed meanwhile is a matter of the moment.
    byTheMoment: [14],
  },
  'A.5/scheduler-error': {
    reason: 'its scheduler sends no `no_upstream_changes` and no `append_only_reverted`',
    steps: [11, 13, 18],
    byTheMoment: [11, 13, 18],
  },
  'A.5/scheduler-other-database': {
    reason: 'its scheduler sees the change: the original missed it, and counted no rows',
    steps: [4, 6],
    // How often it was refreshed meanwhile is a matter of the moment.
    byTheMoment: [4, 6],
  },
};
