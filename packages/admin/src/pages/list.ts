import type { QualifiedName, StreamTableStatus } from '@pgstream/core';
import { type Action, type Back, type Shown, SHOWN, type Sort, type View } from '../address/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import { count, instant, needsSomebody, scheduleOf, sinceRefresh, boundOf, stateOf } from '../words/index.ts';
import { type Frame, layout } from './layout.ts';
import { badge, buttons, freshness, nameText, outcome, plainName, reasonOf } from './parts.ts';

/** How many rows a page has, unless all are asked for. */
const PAGE_LENGTH = 100;

/** What the list is made of. */
export interface Listed {
  readonly statuses: readonly StreamTableStatus[];
  /** Those that should be in the database, and are not. */
  readonly missing: readonly QualifiedName[];
  /** What the last refresh of a stream table failed with, by {@link keyOf}, where its status does not tell. */
  readonly failures: ReadonlyMap<string, string>;
  readonly view: View;
  /** What a button did that has led here. */
  readonly done: { readonly name: QualifiedName; readonly action: Action } | undefined;
}

/** All stream tables: those that need somebody stand out, and come first unless another order is asked for. */
export function listPage(frame: Frame, listed: Listed): Html {
  const { statuses, missing, failures, view, done } = listed;
  const { addresses } = frame;
  const found = rowsOf(statuses, view);
  const page = pageOf(found, view);
  const back = addresses.backTo(view);
  // Its name comes from an address: one that is not here may be anybody's words.
  const isHere = done && statuses.some(({ schema, name }) => schema === done.name.schema && name === done.name.name);
  const gone = view.show === 'all' || view.show === 'attention' ? missing.filter((name) => hasWords(name, view)) : [];
  return layout(frame, {
    title: 'Stream tables',
    section: 'tables',
    content: html`${done && outcome(isHere ? nameText(done.name) : 'A stream table', done.action)}
    ${filters(frame, statuses, missing.length, view)}
    ${
      found.length + gone.length === 0
        ? html`<p class="empty">
            ${statuses.length === 0 ? 'There are no stream tables in this database.' : 'No stream table is like that.'}
          </p>`
        : html`<p class="counted">
              ${counted(found.length, gone.length, page)}${
                statuses.some((status) => needsSomebody(status)) &&
                html` <a href="${addresses.health}">Health</a> tells what is wrong with the database as a whole.`
              }
            </p>
            <div class="sheet">
              <table class="list">
                <thead>
                  <tr>
                    ${head(frame, 'Name', 'name', view)}${head(frame, 'Status', 'status', view)}${head(frame, 'Age', 'age', view)}${head(frame, 'Schedule', 'schedule', view)}${head(frame, 'Last refresh', 'refreshed', view)}${
                      frame.mayAct && html`<th scope="col"><span class="unseen">Actions</span></th>`
                    }
                  </tr>
                </thead>
                <tbody>
                  ${gone.map((name) => goneRow(frame, name))}${page.rows.map((status) => row(frame, status, failures.get(keyOf(status)), back))}
                </tbody>
              </table>
            </div>
            ${pageLinks(frame, page, found.length, view)}`
    }`,
  });
}

/** A name as a key: no name has the character between. */
export function keyOf({ schema, name }: QualifiedName): string {
  return `${schema}\0${name}`;
}

const FITS: Readonly<Record<Shown, (status: StreamTableStatus) => boolean>> = {
  all: () => true,
  attention: needsSomebody,
  stale: ({ isStale }) => isStale === true,
  suspended: ({ status }) => status === 'SUSPENDED',
  broken: ({ status }) => status === 'ERROR',
  unfilled: ({ isPopulated }) => !isPopulated,
};

const SHOWN_WORDS: Readonly<Record<Shown, string>> = {
  all: 'All',
  attention: 'Need somebody',
  stale: 'Stale',
  suspended: 'Suspended',
  broken: 'Broken',
  unfilled: 'Not filled yet',
};

function fits(status: StreamTableStatus, view: View): boolean {
  return FITS[view.show](status) && hasWords(status, view);
}

function hasWords(name: QualifiedName, { schema, search }: View): boolean {
  if (schema !== '' && schema !== name.schema) return false;
  return search === '' || `${name.schema}.${name.name}`.toLowerCase().includes(search.toLowerCase());
}

/** What to sort by, as numbers or text; the name decides between equals. */
const BY: Readonly<Record<Sort, (status: StreamTableStatus) => number | string>> = {
  attention: (status) => (needsSomebody(status) ? 0 : 1),
  name: () => 0,
  status: ({ status }) => status,
  // What has never been filled is older than all.
  age: (status) => sinceRefresh(status) ?? Number.POSITIVE_INFINITY,
  schedule: (status) => boundOf(status) ?? Number.POSITIVE_INFINITY,
  refreshed: ({ lastRefreshAt }) => lastRefreshAt?.getTime() ?? 0,
};

/** Those that a view is about, in its order. */
function rowsOf(statuses: readonly StreamTableStatus[], view: View): StreamTableStatus[] {
  const direction = view.descending ? -1 : 1;
  return statuses
    .filter((status) => fits(status, view))
    .map((status) => ({ status, key: BY[view.sort](status), name: plainName(status) }))
    .toSorted((a, b) => direction * (compare(a.key, b.key) || compare(a.name, b.name)))
    .map(({ status }) => status);
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Some of the rows. */
interface Part {
  readonly rows: readonly StreamTableStatus[];
  readonly page: number;
  readonly pages: number;
}

function pageOf(found: readonly StreamTableStatus[], { page: asked }: View): Part {
  if (asked === null) return { rows: found, page: 1, pages: 1 };
  const pages = Math.max(1, Math.ceil(found.length / PAGE_LENGTH));
  const page = Math.min(asked, pages);
  return { rows: found.slice((page - 1) * PAGE_LENGTH, page * PAGE_LENGTH), page, pages };
}

function counted(all: number, gone: number, { rows, page }: Part): string {
  const tables = all === 1 ? '1 stream table' : `${count(all)} stream tables`;
  const missing = gone === 0 ? '' : ` and ${gone} that ${gone === 1 ? 'is' : 'are'} missing`;
  if (rows.length === all) return `${tables}${missing}.`;
  const first = (page - 1) * PAGE_LENGTH + 1;
  return `${count(first)} to ${count(first + rows.length - 1)} of ${tables}${missing}.`;
}

function filters({ addresses }: Frame, statuses: readonly StreamTableStatus[], missing: number, view: View): Html {
  const { search, schema, show } = view;
  const schemas = [...new Set(statuses.map((status) => status.schema))];
  const kept = { show, sort: `${view.descending ? '-' : ''}${view.sort}` };
  const some = SHOWN.map((each) => {
    const more = each === 'all' || each === 'attention' ? missing : 0;
    return { each, number: statuses.filter(FITS[each]).length + more };
  });
  return html`<div class="filters">
    <nav aria-label="Which stream tables">
      <ul class="tiles">
        ${some.map(
          ({ each, number }) =>
            (number > 0 || each === 'all' || each === 'attention' || each === show) &&
            html`<li>
              <a
                class="${number > 0 && each !== 'all' ? 'bad' : 'plain'}"
                href="${addresses.list({ ...view, show: each, page: 1 })}"
                ${each === show && html` aria-current="true"`}
                ><b>${count(number)}</b> ${SHOWN_WORDS[each]}</a
              >
            </li>`,
        )}
      </ul>
    </nav>
    <form class="search" role="search" method="get" action="${addresses.list()}">
      <label
        ><span class="unseen">Part of the name</span
        ><input type="search" name="q" value="${search}" placeholder="Part of the name" autocomplete="off"
      /></label>
      ${
        schemas.length > 1 &&
        html`<label
          ><span class="unseen">Schema</span
          ><select name="schema">
            <option value="">All schemas</option>
            ${schemas.map(
              (each) => html`<option value="${each}" ${each === schema && html` selected`}>${each}</option>`,
            )}
          </select></label
        >`
      }
      ${kept.show !== 'all' && html`<input type="hidden" name="show" value="${kept.show}" />`}${
        kept.sort !== 'attention' && html`<input type="hidden" name="sort" value="${kept.sort}" />`
      }
      <button>Search</button>
      ${(search !== '' || schema !== '') && html`<a href="${addresses.list({ ...view, search: '', schema: '', page: 1 })}">Clear</a>`}
    </form>
  </div>`;
}

/** A column's head is a link that sorts by it, and turns the order around the second time. */
function head({ addresses }: Frame, words: string, by: Sort, view: View): Html {
  const isThis = view.sort === by;
  const to = addresses.list({ ...view, sort: by, descending: isThis && !view.descending, page: view.page && 1 });
  const order = view.descending ? 'descending' : 'ascending';
  return html`<th scope="col" ${isThis && html` aria-sort="${order}"`}>
    <a href="${to}"
      >${words}${isThis && html`<span class="arrow" aria-hidden="true">${view.descending ? '▼' : '▲'}</span>`}</a
    >
  </th>`;
}

function goneRow({ mayAct }: Frame, name: QualifiedName): Html {
  return html`<tr class="needy">
    <th scope="row">${nameText(name)}</th>
    <td><span class="badge bad">missing</span></td>
    <td class="reason" colspan="${mayAct ? 4 : 3}">
      It is not in the database: somebody has dropped or renamed it, or the migration that creates it has not been run.
    </td>
  </tr> `;
}

function row({ addresses, mayAct }: Frame, status: StreamTableStatus, failure: string | undefined, back: Back): Html {
  const { lastRefreshAt } = status;
  const why = reasonOf(status, failure);
  return html`<tr${needsSomebody(status) && html` class="needy"`}><th scope="row"><a href="${addresses.table(status)}">${nameText(status)}</a></th><td>${badge(stateOf(status.status))}${
    why !== undefined && html`<p class="reason">${why}</p>`
  }</td><td>${freshness(status)}</td><td data-label="Schedule">${scheduleOf(status)} <span class="quiet">${status.refreshMode.toLowerCase()}</span></td><td data-label="Last refresh">${
    lastRefreshAt ? instant(lastRefreshAt) : 'never'
  }</td>${mayAct && html`<td class="actions">${buttons(addresses, status, { back })}</td>`}</tr>
`;
}

function pageLinks({ addresses }: Frame, { page, pages }: Part, all: number, view: View): Content {
  if (pages === 1) return undefined;
  return html`<nav class="pages" aria-label="Pages of the list">
    ${page > 1 && html`<a rel="prev" href="${addresses.list({ ...view, page: page - 1 })}">Previous</a>`}
    <span>Page ${page} of ${pages}</span>
    ${page < pages && html`<a rel="next" href="${addresses.list({ ...view, page: page + 1 })}">Next</a>`}
    <a href="${addresses.list({ ...view, page: null })}">All ${count(all)} on one page</a>
  </nav>`;
}
