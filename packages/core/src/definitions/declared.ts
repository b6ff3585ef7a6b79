import {
  checkQuery,
  checkRefreshMode,
  scheduleFor,
  scheduleText,
  type RefreshMode,
  type ScheduleInput,
} from '../definition/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { quoteName, resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';

/** A column that a model declares. */
export interface DeclaredColumn {
  readonly name: string;
  /** As PostgreSQL or the ORM writes it, say `numeric(12, 2)` or `timestamptz`; left out, any type will do. */
  readonly type?: string | undefined;
}

/**
 * A stream table as a model, a file or code declares it: what the database is to have.
 *
 * @example
 * const orderTotals: DeclaredStreamTable = {
 *   name: 'order_totals',
 *   query: 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id',
 *   schedule: '5m',
 *   source: 'src/models.ts',
 * };
 */
export interface DeclaredStreamTable {
  /** As in `create()`: without a schema it is in the default schema. */
  readonly name: StreamTableName;
  /**
   * The defining query: one SELECT, complete, without parameters and without a `;` at its end. Names without a schema are
   * looked for in the default schema, whatever the session's search_path, and are created with it.
   */
  readonly query: string;
  /** Default: `'1m'`; none for the mode `IMMEDIATE`. */
  readonly schedule?: ScheduleInput | undefined;
  /** Default: `'DIFFERENTIAL'`. */
  readonly refreshMode?: RefreshMode | undefined;
  /**
   * The columns that the model has. plan() refuses a query that gives others, or other types: the extension forgets lengths and
   * precisions (contract A.1), so these are not compared. Left out, the query alone decides.
   */
  readonly columns?: readonly DeclaredColumn[] | undefined;
  /**
   * A view to read it by, over all its columns, in the same schema unless another one is said: a name for readers that stays while stream tables come and go under it. Declare the
   * next version of the stream table under another name with the same view, and it is made and filled beside the former one, gets its
   * rights, policies, indexes and comments, and then the view is turned to it: nobody has waited for it. The view is
   * `security_invoker`: who reads it needs rights on the stream table, too.
   */
  readonly view?: StreamTableName | null | undefined;
  /** The comment on the table; null for none. Left out, the one that is there stays. */
  readonly comment?: string | null | undefined;
  /** Where it was declared, for messages: `src/models.ts`. */
  readonly source?: string | undefined;
}

/** A declaration that was looked at: nothing in it is left to default. */
export interface Declared {
  readonly name: QualifiedName;
  readonly query: string;
  /** The extension's text; null for a calculated schedule, or none. */
  readonly schedule: string | null;
  readonly refreshMode: RefreshMode;
  readonly columns: readonly DeclaredColumn[] | null;
  readonly view: QualifiedName | null;
  /** Undefined: as it is. */
  readonly comment: string | null | undefined;
  readonly source: string | undefined;
}

/**
 * Throws what is wrong with a declaration by itself: INVALID_NAME, UNSUPPORTED_QUERY, INVALID_SCHEDULE, INVALID_ARGUMENT; the
 * last also where two have one name, or one view.
 */
export function declare(definitions: readonly DeclaredStreamTable[], defaultSchema: string): readonly Declared[] {
  if (!Array.isArray(definitions)) {
    throw new PgStreamError('INVALID_ARGUMENT', 'plan() takes an array of declared stream tables.', {
      operation: 'plan',
    });
  }
  const known = new Map<string, Declared>();
  for (const definition of definitions) {
    const declared = declareOne(definition, defaultSchema);
    const key = quoteName(declared.name);
    const other = known.get(key);
    if (other !== undefined) {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        `${key} is declared twice${whereOf(other)}${whereOf(declared)}: a stream table has one definition. Remove one of them, or give it another name.`,
        { schema: declared.name.schema, table: declared.name.name, operation: 'plan' },
      );
    }
    known.set(key, declared);
  }
  checkViews(known);
  return [...known.values()];
}

/** A view has a name of its own, and is that of one stream table. */
function checkViews(declared: ReadonlyMap<string, Declared>): void {
  const views = new Map<string, Declared>();
  for (const each of declared.values()) {
    if (each.view === null) continue;
    const key = quoteName(each.view);
    const other = views.get(key) ?? declared.get(key);
    if (other !== undefined) {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        `${quoteName(each.name)}${whereOf(each)} declares the view ${key}, which is ${views.has(key) ? 'the view of ' : ''}${quoteName(other.name)}${whereOf(other)} already. Give one of them another name.`,
        { schema: each.name.schema, table: each.name.name, operation: 'plan' },
      );
    }
    views.set(key, each);
  }
}

function declareOne(definition: DeclaredStreamTable, defaultSchema: string): Declared {
  const name = resolveName(definition.name, defaultSchema);
  try {
    return {
      name,
      query: checkQuery(definition.query, name, 'plan'),
      schedule: scheduleText(scheduleFor(definition)),
      refreshMode: checkRefreshMode(definition.refreshMode ?? 'DIFFERENTIAL'),
      columns: definition.columns ?? null,
      view: definition.view == null ? null : resolveName(definition.view, name.schema),
      comment: definition.comment,
      source: definition.source,
    };
  } catch (error) {
    if (!(error instanceof PgStreamError)) throw error;
    throw new PgStreamError(error.code, `${quoteName(name)}${whereOf(definition)}: ${error.message}`, {
      cause: error,
      schema: name.schema,
      table: name.name,
      operation: 'plan',
    });
  }
}

/** ` (src/models.ts)`, or nothing. */
export function whereOf({ source }: { readonly source?: string | undefined }): string {
  return source === undefined ? '' : ` (${source})`;
}
