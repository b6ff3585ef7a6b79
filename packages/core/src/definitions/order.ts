import { PgStreamError } from '../errors/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';

interface Named {
  readonly name: QualifiedName;
}

/** Each after all that it reads, else in the order given; or a circle in which they read each other. */
export function inReadingOrder<Each extends Named>(
  all: readonly Each[],
  readsOf: (each: Each) => readonly QualifiedName[],
): { readonly sorted: readonly Each[]; readonly cycle: readonly Each[] | null } {
  const byName = new Map(all.map((each) => [quoteName(each.name), each]));
  const sorted: Each[] = [];
  const done = new Set<Each>();
  const path: Each[] = [];
  let cycle: readonly Each[] | null = null;

  const visit = (each: Each): void => {
    if (done.has(each)) return;
    const at = path.indexOf(each);
    if (at !== -1) {
      cycle ??= [...path.slice(at), each];
      return;
    }
    path.push(each);
    for (const name of readsOf(each)) {
      const read = byName.get(quoteName(name));
      if (read !== undefined) visit(read);
    }
    path.pop();
    done.add(each);
    sorted.push(each);
  };
  for (const each of all) visit(each);
  return { sorted, cycle };
}

/** Throws CYCLE for a circle. */
export function refuseCycle(cycle: readonly Named[] | null): void {
  if (cycle === null) return;
  const [{ name } = { name: undefined }] = cycle;
  throw new PgStreamError(
    'CYCLE',
    `These stream tables read each other: ${cycle.map((each) => quoteName(each.name)).join(' -> ')}. One of them has to read something else.`,
    { schema: name?.schema, table: name?.name, operation: 'plan' },
  );
}
