import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { AskingRunners } from './asking.ts';
import { wrap } from './layer.ts';

const seen = new WeakSet<MigrationInterface>();

/** Makes the query runner that a migration is given ask the database, for as long as the migration runs. */
export function letMigrationsAsk(migrations: readonly MigrationInterface[], asking: AskingRunners): void {
  for (const migration of migrations) {
    if (seen.has(migration)) continue;
    seen.add(migration);
    for (const direction of ['up', 'down']) {
      wrap(
        migration,
        direction,
        (original) =>
          function runAsking(...args) {
            const runner = args[0] as QueryRunner;
            return asking.run(runner, async () => await original.apply(this, args));
          },
      );
    }
  }
}
