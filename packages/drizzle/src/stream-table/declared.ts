import { TableNames } from '@pgstream/core/statement';
import type { StreamTableIdentity } from './identity.ts';

/** One place for both module formats of this package. */
const declared = Symbol.for('@pgstream/drizzle.declared');
const place = globalThis as { [declared]?: TableNames<StreamTableIdentity> };

/** The stream tables that were declared, by their names: those, too, that are declared later. */
export function declaredStreamTables(): TableNames<StreamTableIdentity> {
  return (place[declared] ??= new TableNames());
}
