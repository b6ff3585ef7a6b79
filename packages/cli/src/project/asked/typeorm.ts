import type { Answer, DeclaredModel, Question } from '../protocol.ts';
import { query } from './connection.ts';
import type { Loader } from './load.ts';

/** What is used of TypeORM's DataSource, by its public API. */
interface DataSourceLike {
  readonly options: { readonly type: string };
  readonly constructor: new (options: Readonly<Record<string, unknown>>) => DataSourceLike;
  initialize(): Promise<unknown>;
  readonly entityMetadatas: readonly {
    readonly schema?: string;
    readonly tableName: string;
    readonly columns: readonly { readonly databaseName: string; readonly isVirtual: boolean; readonly type: unknown }[];
  }[];
  readonly driver: {
    createSchemaBuilder(): { log(): Promise<{ readonly upQueries: readonly { readonly query: string }[] }> };
    normalizeType(column: unknown): string;
  };
}

/** What `schema:log` says. The queries of TypeORM are run by who asks, and none is of a cache or a subscriber. */
export async function askTypeorm({ file }: Question, loader: Loader): Promise<Answer> {
  loader.requireTypeScript();
  const declared = await dataSourceOf(await loader.file(file));
  if (declared.options.type !== 'postgres') {
    throw new Error(`the DataSource is one of ${declared.options.type}, and not of postgres.`);
  }
  const dataSource = new declared.constructor({
    ...declared.options,
    driver: { Pool: AskingPool },
    nativeDriver: {},
    url: undefined,
    database: undefined,
    replication: undefined,
    synchronize: false,
    migrationsRun: false,
    dropSchema: false,
    installExtensions: false,
    logging: false,
    cache: false,
  });
  await dataSource.initialize();
  const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
  return { statements: upQueries.map((each) => each.query), models: modelsOf(dataSource) };
}

async function dataSourceOf(exported: Readonly<Record<string, unknown>>): Promise<DataSourceLike> {
  for (const value of Object.values(exported)) {
    const candidate = (await value) as DataSourceLike | undefined;
    if (candidate?.entityMetadatas !== undefined && 'driver' in candidate) return candidate;
  }
  throw new Error('it exports no DataSource.');
}

function modelsOf({ entityMetadatas, driver }: DataSourceLike): DeclaredModel[] {
  return entityMetadatas.map(({ schema, tableName, columns }) => ({
    schema: schema ?? null,
    name: tableName,
    columns: columns
      .filter(({ isVirtual }) => !isVirtual)
      .map((column) => ({ name: column.databaseName, type: driver.normalizeType(column) || null })),
  }));
}

type Callback = (error: Error | null, result?: unknown, release?: () => void) => void;

/** The part of `pg` that TypeORM uses. */
class AskingPool {
  connect(done: Callback): void {
    done(null, new AskingClient(), () => {});
  }

  end(done: Callback): void {
    done(null);
  }

  on(): void {}
}

class AskingClient {
  query(text: string, params?: readonly unknown[]): unknown {
    return query(text, params);
  }

  on(): void {}

  removeListener(): void {}

  release(): void {}
}
