import type { Case } from './case.ts';

const gone = 'WITH gone AS (DELETE FROM order_totals RETURNING *) SELECT * FROM gone';

/** What only the server knows that it will not run, or not for long: the scanner says that it writes. */
export const OVERSTATED: readonly Case[] = [
  [`CREATE TABLE kept AS ${gone} WITH NO DATA`, ['delete order_totals']],
  [`CREATE TABLE IF NOT EXISTS other AS ${gone}`, ['delete order_totals']],
  ['DROP TABLE IF EXISTS missing', ['drop table missing']],
  ['DROP SCHEMA empty CASCADE', ['drop schema empty']],
  ['ALTER SCHEMA empty RENAME TO hollow', ['alter schema empty']],
  ['ALTER TABLE IF EXISTS missing ADD extra int', ['alter table missing']],
  ['ALTER TABLE order_totals ADD COLUMN IF NOT EXISTS total int', ['alter table order_totals']],
  ['ALTER TABLE order_totals DROP COLUMN IF EXISTS extra', ['alter table order_totals']],
  ['PREPARE p AS DELETE FROM order_totals', ['delete order_totals']],
];
