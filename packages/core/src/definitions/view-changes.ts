import { PgStreamError } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import { whereOf, type Declared } from './declared.ts';
import { isRemoved, type Compared } from './findings.ts';
import type { Known } from './known.ts';
import type { PlanSettings } from './steps.ts';
import { isSameName, type FoundView } from './views.ts';

/** What has to be done so that the declared view of a stream table reads it. */
export type ViewChange =
  | { readonly kind: 'create' }
  /** It has the same columns, and stays what it is for all that reads it. */
  | { readonly kind: 'replace'; readonly found: FoundView }
  /** It is dropped and made, and what reads it. */
  | { readonly kind: 'anew'; readonly found: FoundView }
  /** A stream table has its name, and is dropped. */
  | { readonly kind: 'instead'; readonly former: Known };

/** What is known of the database beside the stream table itself. */
export interface Around {
  readonly known: readonly Known[];
  readonly declared: readonly Declared[];
  readonly settings: PlanSettings;
  readonly views: readonly FoundView[];
}

/** Null where nothing has to be done, or no view is declared. */
export function viewChangeOf({ declared, meaning }: Compared, around: Around): ViewChange | null {
  const { view } = declared;
  if (view === null) return null;
  const found = around.views.find(({ name }) => isSameName(name, view));
  if (found?.oid == null) return { kind: 'create' };
  const former = around.known.find(({ oid }) => oid === found.oid);
  if (former !== undefined) return { kind: 'instead', former };
  if (found.isAsked) return null;
  return { kind: JSON.stringify(found.columns) === columnsOf(meaning.columns) ? 'replace' : 'anew', found };
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
export function predecessorOf(compared: Compared, around: Around): Known | undefined {
  if (compared.known !== undefined) return undefined;
  const change = viewChangeOf(compared, around);
  if (change === null || change.kind === 'create') return undefined;
  if (change.kind === 'instead') return change.former;
  const [read, ...more] = change.found.reads;
  return more.length > 0 ? undefined : around.known.find(({ name }) => isSameName(name, read));
}

/** What forbids that a view is made. */
export function viewProblemOf({ declared }: Compared, around: Around): PgStreamError | undefined {
  const { view, name } = declared;
  const found = around.views.find((each) => isSameName(each.name, view));
  if (view === null || found?.oid == null) return undefined;
  const problem = (message: string): PgStreamError =>
    new PgStreamError(
      'ALREADY_EXISTS',
      `${quoteName(name)}${whereOf(declared)}: its view cannot be called ${quoteName(view)}: ${message}`,
      { schema: name.schema, table: name.name, operation: 'plan' },
    );
  const former = around.known.find(({ oid }) => oid === found.oid);
  if (former !== undefined) {
    if (isRemoved(former, around.declared, around.settings)) return undefined;
    return problem(
      former.mark === null
        ? 'a stream table has that name, which apply() has not made. Drop it, or give the view another name.'
        : "a stream table has that name, which is not declared any more. With orphans: 'drop' it is dropped, and the view takes its place.",
    );
  }
  if (found.relkind !== 'v') return problem('another relation has that name. Drop or rename one of them.');
  const isOurs = found.isAsked || around.known.some(({ mark }) => isSameName(mark?.view, view));
  return isOurs
    ? undefined
    : problem('there is a view of that name, which apply() has not made. Drop or rename one of them.');
}
