import type { SqlExecutor } from '@pgstream/core';
import {
  apply,
  plan,
  planRollback,
  writeMigrations,
  type DeclaredStreamTable,
  type MigrationFile,
  type Plan,
} from '@pgstream/core/definitions';
import { connect, extension, freshDatabase, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';

/**
 * A shop's schema in three versions, as the models of an ORM declare it: `orders`, a view `paid_orders` of them, a stream table
 * `order_totals` over the view, and `big_spenders` over that.
 *
 * 1. What each customer has paid, as `total`, and how many orders that were.
 * 2. Discounts are taken off, and the column is called `spent`.
 * 3. There are no discounts any more: the column of `orders` goes, and with it that of the view. Who spends much has `orders`, too.
 */
export const VERSIONS = [1, 2, 3] as const;
export type Version = (typeof VERSIONS)[number];

/** What gives the same as the stream tables of a version, from the orders alone, by the names of the models. */
const EXPECTED: Readonly<Record<Version, { readonly totals: string; readonly big: string }>> = {
  1: both('sum(amount) AS total', 'sum(amount)', 'total'),
  2: both('sum(amount - discount) AS spent', 'sum(amount - discount)', 'spent'),
  3: both('sum(amount) AS spent', 'sum(amount)', 'spent, orders'),
};

function both(column: string, large: string, ofBig: string): { readonly totals: string; readonly big: string } {
  const totals = `SELECT customer_id AS "customerId", ${column}, count(*) AS orders FROM public.orders
WHERE status = 'paid' GROUP BY customer_id`;
  return { totals, big: `SELECT "customerId", ${ofBig} FROM (${totals} HAVING ${large} > 60) t` };
}

/** An ORM with the models of all versions, over one database. */
export interface Tool {
  readonly executor: SqlExecutor;
  /** The declarations of the models of a version. */
  definitions(version: Version): readonly DeclaredStreamTable[];
  /** What the ORM's own tool writes for its tables and views when the models become those of another version; 0 for none yet. */
  changes(from: Version | 0, to: Version): Promise<Changes>;
  /** What the ORM's own tools would do to the database for the models of a version, by the name of the tool. */
  wouldDo(version: Version): Promise<Readonly<Record<string, readonly string[]>>>;
  /** All rows of both stream tables, read through the models of a version. */
  rows(version: Version): Promise<{ readonly totals: readonly object[]; readonly big: readonly object[] }>;
  /** Refreshes both by the models' own helper, what is read before what reads it. */
  refresh(version: Version): Promise<void>;
}

/** Statements, and those that take them back. */
export interface Changes {
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** The ORM's own migrator. */
export interface Migrator {
  readonly format: 'typeorm' | 'drizzle' | 'prisma';
  /** Adds a migration for tables and views to the folder, in the ORM's own format. */
  write(version: string, changes: Changes): Promise<void>;
  /** Adds what writeMigrations() gives. */
  add(version: string, files: readonly MigrationFile[]): Promise<void>;
  /** Runs all that have not been run. */
  up(): Promise<void>;
  /** Takes back the last that was run. */
  down(): Promise<void>;
}

type Open = (url: string) => Promise<Tool & { readonly migrator: Migrator }>;

interface Stage extends Tool {
  readonly admin: Client;
  readonly migrator: Migrator;
}

/** What leads to a version: the ORM changes its tables and views, or the stream tables follow the models. */
type Move =
  | { readonly what: 'tables'; readonly from: Version | 0; readonly to: Version }
  | { readonly what: 'stream tables'; readonly to: Version };

const MOVES: Readonly<Record<Version, readonly Move[]>> = {
  1: [
    { what: 'tables', from: 0, to: 1 },
    { what: 'stream tables', to: 1 },
  ],
  2: [{ what: 'stream tables', to: 2 }],
  // No column goes while something reads it; and the view, which is made anew without it, is another one to the stream table.
  3: [
    { what: 'stream tables', to: 3 },
    { what: 'tables', from: 2, to: 3 },
    { what: 'stream tables', to: 3 },
  ],
};

/** pg_trickle lets nobody add or drop a column of what a stream table reads (contract B.5). */
const ALLOWED = onPgTrickle ? ['SET LOCAL pg_trickle.block_source_ddl = off'] : [];

/**
 * @param asked The versions at which the ORM's own tools are asked: of those that start a process, the last is enough.
 */
export function definitionsScenario(
  open: Open,
  { asked = VERSIONS }: { readonly asked?: readonly Version[] } = {},
): void {
  const begin = async (): Promise<Stage> => {
    const url = await freshDatabase();
    const admin = await connect(url);
    return { ...(await open(url)), admin };
  };

  describe('three versions of models, up and back down', () => {
    it('by plan() and apply()', async () => {
      const stage = await begin();
      const { admin, executor, changes } = stage;
      const back: (readonly string[])[] = [];
      for (const version of VERSIONS) {
        for (const move of MOVES[version]) {
          if (move.what === 'stream tables') {
            await follow(stage, version);
            continue;
          }
          const { up, down } = await changes(move.from, move.to);
          await changeTables(admin, up, move.from !== 0);
          back.unshift(down);
        }
        await stop(stage, version);
        if (version !== 2) continue;
        await apply(executor, await planRollback(executor));
        await stop(stage, 1);
        await follow(stage, version);
        await stop(stage, version);
      }
      const [toSecond = [], toNothing = []] = back;
      await changeTables(admin, toSecond);
      await follow(stage, 2);
      await stop(stage, 2);
      await follow(stage, 1);
      await stop(stage, 1);
      await apply(executor, await plan(executor, [], { orphans: 'drop' }));
      await changeTables(admin, toNothing, false);
      expect(await left(stage)).toStrictEqual([]);
    });

    it('by migrations in the ORM’s format, which its own migrator runs', async () => {
      const stage = await begin();
      const { migrator } = stage;
      let number = 0;
      for (const version of VERSIONS) {
        for (const move of MOVES[version]) {
          number += 1;
          await writeMigration(stage, move, `202601010000${String(number).padStart(2, '0')}`);
          await migrator.up();
        }
        await stop(stage, version);
        if (asked.includes(version)) await expectNoDifference(stage, version);
      }
      for (const version of VERSIONS.toReversed()) {
        for (const _ of MOVES[version]) await migrator.down();
        if (version !== 1) await stop(stage, (version - 1) as Version);
      }
      expect(await left(stage)).toStrictEqual([]);
      // All at once, as a new database gets it.
      await migrator.up();
      await stop(stage, 3);
    });
  });
}

/** What there is to do so that the database follows the models of a version: something. */
async function todoFor({ executor, definitions }: Stage, version: Version): Promise<Plan> {
  const todo = await plan(executor, definitions(version));
  expect(todo.changes).toBeGreaterThan(0);
  return todo;
}

async function follow(stage: Stage, version: Version): Promise<void> {
  await apply(stage.executor, await todoFor(stage, version));
}

/** pg_trickle refuses that, unless it is told, while there are stream tables. */
async function changeTables(admin: Client, statements: readonly string[], areRead = true): Promise<void> {
  expect(statements).not.toStrictEqual([]);
  if (!areRead || !onPgTrickle) {
    await runTogether(admin, statements);
    return;
  }
  await expect(runTogether(admin, statements)).rejects.toThrow('blocked');
  await admin.query('ROLLBACK');
  await runTogether(admin, [...ALLOWED, ...statements]);
}

async function runTogether(admin: Client, statements: readonly string[]): Promise<void> {
  for (const statement of ['BEGIN', ...statements, 'COMMIT']) await admin.query(statement);
}

async function writeMigration(stage: Stage, move: Move, number: string): Promise<void> {
  const { migrator, changes } = stage;
  if (move.what === 'stream tables') {
    const todo = await todoFor(stage, move.to);
    await migrator.add(number, writeMigrations(todo, migrator.format, { version: number }).files);
    return;
  }
  const allowed = move.from === 0 ? [] : ALLOWED;
  const { up, down } = await changes(move.from, move.to);
  await migrator.write(number, { up: [...allowed, ...up], down: [...allowed, ...down] });
}

/** All is right, and stays right when the sources change. */
async function stop(stage: Stage, version: Version): Promise<void> {
  await expectRight(stage, version);
  const { admin } = stage;
  await admin.query(`
    INSERT INTO public.orders (id, customer_id, amount, status)
      SELECT n, n % 5, n % 40, CASE n % 3 WHEN 0 THEN 'open' ELSE 'paid' END
      FROM (SELECT coalesce(max(id), 0) FROM public.orders) o (last), generate_series(last + 1, last + 20) n;
    UPDATE public.orders SET amount = amount + 7 WHERE id % 4 = 1;
    DELETE FROM public.orders WHERE id % 11 = 2`);
  if (version !== 3) await admin.query('UPDATE public.orders SET discount = 1.5 WHERE id % 6 = 1');
  await stage.refresh(version);
  await expectRight(stage, version);
}

async function expectRight(stage: Stage, version: Version): Promise<void> {
  const { admin, executor, definitions } = stage;
  const declared = definitions(version);
  expect(declared).toHaveLength(2);
  const { steps } = await plan(executor, declared);
  expect(steps.filter(({ kind }) => kind !== 'adopt')).toStrictEqual([]);
  for (const { name, query } of declared) {
    const called = typeof name === 'string' ? name : name.name;
    const { rows: columns } = await admin.query<{ list: string }>(
      `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND NOT starts_with(attname, '${extension.hiddenPrefix}')`,
      [`public.${called}`],
    );
    const there = `SELECT ${columns[0]?.list} FROM public.${called}`;
    const { rows } = await admin.query(
      `(${there} EXCEPT ALL (${query})) UNION ALL ((${query}) EXCEPT ALL ${there}) LIMIT 3`,
    );
    expect({ called, rows }).toStrictEqual({ called, rows: [] });
  }
  const read = await stage.rows(version);
  const expected = EXPECTED[version];
  expect({ totals: byCustomer(read.totals), big: byCustomer(read.big) }).toStrictEqual({
    totals: byCustomer((await admin.query<object>(expected.totals)).rows),
    big: byCustomer((await admin.query<object>(expected.big)).rows),
  });
}

/** Of whatever class or string an ORM makes numbers. */
function byCustomer(rows: readonly object[]): readonly Readonly<Record<string, number>>[] {
  return rows
    .map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, Number(value)])))
    .toSorted((a, b) => Number(a['customerId']) - Number(b['customerId']));
}

/** The ORM's own tools see what the models of another version differ in, and nothing of stream tables. */
async function expectNoDifference({ wouldDo }: Stage, version: Version): Promise<void> {
  for (const [tool, statements] of Object.entries(await wouldDo(version))) {
    expect({ tool, statements }).toStrictEqual({ tool, statements: [] });
  }
  if (version === 2) return;
  const other = version === 1 ? 3 : 1;
  for (const [tool, statements] of Object.entries(await wouldDo(other))) {
    const text = statements.join('\n');
    expect({ tool, text }).toStrictEqual({
      tool,
      text: expect.stringMatching(version === 1 ? /DROP COLUMN "discount"/ : /ADD (?:COLUMN +)?"discount"/) as string,
    });
    expect(text).not.toMatch(/order_totals|big_spenders|pgstream|pgtrickle/);
  }
}

/** What is there of the shop, and of stream tables. */
async function left({ admin }: Stage): Promise<readonly unknown[]> {
  const { rows } =
    await admin.query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
  AND relname IN ('orders', 'paid_orders', 'order_totals', 'big_spenders')
UNION ALL SELECT pgs_name FROM pgstream.pgs_stream_tables`);
  return rows;
}
