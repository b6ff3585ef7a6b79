import { PgStreamError } from '../errors/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { whereOf, type Declared } from './declared.ts';
import type { Compared, DeclaredView, Findings, ViewChange } from './findings.ts';
import type { Known } from './known.ts';
import { throwTogether } from './understanding.ts';
import { isSameName, type FoundView } from './views.ts';

/** What is done to the declared views, by what has their names. Throws ALREADY_EXISTS, for all of them together. */
export function declaredViewsOf(
  all: readonly Compared[],
  found: readonly FoundView[],
  around: Pick<Findings, 'known' | 'gone'>,
): readonly DeclaredView[] {
  const problems: PgStreamError[] = [];
  const views = all.flatMap((compared): readonly DeclaredView[] => {
    const { view } = compared.declared;
    if (view === null) return [];
    const there = found.find(({ name }) => isSameName(name, view));
    if (there?.oid == null) return [{ view, compared, change: { kind: 'create' } }];
    const former = around.known.find(({ oid }) => oid === there.oid);
    const problem = problemWith({ view, there, former }, compared.declared, around);
    if (problem !== undefined) problems.push(problem);
    const change = changeOf(there, former, compared);
    return change === null ? [] : [{ view, compared, change }];
  });
  throwTogether(problems);
  return views;
}

/** Null where nothing has to be done. */
function changeOf(there: FoundView, former: Known | undefined, { meaning }: Compared): ViewChange | null {
  if (former !== undefined) return { kind: 'instead', former };
  if (there.isAsked) return null;
  return { kind: JSON.stringify(there.columns) === columnsOf(meaning.columns) ? 'replace' : 'anew', found: there };
}

/** Why it is done. */
export function viewReasons(change: ViewChange): readonly string[] {
  if (change.kind === 'create') return ['there is no view of that name'];
  if (change.kind === 'instead') return ['a stream table has the name, which is not declared any more'];
  const { reads, columns } = change.found;
  const reading = `it reads ${reads.map(quoteName).join(' and ')}`;
  return change.kind === 'replace'
    ? [reading]
    : [reading, `its columns are ${columns.map(({ name }) => name).join(', ')}`];
}

function columnsOf(columns: Compared['meaning']['columns']): string {
  return JSON.stringify(columns.map(({ name, type }) => ({ name, type })));
}

/** The stream table of which a new one takes the place, behind the view of both or by its name; undefined if there is none. */
export function predecessorOf({ compared, change }: DeclaredView, all: readonly Known[]): Known | undefined {
  if (compared.known !== undefined || change.kind === 'create') return undefined;
  if (change.kind === 'instead') return change.former;
  const [read, ...more] = change.found.reads;
  return more.length > 0 ? undefined : all.find(({ name }) => isSameName(name, read));
}

/** What forbids that a view is made. */
function problemWith(
  { view, there, former }: { view: QualifiedName; there: FoundView; former: Known | undefined },
  declared: Declared,
  { known, gone }: Pick<Findings, 'known' | 'gone'>,
): PgStreamError | undefined {
  const { name } = declared;
  const problem = (message: string): PgStreamError =>
    new PgStreamError(
      'ALREADY_EXISTS',
      `${quoteName(name)}${whereOf(declared)}: its view cannot be called ${quoteName(view)}: ${message}`,
      { schema: name.schema, table: name.name, operation: 'plan' },
    );
  if (former !== undefined) {
    if (gone.has(former.oid)) return undefined;
    return problem(
      former.mark === null
        ? 'a stream table has that name, which apply() has not made. Drop it, or give the view another name.'
        : "a stream table has that name, which is not declared any more. With orphans: 'drop' it is dropped, and the view takes its place.",
    );
  }
  if (there.relkind !== 'v') return problem('another relation has that name. Drop or rename one of them.');
  const isOurs = there.isAsked || known.some(({ mark }) => isSameName(mark?.view, view));
  return isOurs
    ? undefined
    : problem('there is a view of that name, which apply() has not made. Drop or rename one of them.');
}
