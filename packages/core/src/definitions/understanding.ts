import type { Context } from '../context/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { undone } from '../executor/index.ts';
import { quoteName } from '../name/index.ts';
import type { Declared } from './declared.ts';
import type { Known } from './known.ts';
import { meaningsOf, searchPathOf, type Meaning } from './meaning.ts';
import { problemsOf } from './problems.ts';
import type { PlanSettings } from './steps.ts';

/** A declaration with what PostgreSQL makes of its query. */
interface Understood {
  readonly declared: Declared;
  readonly known: Known | undefined;
  readonly meaning: Meaning;
}

/** How queries are read. */
interface Reading extends Pick<PlanSettings, 'defaultSchema'> {
  /** The stream tables that there are, by their quoted names. */
  readonly byName: ReadonlyMap<string, Known>;
  /** Whether they are compared with the queries that the catalog has. */
  readonly isCompared: boolean;
}

/**
 * Understands declarations, in a transaction whose search_path is pinned. Throws what forbids that they become true, all of it in
 * one error.
 */
export async function understand(
  where: Context,
  declared: readonly Declared[],
  { byName, isCompared, defaultSchema }: Reading,
): Promise<readonly Understood[]> {
  const { executor } = where;
  const dialect = await where.dialect();
  const asked = declared.map(({ name, query, columns, view }) => {
    const there = isCompared ? byName.get(quoteName(name)) : undefined;
    return {
      name,
      query,
      stored: there?.query ?? null,
      storedPath: there?.searchPath ?? null,
      meant: there?.mark?.kept === there?.kept ? (there?.mark?.meant ?? null) : null,
      keeps: false,
      types: (columns ?? []).map(({ type }) => type ?? null),
      view,
      takesPlace: view !== null && byName.has(quoteName(view)),
    };
  });
  // Tables of ours that stand for others are gone again before anything else is asked.
  const meanings = await undone(executor, () => meaningsOf(executor, asked, searchPathOf([defaultSchema])));
  const problems: PgStreamError[] = [];
  const understood = declared.flatMap((each, index): readonly Understood[] => {
    const known = byName.get(quoteName(each.name));
    const meaning = meanings[index];
    const found = problemsOf(each, known, meaning, dialect);
    problems.push(...found);
    return found.length > 0 || meaning === undefined || 'error' in meaning ? [] : [{ declared: each, known, meaning }];
  });
  throwTogether(problems);
  return understood;
}

/** One error for all; none for none. */
export function throwTogether(problems: readonly PgStreamError[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw first;
  throw new PgStreamError(first.code, problems.map(({ message }) => message).join('\n'), {
    cause: first.cause,
    schema: first.schema,
    table: first.table,
    operation: 'plan',
    sqlState: first.sqlState,
  });
}
