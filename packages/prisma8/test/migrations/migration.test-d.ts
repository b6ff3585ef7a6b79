import { Migration, rawSql } from '@prisma/orm-postgres/migration';
import { test } from 'vitest';
import { createStreamTable } from '../../src/migration.ts';

const operation = createStreamTable({ name: 'order_totals', query: 'SELECT 1 AS one' });

test('what createStreamTable() gives is an operation of a migration', () => {
  rawSql(operation);
  return class extends Migration {
    override get operations() {
      return [this.createSchema({ schema: 'analytics' }), operation];
    }
  };
});
