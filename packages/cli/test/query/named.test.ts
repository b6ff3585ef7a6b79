import { describe, expect, test } from 'vitest';
import { namedIn } from '../../src/query/index.ts';

describe('what a statement changes', () => {
  test.each([
    ['DROP TABLE "order_totals" CASCADE', ['drops order_totals']],
    ['DROP TABLE a, s.b; DROP VIEW "s"."v"', ['drops a', 'drops s.b', 'drops s.v']],
    ['DROP SCHEMA "analytics"', ['drops schema analytics']],
    ['DROP INDEX "public"."t_idx"', ['drops public.t_idx']],
    ['DROP TRIGGER pgt_dml_guard ON public.order_totals', ['public.order_totals']],
    ['ALTER TABLE "s"."t" DROP COLUMN "__pgs_row_id"', ['s.t']],
    ['ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES s.order_totals (id)', ['a', 's.order_totals']],
    ['CREATE TABLE order_totals (id int)', ['order_totals']],
    ['CREATE INDEX ON order_totals (total)', ['order_totals']],
    ['ALTER TABLE a RENAME TO b', ['a']],
    ['CREATE VIEW v AS SELECT total FROM order_totals', []],
    ['SELECT total FROM order_totals', []],
  ])('%s', async (statement, named) => {
    expect(
      (await namedIn(statement))?.map(({ kind, schema, name, drops }) =>
        [drops ? 'drops ' : '', kind === 'schema' ? 'schema ' : '', schema === null ? '' : `${schema}.`, name].join(''),
      ),
    ).toEqual(named);
  });

  test('is not known where the parser refuses it', async () => {
    expect(await namedIn('DROP STREAM TABLE x')).toBeUndefined();
  });
});
