import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { AskingRunners } from './asking.ts';

/**
 * A DataSource's migrations, whose query runners ask the database for as long as a migration runs. The migrations themselves
 * stay as they are: TypeORM may give the same ones to another DataSource.
 */
export function askingMigrations(
  migrations: readonly MigrationInterface[],
  asking: AskingRunners,
): MigrationInterface[] {
  return migrations.map(
    (migration) =>
      new Proxy(migration, {
        get(target, key) {
          if (key === 'up' || key === 'down') {
            return (runner: QueryRunner) => asking.run(runner, async () => await target[key](runner));
          }
          return Reflect.get(target, key) as unknown;
        },
      }),
  );
}
