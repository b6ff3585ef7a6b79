import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromDrizzle, streamTable, streamTableDefinitions } from '@pgstream/drizzle';
import { streamTablesConfig } from '@pgstream/drizzle/kit';
import { cleanUpLater } from '@pgstream/harness';
import * as kit from 'drizzle-kit/api';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { onTestFinished } from 'vitest';
import { SCHEMAS } from './drizzle-models.ts';
import { definitionsScenario, type Migrator, type Tool, type Version } from './scenario.ts';

/** The two versions of drizzle-kit have the same functions, with other arguments and results. */
interface Kit {
  generateDrizzleJson(exported: object): unknown;
  generateMigration(from: unknown, to: unknown): Promise<string[]>;
  pushSchema(exported: object, db: object, ...filters: unknown[]): Promise<Pushed>;
}
interface Pushed {
  /** Of 0.31. */
  readonly statementsToExecute?: readonly string[];
  /** Of 1.0. */
  readonly sqlStatements?: readonly string[];
}
const { generateDrizzleJson, generateMigration, pushSchema } = kit as unknown as Kit;
const isDrizzle1 = !('startStudioPostgresServer' in kit);

const generate = async (from: object, to: object): Promise<string[]> =>
  await generateMigration(await generateDrizzleJson(from), await generateDrizzleJson(to));

/** As drizzle.config.ts has it. */
async function push(version: Version, db: ReturnType<typeof drizzle>): Promise<readonly string[]> {
  const schema = SCHEMAS[version];
  const { schemaFilter, tablesFilter } = streamTablesConfig(schema);
  // 1.0 asks about a column with values, and takes the answer for an argument.
  const hints = [{ type: 'confirm_data_loss', kind: 'column', entity: ['public', 'orders', 'discount'] }];
  const filters = isDrizzle1
    ? [{ schemas: schemaFilter, tables: tablesFilter }, undefined, { hints }]
    : [schemaFilter, tablesFilter];
  const { sqlStatements, statementsToExecute = [] } = await pushSchema(schema, db, ...filters);
  return sqlStatements ?? statementsToExecute;
}

async function open(url: string): Promise<Tool & { readonly migrator: Migrator }> {
  const db = drizzle(url);
  cleanUpLater(() => db.$client.end());
  // What `drizzle-kit generate` keeps beside each migration.
  let snapshot = await generateDrizzleJson({});
  return {
    executor: fromDrizzle(db),
    definitions: (version) => streamTableDefinitions(SCHEMAS[version]),
    async changes(from, to) {
      const [before, after] = [from === 0 ? {} : SCHEMAS[from], SCHEMAS[to]];
      snapshot = await generateDrizzleJson(after);
      return { up: await generate(before, after), down: await generate(after, before) };
    },
    async wouldDo(version) {
      return {
        push: await push(version, db),
        generate: await generateMigration(snapshot, await generateDrizzleJson(SCHEMAS[version])),
      };
    },
    async rows(version) {
      const { orderTotals, bigSpenders } = SCHEMAS[version];
      return { totals: await db.select().from(orderTotals), big: await db.select().from(bigSpenders) };
    },
    async refresh(version) {
      const { orderTotals, bigSpenders } = SCHEMAS[version];
      await streamTable(db, orderTotals).refresh();
      await streamTable(db, bigSpenders).refresh();
    },
    migrator: await migratorFor(db),
  };
}

async function migratorFor(db: ReturnType<typeof drizzle>): Promise<Migrator> {
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-drizzle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const entries: object[] = [];
  const downs: string[] = [];
  const add = async (version: string, sql: string, down: string): Promise<void> => {
    downs.push(down);
    if (isDrizzle1) {
      await mkdir(join(folder, `${version}_made`));
      await writeFile(join(folder, `${version}_made/migration.sql`), sql);
      return;
    }
    // As `drizzle-kit generate --custom` writes it down.
    const tag = `${String(entries.length).padStart(4, '0')}_made`;
    entries.push({ idx: entries.length, version: '7', when: Number(version), tag, breakpoints: true });
    await mkdir(join(folder, 'meta'), { recursive: true });
    await writeFile(join(folder, `${tag}.sql`), sql);
    await writeFile(
      join(folder, 'meta/_journal.json'),
      JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
    );
  };
  return {
    format: 'drizzle',
    write: (version, { up, down }) => add(version, up.join('\n--> statement-breakpoint\n'), down.join(';\n')),
    async add(version, files) {
      const text = (name: string): string => files.find(({ path }) => path.endsWith(name))?.text ?? '';
      await add(version, text('/migration.sql'), text('/down.sql'));
    },
    up: () => migrate(db, { migrationsFolder: folder }),
    /** Drizzle has none: its text is run, and the row of the migration deleted. */
    async down() {
      const client = await db.$client.connect();
      try {
        await client.query(`BEGIN; ${downs.pop()}`);
        await client.query(
          'DELETE FROM drizzle.__drizzle_migrations WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)',
        );
        await client.query('COMMIT');
      } finally {
        client.release(true);
      }
    },
  };
}

definitionsScenario(open);
