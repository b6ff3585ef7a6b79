import type { HealthFinding, StreamTableStatus } from '@pgstream/core';
import { ago, verdictOn } from '../staleness.ts';
import { type State, titleOf } from '../stream-tables.ts';
import { instant } from './instant.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** What came of pressing a button. */
export interface Outcome {
  readonly table: string;
  readonly action: 'refresh' | 'resume';
  /** What was in the way; without one it was done. */
  readonly problem?: string | undefined;
}

/** All stream tables, each with its buttons; those that need somebody stand out. */
export function overviewPage(states: readonly State[], findings: readonly HealthFinding[], outcome?: Outcome): Html {
  const needy = states.filter(needsSomebody).length;
  return layout(
    'Stream tables',
    html`${outcome && message(outcome, states)}
      <p>${states.length === 0 ? 'There are none in this database.' : summary(needy, states.length)}</p>
      ${states.length > 0 && tableOf(states)} ${ofDatabase(findings)}`,
    // Without what came of a button, which was some time ago then.
    '/',
  );
}

const DONE = { refresh: 'was refreshed', resume: 'was resumed' };
const NOT_DONE = { refresh: 'was not refreshed', resume: 'was not resumed' };

function message({ table, action, problem }: Outcome, states: readonly State[]): Html {
  // It comes from an address: a name that is not here may be anybody's words.
  const title = states.some((state) => titleOf(state) === table) ? table : 'A stream table';
  return problem === undefined
    ? html`<p class="message" role="status"><b>${title}</b> ${DONE[action]}.</p>`
    : html`<p class="message problem" role="alert"><b>${title}</b> ${NOT_DONE[action]}. ${problem}</p>`;
}

function summary(needy: number, all: number): Html {
  return needy === 0
    ? html`All ${all} are in order.`
    : html`<b class="bad-text">${needy} of ${all}</b> ${needy === 1 ? 'needs' : 'need'} somebody.`;
}

/** Whether a person has to look: it is gone, it is not refreshed any more, or its data are older than they should be. */
function needsSomebody({ status }: State): boolean {
  return status === undefined || status.status === 'SUSPENDED' || status.status === 'ERROR' || status.isStale === true;
}

/** What is wrong with the database as a whole. What is wrong with a stream table stands in its row. */
function ofDatabase(findings: readonly HealthFinding[]): Html | false {
  const found = findings.filter(({ streamTable, severity }) => streamTable === null && severity !== 'info');
  return (
    found.length > 0 &&
    html`<p><b>For whoever manages the database:</b></p>
      <ul>
        ${found.map((finding) => html`<li>${finding.message} ${finding.cure}</li>`)}
      </ul>`
  );
}

function tableOf(states: readonly State[]): Html {
  return html`<div class="cards" role="region" aria-label="All stream tables">
    <table class="overview">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Status</th>
          <th scope="col">Age of the data</th>
          <th scope="col">Last refresh</th>
          <th scope="col">Schedule</th>
          <th scope="col"><span class="unseen">Actions</span></th>
        </tr>
      </thead>
      <tbody>
        ${states.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row(state: State): Html {
  const title = titleOf(state);
  return html`<tr class="${needsSomebody(state) ? 'needy' : ''}">
    <th scope="row">${state.rows ? html`<a href="${state.rows}">${title}</a>` : title}</th>
    ${state.status ? known(state.status, state.failure) : missing}
  </tr>`;
}

const missing = html`<td data-label="Status"><span class="badge bad">missing</span></td>
  <td colspan="4" class="problem">
    It is not in the database: somebody has dropped or renamed it, or the migration that creates it has not been run.
  </td>`;

function known(status: StreamTableStatus, failure: string | undefined): Html {
  const { schema, name, lastRefreshAt, schedule } = status;
  const verdict = verdictOn(status);
  // A newer extension may have states that nobody here knows: its own word is shown.
  const state = STATES.get(status.status) ?? { word: status.status.toLowerCase(), looks: 'plain' };
  const isSuspended = status.status === 'SUSPENDED';
  return html`<td data-label="Status">
      <span class="badge ${state.looks}">${state.word}</span>
      ${isSuspended && html`<p class="reason">${reasonOf(status, failure)}</p>`}
      ${status.status === 'ERROR' && html`<p class="reason">A table that it is made of was dropped.</p>`}
    </td>
    <td data-label="Age">
      ${lastRefreshAt ? ago(lastRefreshAt) : 'never filled'}
      <span class="badge ${VERDICTS[verdict]}">${verdict}</span>
    </td>
    <td data-label="Last refresh">${lastRefreshAt ? instant(lastRefreshAt) : 'never'}</td>
    <td data-label="Schedule">${schedule.text ?? 'none'}</td>
    <td class="actions">
      ${isSuspended && button('resume', 'Resume', 'Resuming …', schema, name)}
      ${button('refresh', 'Refresh', 'Refreshing …', schema, name)}
    </td>`;
}

const STATES: ReadonlyMap<string, { readonly word: string; readonly looks: string }> = new Map([
  ['ACTIVE', { word: 'active', looks: 'good' }],
  ['INITIALIZING', { word: 'not filled yet', looks: 'plain' }],
  ['SUSPENDED', { word: 'suspended', looks: 'bad' }],
  ['ERROR', { word: 'broken', looks: 'bad' }],
]);
const VERDICTS = { fresh: 'good', stale: 'bad', 'no bound': 'plain' };

function reasonOf({ consecutiveErrors }: StreamTableStatus, failure: string | undefined): string {
  if (consecutiveErrors === 0) return 'By somebody. It is not refreshed until it is resumed.';
  const times = consecutiveErrors === 1 ? 'Its last refresh failed' : `Its last ${consecutiveErrors} refreshes failed`;
  return failure === undefined ? `${times}.` : `${times}: ${failure}`;
}

function button(action: Outcome['action'], words: string, working: string, schema: string, name: string): Html {
  const path = [schema, name].map((part) => encodeURIComponent(part)).join('/');
  return html`<form method="post" action="/stream-tables/${path}/${action}">
    <button aria-label="${words} ${titleOf({ schema, name })}" data-working="${working}">${words}</button>
  </form>`;
}
