/** Which stream tables the list shows. */
export const SHOWN = ['all', 'attention', 'stale', 'suspended', 'broken', 'unfilled'] as const;
export type Shown = (typeof SHOWN)[number];

/** What the list can be sorted by; `attention`: first those that need somebody, then by name. */
const SORTS = ['attention', 'name', 'status', 'age', 'schedule', 'refreshed'] as const;
export type Sort = (typeof SORTS)[number];

/** What of the list is looked at. All of it is in the address, so that it can be kept and sent to somebody. */
export interface View {
  /** Part of the name that is looked for. */
  readonly search: string;
  /** Empty for all schemas. */
  readonly schema: string;
  readonly show: Shown;
  readonly sort: Sort;
  readonly descending: boolean;
  /** From 1; null for all rows on one page. */
  readonly page: number | null;
}

const INITIAL: View = { search: '', schema: '', show: 'all', sort: 'attention', descending: false, page: 1 };

/** Reads an address. What cannot be is left out: the address may be anybody's. */
export function readView(query: URLSearchParams): View {
  const [, minus, by] = /^(-?)(.*)$/s.exec(query.get('sort') ?? '') ?? [];
  const page = Number(query.get('page') ?? 1);
  return {
    search: (query.get('q') ?? '').trim(),
    schema: query.get('schema') ?? '',
    show: SHOWN.find((each) => each === query.get('show')) ?? INITIAL.show,
    sort: SORTS.find((each) => each === by) ?? INITIAL.sort,
    descending: minus === '-',
    page: query.get('page') === 'all' ? null : Number.isSafeInteger(page) && page >= 1 ? page : INITIAL.page,
  };
}

/** The query of the address of a view, `?` included; empty where nothing is asked for. */
export function queryOf(view: Partial<View>, more: Readonly<Record<string, string>> = {}): string {
  const { search, schema, show, sort, descending, page } = { ...INITIAL, ...view };
  const by = (descending ? '-' : '') + sort;
  const asked = Object.entries({
    q: search,
    schema,
    show: show === INITIAL.show ? '' : show,
    sort: by === INITIAL.sort ? '' : by,
    page: page === INITIAL.page ? '' : String(page ?? 'all'),
    ...more,
  }).filter(([, value]) => value !== '');
  return asked.length === 0 ? '' : `?${new URLSearchParams(asked).toString()}`;
}
