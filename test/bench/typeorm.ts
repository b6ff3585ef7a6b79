import { defineStreamTable } from '@pgstream/typeorm';
import pg from 'pg';
import {
  BaseEntity,
  Column,
  type ColumnOptions,
  DataSource,
  Entity,
  type EntityTarget,
  type ObjectLiteral,
  PrimaryGeneratedColumn,
} from 'typeorm';

import { against, type Ratio } from './against.ts';

const rowCount = 1_000;

/** An active record of TypeORM's own, made as `defineStreamTable` makes one: by calling its decorators. */
function definePlain(table: string, columns: Readonly<Record<string, ColumnOptions>>): EntityTarget<ObjectLiteral> {
  const entity = { [table]: class extends BaseEntity {} }[table]!;
  for (const [property, options] of Object.entries(columns)) {
    const decorate = options.generated ? PrimaryGeneratedColumn() : Column(options);
    decorate(entity.prototype, property);
  }
  Entity({ name: table, schema: 'public', synchronize: false })(entity);
  return entity;
}

const columns = {
  customerId: { type: 'int', name: 'customer_id', primary: true },
  name: { type: 'text', nullable: true },
  total: { type: 'numeric', nullable: true },
  latest: { type: 'timestamptz', nullable: true },
} as const satisfies Record<string, ColumnOptions>;

const notes: Record<string, ColumnOptions> = { id: { type: 'int', generated: true }, body: { type: 'text' } };

/** One side of a comparison: its entities, in a DataSource. */
interface Side {
  readonly dataSource: DataSource;
  readonly totals: EntityTarget<ObjectLiteral>;
  readonly note: EntityTarget<ObjectLiteral>;
}

async function open(
  client: pg.Client,
  entities: number,
  define: (table: string) => EntityTarget<ObjectLiteral>,
): Promise<Side> {
  const totals = define('typeorm_totals');
  const note = definePlain('typeorm_notes', notes);
  const others = Array.from({ length: entities - 1 }, (_, n) => define(`other_${n}`));
  const dataSource = new DataSource({
    type: 'postgres',
    entities: [totals, note, ...others] as never[],
    // One connection for both sides: two of them differ by more than what is measured.
    driver: { ...pg, Pool: poolOf(client) },
  });
  await dataSource.initialize();
  return { dataSource, totals, note };
}

/** A pool, as TypeORM uses one, of a client that is connected and stays so. */
function poolOf(client: pg.Client): unknown {
  return class {
    on(): void {}
    connect(done: (error: undefined, client: pg.Client, release: () => void) => void): void {
      done(undefined, client, () => {});
    }
    end(done: () => void): void {
      done();
    }
  };
}

/**
 * A stream entity beside an ordinary one over the same table, and a guarded DataSource beside one without stream entities,
 * with as many entities: 1, and 200.
 */
export async function measureTypeOrm(client: pg.Client, rounds: number): Promise<Ratio[]> {
  const measured: Ratio[] = [];
  for (const entities of [1, 200]) {
    const plain = await open(client, entities, (table) => definePlain(table, columns));
    const ours = await open(client, entities, (name) => defineStreamTable({ name, schema: 'public', columns }));
    if (entities === 1) await fill(plain.dataSource);
    const beside = (name: string, share: number, run: (side: Side) => () => Promise<unknown>): Promise<Ratio> =>
      against(`${name}, ${entities} stream ${entities === 1 ? 'entity' : 'entities'}`, rounds * share, [
        run(plain),
        run(ours),
      ]);
    measured.push(
      await beside('findOneBy', 2, ({ dataSource: { manager }, totals }) => {
        let serial = 0;
        return () => manager.findOneBy(totals, { customerId: (serial = (serial % rowCount) + 1) });
      }),
      await beside(
        `find of ${rowCount}`,
        1,
        ({ dataSource: { manager }, totals }) =>
          () =>
            manager.find(totals),
      ),
      await beside(
        'save of another in a transaction',
        1,
        ({ dataSource, note }) =>
          () =>
            dataSource.transaction((manager) => manager.save(note, { body: 'a note' })),
      ),
    );
    await plain.dataSource.destroy();
    await ours.dataSource.destroy();
  }
  return measured;
}

async function fill({ manager }: DataSource): Promise<void> {
  await manager.query(`
    CREATE UNLOGGED TABLE typeorm_notes (id serial PRIMARY KEY, body text);
    CREATE TABLE typeorm_orders (id integer PRIMARY KEY, customer_id integer, amount numeric, at timestamptz);
    INSERT INTO typeorm_orders SELECT n, 1 + n % ${rowCount}, n, now() FROM generate_series(1, 5 * ${rowCount}) AS n;
    SELECT pgstream.create_stream_table('public.typeorm_totals', schedule => '5m', refresh_mode => 'FULL', query =>
      'SELECT customer_id, max(''customer '' || customer_id) AS name, sum(amount) AS total, max(at) AS latest
         FROM public.typeorm_orders GROUP BY customer_id');
    CREATE INDEX ON typeorm_totals (customer_id);
    ANALYZE typeorm_totals`);
}
