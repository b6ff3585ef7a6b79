import type { DataSource, EntityMetadata } from 'typeorm';
import { relationPassedOnTo } from '@pgstream/core/statement';

/** What a view entity's query reads, where PostgreSQL would write to that when the view is written to. */
export function relationOfView(
  dataSource: DataSource,
  metadata: EntityMetadata,
): ReturnType<typeof relationPassedOnTo> {
  const query = metadata.tableType === 'view' ? queryOf(dataSource, metadata) : undefined;
  return query === undefined ? undefined : relationPassedOnTo(query);
}

function queryOf(dataSource: DataSource, { expression }: EntityMetadata): string | undefined {
  if (typeof expression !== 'function') return expression;
  try {
    return expression(dataSource).getQuery();
  } catch {
    // TypeORM itself asks for it only when it makes the view: whatever is wrong with it is not to be said before.
    return undefined;
  }
}
