import { DeclaredTables, refusedWrites, type StreamTables, TableNames } from '@pgstream/core/statement';
import type { StreamTableRegistry } from '../registry/index.ts';
import { explained } from './explained.ts';
import type { QueryHook, QueryHookArgs } from './hook.ts';

/** The calls of Prisma Client that send SQL text. */
const RAW = ['$executeRaw', '$executeRawUnsafe', '$queryRaw', '$queryRawUnsafe', '$queryRawTyped'] as const;

/** The hooks that refuse SQL text which writes to one of these stream tables. */
export function rawHooks(streamTables: StreamTables): Readonly<Record<string, QueryHook>> {
  const hook: QueryHook = (hooked) => {
    const statement = settledStatement(hooked);
    const text = 'text' in statement ? statement.text : statement[0];
    const [refused] = typeof text === 'string' ? refusedWrites(text, streamTables) : [];
    if (refused) throw refused.error;
    return explained(hooked.query(statement), hooked.operation);
  };
  return Object.fromEntries(RAW.map((call) => [call, hook]));
}

/** The stream tables of a registry, by their names in the database. */
export function streamTablesOf(
  registry: StreamTableRegistry,
  { defaultSchema, searchPath }: { readonly defaultSchema: string; readonly searchPath: readonly string[] },
): StreamTables {
  const names = new TableNames<{ readonly schema: string; readonly name: string }>();
  for (const { streamTable } of Object.values(registry)) {
    if (!streamTable) continue;
    const { schema = defaultSchema, name } = streamTable;
    names.set({ schema, name }, { schema, name });
  }
  return new DeclaredTables(names, searchPath);
}

/** SQL with its values: an object of `sql`, or typed SQL, whose text has another name. */
interface SqlObject {
  readonly text?: unknown;
  readonly sql?: unknown;
  readonly values?: unknown;
}

/** What a raw call sends: an object with both, or a text and its values. */
type Statement = { readonly text: unknown; readonly values: unknown } | readonly unknown[];

/** What to hand on: a copy with the values that were given, which cannot say another text the second time. */
function settledStatement({ args, __internalParams }: QueryHookArgs): Statement {
  const given: unknown = __internalParams?.args ?? args;
  if (Array.isArray(given)) {
    return Array.from({ length: given.length }, (_, index) => (index === 0 ? settledText(given[0]) : given[index]));
  }
  // Prisma's copy of an object of another class has lost what is on its prototype.
  const { text, sql, values } = (isOfClass(args) ? args : given) as SqlObject;
  return { text: settledText(text ?? sql), values };
}

function isOfClass(value: object): boolean {
  return Object.getPrototypeOf(value) !== Object.prototype;
}

/** Prisma sends a text by JSON, where an object may stand for one. */
function settledText(text: unknown): unknown {
  if (typeof text !== 'object' || text === null) return text;
  return JSON.parse(JSON.stringify(text)) as unknown;
}
