import { extension, testDatabase } from '@pgstream/harness';
import { type Client, Pool } from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import {
  apply,
  plan,
  type ApplyReport,
  type DeclaredStreamTable,
  type Plan,
  type PlanOptions,
} from '../../src/definitions.ts';
import type { SqlExecutor } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders } from '../orders.ts';

/** A database with orders, and what the tests of definitions do with it. */
export interface Scene {
  readonly url: string;
  admin: Client;
  executor: SqlExecutor;
  plan(definitions: readonly DeclaredStreamTable[], options?: PlanOptions): Promise<Plan>;
  deploy(definitions: readonly DeclaredStreamTable[], options?: PlanOptions): Promise<ApplyReport>;
  /** Runs the statements of a migration as they stand: the tests' own clients put the extension's names in place of others. */
  run(statements: readonly string[]): Promise<void>;
  /** As the extension's scheduler does. */
  refresh(name: string): Promise<void>;
  /** Drops all stream tables, with what depends on them. */
  clear(): Promise<void>;
  /** Whether a stream table holds what its query gives. */
  expectRight(name: string, query: string): Promise<void>;
}

export function definitionsScene(): Scene {
  const db = testDatabase();
  let pool: Pool;
  const scene: Scene = {
    url: db.url,
    admin: undefined as unknown as Client,
    executor: undefined as unknown as SqlExecutor,
    plan: (definitions, options) => plan(scene.executor, definitions, options),
    deploy: async (definitions, options) =>
      await apply(scene.executor, await plan(scene.executor, definitions, options)),
    async run(statements) {
      for (const statement of statements) await pool.query(statement);
    },
    async refresh(name) {
      await scene.admin.query(`SELECT pgstream.refresh_stream_table('${name}')`);
    },
    async clear() {
      const { rows } = await scene.admin.query<{ drop: string }>(
        `SELECT format('DROP TABLE IF EXISTS %s CASCADE', pgs_relid::regclass) AS drop FROM pgstream.pgs_stream_tables ORDER BY pgs_id DESC`,
      );
      for (const { drop } of rows) await scene.admin.query(drop);
    },
    async expectRight(name, query) {
      const { rows: columns } = await scene.admin.query<{ list: string }>(
        `SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) AS list FROM pg_attribute
        WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND left(attname, 6) <> '${extension.hiddenPrefix}'`,
        [name],
      );
      const list = columns[0]?.list;
      const { rows } = await scene.admin.query(
        `(SELECT ${list} FROM ${name} EXCEPT ALL (${query})) UNION ALL ((${query}) EXCEPT ALL SELECT ${list} FROM ${name})`,
      );
      expect({ name, rows }).toStrictEqual({ name, rows: [] });
    },
  };
  beforeAll(async () => {
    scene.admin = await db.connect();
    await createOrders(scene.admin);
    pool = new Pool({ connectionString: db.url, max: 4 });
    scene.executor = fromPg(pool);
  });
  afterAll(() => pool.end());
  return scene;
}

/** What a plan does, a line for each step. */
export function kindsOf({ steps }: Pick<Plan, 'steps'>): string[] {
  return steps.map(({ kind, name }) => `${kind} ${name.schema}.${name.name}`);
}
