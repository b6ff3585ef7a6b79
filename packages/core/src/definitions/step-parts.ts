import type { Dialect } from '../dialect/index.ts';
import { quoteName } from '../name/index.ts';
import type { Declared } from './declared.ts';
import { modeOf } from './differences.ts';
import type { PutBack } from './furniture.ts';
import type { Known } from './known.ts';
import { markText, type Former } from './mark.ts';
import { alterSql, createSql, dropSql, markSql } from './sql.ts';
import type { PlanStep, StepSql } from './steps.ts';

export const NOTHING: StepSql = { take: [], put: [] };

/** Of a step by which nothing is done. */
export const UNTOUCHED = { readers: 'Nothing is done.', locks: 'None.', rows: 0, up: NOTHING, down: NOTHING } as const;

/** Drops what is not made again: when all else is done, unless what it reads goes before that. */
export function dropping(sql: string, isEarly: boolean): StepSql {
  return isEarly ? { take: [sql], put: [] } : { take: [], put: [], last: [sql] };
}

/** What a step is without further words. */
export function stepFor({
  name,
  source,
}: Pick<Declared, 'name' | 'source'>): Pick<
  PlanStep,
  'name' | 'source' | 'place' | 'blockers' | 'left' | 'attached' | 'mark'
> {
  return { name, source: source ?? null, place: 0, blockers: [], left: [], attached: {}, mark: null };
}

/** What can be put on a stream table, or a view, that has these columns. */
export function fitting(
  furniture: readonly PutBack[],
  columns: readonly { readonly name: string }[],
  comment: string | null | undefined,
): { readonly kept: readonly string[]; readonly left: readonly string[] } {
  const names = new Set(columns.map(({ name }) => name));
  const fits = (each: PutBack): boolean => each.columns.every((column) => names.has(column));
  return {
    kept: furniture
      .filter((each) => fits(each) && (comment === undefined || !each.sql.startsWith('COMMENT ON TABLE ')))
      .map(({ sql }) => sql),
    left: furniture.filter((each) => !fits(each)).map(({ sql }) => sql),
  };
}

/** A definition as the catalog has it. */
export function formerOf(known: Known): Former {
  const { query, schedule, view } = known;
  return { query, schedule, refreshMode: modeOf(known), view: view?.name ?? null };
}

/** What makes one again as it was, with all that was on it. */
export function madeAgain(known: Known, furniture: readonly PutBack[], dialect: Dialect): readonly string[] {
  return [
    createSql({ ...formerOf(known), name: known.name }, dialect),
    ...furniture.map(({ sql }) => sql),
    ...suspended(known, dialect),
    ...formerMark(known, dialect),
  ];
}

/** Of one whose table is gone, pg_stream's own function fails (contract A.1); its event trigger does what is needed. */
export function formerDropSql({ name, gone }: Known, dialect: Dialect): string {
  return dialect.name === 'pg_stream' && gone.some((kind) => kind !== 'VIEW')
    ? `DROP TABLE ${quoteName(name)}`
    : dropSql(name, dialect);
}

/** Writes down again what was written down before. */
export function formerMark({ name, mark }: Known, dialect: Dialect): readonly string[] {
  return mark === null ? [] : [markSql(name, markText(portable(mark)), dialect)];
}

/** The same where the stream table stays, and its mark with it: none again where there was none. */
export function markBack(known: Known, dialect: Dialect): string {
  return formerMark(known, dialect)[0] ?? markSql(known.name, null, dialect);
}

/** Has it paused, as it was. */
export function suspended({ name, status }: Known, dialect: Dialect): readonly string[] {
  return status === 'SUSPENDED' ? [alterSql(name, { status }, dialect)] : [];
}

function portable({
  pgstream,
  query,
  refreshMode,
  columns,
  under,
  view,
}: NonNullable<Known['mark']>): NonNullable<Known['mark']> {
  return { pgstream, query, refreshMode, columns, under, view };
}
