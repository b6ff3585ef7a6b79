import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { apply, migrationSql, type DeclaredStreamTable } from '../../src/definitions.ts';
import { definitionsScene } from './scene.ts';

const scene = definitionsScene();
afterEach(() => scene.clear());

interface Drawn extends Required<Pick<DeclaredStreamTable, 'schedule' | 'refreshMode'>> {
  readonly reads: number;
  readonly plus: number;
  readonly isWide: boolean;
  readonly qualified: boolean;
  /** Which of two views, unless another one has it. */
  readonly view: 'w0' | 'w1' | undefined;
  /** Whether it reads the view of what it reads, if that has one. */
  readonly isByView: boolean;
}

/** One of up to four stream tables: which of those before it it reads, if any, and what it makes of that. */
const one: fc.Arbitrary<Drawn> = fc.record({
  reads: fc.nat({ max: 3 }),
  plus: fc.nat({ max: 2 }),
  isWide: fc.boolean(),
  schedule: fc.constantFrom('1m', '5m', '@hourly'),
  refreshMode: fc.constantFrom('DIFFERENTIAL' as const, 'FULL' as const),
  qualified: fc.boolean(),
  view: fc.constantFrom(undefined, 'w0', 'w1'),
  isByView: fc.boolean(),
});
const sets = fc.array(fc.array(fc.option(one, { nil: undefined, freq: 4 }), { minLength: 4, maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
});

/** A declaration, and a query that gives the same from the orders alone. */
interface Both {
  readonly declared: DeclaredStreamTable & { readonly name: string; readonly view: string | undefined };
  readonly plain: string;
}

function bothOf(set: readonly (Drawn | undefined)[]): readonly Both[] {
  const all: Both[] = [];
  for (const [index, each] of set.entries()) {
    if (each === undefined) continue;
    const { reads, plus, isWide, schedule, refreshMode, qualified, isByView } = each;
    const view = all.some(({ declared }) => declared.view === each.view) ? undefined : each.view;
    const read = reads === 0 ? undefined : all[(reads - 1) % Math.max(1, all.length)];
    const made = `id, v + ${plus} AS v${isWide ? ', id * 2 AS w' : ''}`;
    const schema = qualified ? 'public.' : '';
    const { name, view: readAs } = read?.declared ?? {};
    const from =
      name === undefined
        ? `(SELECT id, amount AS v FROM ${schema}orders) o`
        : `${schema}${isByView && readAs !== undefined ? readAs : name}`;
    all.push({
      declared: { name: `t${index}`, query: `SELECT ${made} FROM ${from}`, schedule, refreshMode, view },
      plain: `SELECT ${made} FROM (${read?.plain ?? 'SELECT id, amount AS v FROM public.orders'}) s`,
    });
  }
  return all;
}

it('from whatever was declared to whatever is, nothing is left to do, and all rows are right; and back by the migration', async () => {
  await fc.assert(
    fc.asyncProperty(sets, async (sequence) => {
      await scene.clear();
      let former: readonly Both[] = [];
      for (const set of sequence) {
        const both = bothOf(set);
        const declared = both.map((each) => each.declared).toReversed();
        const todo = await scene.plan(declared, { orphans: 'drop' });
        await apply(scene.executor, todo);
        await expectAll(both);
        const { down, downStatements, upStatements } = migrationSql(todo);
        const hasWayBack = !down.includes(NO_WAY_BACK);
        if (!hasWayBack) await expectRefused(down);
        // Down and up again, as migrations go.
        await scene.run(hasWayBack ? downStatements : []);
        const back = hasWayBack ? former : both;
        for (const each of back) await scene.expectRight(`public.${each.declared.name}`, each.plain);
        expect(
          (
            await scene.plan(
              back.map((each) => each.declared),
              { orphans: 'drop' },
            )
          ).changes,
        ).toBe(0);
        await scene.run(hasWayBack ? upStatements : []);
        await expectAll(both);
        former = both;
      }
    }),
    { numRuns: 5, endOnFailure: true },
  );
});

/** Of a stream table of pg_stream that is altered to FULL, and read by others. */
const NO_WAY_BACK = 'Declare it as it was, and plan that.';

async function expectRefused(migration: string): Promise<void> {
  await expect(scene.admin.query(`BEGIN; ${migration} COMMIT`)).rejects.toThrow(NO_WAY_BACK);
  await scene.admin.query('ROLLBACK');
}

async function expectAll(both: readonly Both[]): Promise<void> {
  for (const { declared, plain } of both) {
    for (const name of [declared.name, ...(declared.view === undefined ? [] : [declared.view])]) {
      await scene.expectRight(`public.${name}`, plain);
    }
  }
  const again = await scene.plan(
    both.map((each) => each.declared),
    { orphans: 'drop' },
  );
  expect(again.steps.filter(({ kind }) => kind !== 'adopt')).toStrictEqual([]);
}
