import { readFile, writeFile } from 'node:fs/promises';
import { connect, extension, freshDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { streamTables } from '../../src/index.ts';
import { emitMigration, newProject, type Project, valueOf } from './project.ts';

/** The schema, with what stands for the stream table in it. */
const schemaWith = (model: string, relation = ''): string => `// use prisma-8
namespace public {
  model Customer {
    id     Int     @id
    name   String
    orders Order[]
    ${relation}
    @@map("customers")
  }

  model Order {
    id         Int            @id
    customerId Int            @map("customer_id")
    amount     Numeric(12, 2)
    customer   Customer       @relation(fields: [customerId], references: [id], index: false)
    @@map("orders")
  }
${model}
}
`;

const totalsAs = (control: string): string => `
  model OrderTotals {
    customerId Int?     @map("customer_id")
    total      Numeric?
    @@map("order_totals")
    ${control}
  }`;

const OBSERVED = schemaWith(
  `
  model OrderTotals {
    customerId Int?      @unique @map("customer_id")
    total      Numeric?
    customer   Customer? @relation(fields: [customerId], references: [id], index: false)
    @@map("order_totals")
    @@control(observed)
  }`,
  'totals OrderTotals?',
);

const TABLES = `
  CREATE TABLE public.customers (id integer PRIMARY KEY, name text NOT NULL);
  CREATE TABLE public.orders (
    id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES public.customers, amount numeric(12,2) NOT NULL
  );
  INSERT INTO public.customers VALUES (1, 'Ada');
  INSERT INTO public.orders VALUES (1, 1, 10), (2, 1, 5.5);
  SELECT pgstream.create_stream_table(name => 'public.order_totals', schedule => '1h',
    query => 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id')`;

let url: string;
let admin: Client;

beforeEach(async () => {
  url = await freshDatabase();
  admin = await connect(url);
});

async function totals(): Promise<unknown> {
  return (await admin.query('SELECT customer_id, total::text FROM public.order_totals')).rows;
}

/** The texts that `prisma db update` would send. */
async function planned({ client, contractJson, migrations }: Project): Promise<readonly string[]> {
  const options = { contract: contractJson, mode: 'plan', migrationsDir: migrations } as const;
  const { plan } = valueOf(await client.dbUpdate(options));
  return (plan.preview?.statements ?? []).map(({ text }) => text).toSorted();
}

describe('on a database with a stream table', () => {
  beforeEach(async () => {
    await admin.query(TABLES);
  });

  it('`db update` would drop one that the contract has not', async () => {
    expect(await planned(await newProject(schemaWith(''), url))).toEqual(['DROP TABLE "public"."order_totals"']);
  });

  it('`db update` would take the extension’s columns and indexes from one that Prisma looks after', async () => {
    const project = await newProject(schemaWith(totalsAs('')), url);
    expect(await planned(project)).toContain(
      `ALTER TABLE "public"."order_totals" DROP COLUMN "${extension.hiddenPrefix}row_id"`,
    );
    expect(() => streamTables(project.contractJson, { public: ['OrderTotals'] })).toThrow('@@control(observed)');
  });

  it.each([
    ['observed', OBSERVED],
    ['external', schemaWith(totalsAs('@@control(external)'))],
  ])('`db update`, `db sign` and `db verify` leave one alone that is %s', async (_control, schema) => {
    const { client, contractJson: contract, migrations: migrationsDir } = await newProject(schema, url);
    const updated = valueOf(await client.dbUpdate({ contract, mode: 'apply', migrationsDir, acceptDataLoss: true }));
    expect(updated.plan.operations).toEqual([]);
    expect(await client.sign({ contract })).toMatchObject({ ok: true });
    expect(await client.schemaVerify({ contract })).toMatchObject({ ok: true });
    expect(await client.schemaVerify({ contract, strict: true })).toMatchObject({ ok: true });
    expect(await totals()).toEqual([{ customer_id: 1, total: '15.50' }]);
    expect(streamTables(contract, { public: ['OrderTotals'] })).toHaveProperty('middleware');
  });

  it('`db sign` fails for an external one that has what stream tables have not, as streamTables() says', async () => {
    const { client, contractJson: contract } = await newProject(
      schemaWith(totalsAs('@@control(external)\n    @@unique([customerId])')),
      url,
    );
    expect(await client.schemaVerify({ contract })).toMatchObject({ ok: false });
    expect(() => streamTables(contract, { public: ['OrderTotals'] })).toThrow('db sign would always fail');
  });

  it('`contract infer` writes models with the extension’s columns', async () => {
    const { client } = await newProject(OBSERVED, url);
    const inferred = JSON.stringify(client.inferPslContract(await client.introspect()));
    expect(inferred).toContain(`${extension.hiddenPrefix}row_id`);
  });
});

describe('a migration', () => {
  it('creates a stream table, by createStreamTable(), and once', async () => {
    const {
      client,
      contractJson: contract,
      migrations: migrationsDir,
      planMigration,
    } = await newProject(OBSERVED, url);
    const file = await planMigration();
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('order_totals');
    const imported = `import { createStreamTable } from '${new URL('../../src/migration.ts', import.meta.url).pathname}';`;
    const operation = `      createStreamTable({
        name: 'order_totals',
        query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
        schedule: '1h',
        dialect: '${extension.name}',
      }),
    ];`;
    await writeFile(file, text.replace('\n\n', `\n${imported}\n\n`).replace('    ];', operation));
    await emitMigration(file);

    expect(valueOf(await client.migrate({ contract, migrationsDir }))).toMatchObject({ summary: expect.any(String) });
    await admin.query(`INSERT INTO customers (id, name) VALUES (1, 'Ada');
      INSERT INTO orders (id, customer_id, amount) VALUES (1, 1, 10)`);
    await admin.query(`SELECT pgstream.refresh_stream_table('public.order_totals')`);
    expect(await totals()).toEqual([{ customer_id: 1, total: '10.00' }]);
    expect(await client.schemaVerify({ contract })).toMatchObject({ ok: true });
  });
});
