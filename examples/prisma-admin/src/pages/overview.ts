import type { StreamTableStatus } from '@pgstream/core';
import { ago, verdictOn } from '../staleness.ts';
import type { State } from '../stream-tables.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';

/** What came of a refresh. */
export interface Outcome {
  readonly table: string;
  /** The error's sentence; without one it was refreshed. */
  readonly problem?: string;
}

/** All stream tables, each with its button. */
export function overviewPage(states: readonly State[], outcome?: Outcome): Html {
  return layout(
    'Stream tables',
    html`${outcome && message(outcome)}
      <div class="scrolls cards" role="region" aria-label="All stream tables" tabindex="0">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Status</th>
              <th scope="col">Staleness</th>
              <th scope="col">Last refresh</th>
              <th scope="col">Schedule</th>
              <th scope="col"><span class="unseen">Refresh</span></th>
            </tr>
          </thead>
          <tbody>
            ${states.map(row)}
          </tbody>
        </table>
      </div>`,
  );
}

function message({ table, problem }: Outcome): Html {
  return problem === undefined
    ? html`<p class="message" role="status"><b>${table}</b> was refreshed.</p>`
    : html`<p class="message problem" role="alert"><b>${table}</b> was not refreshed. ${problem}</p>`;
}

function row(state: State): Html {
  return html`<tr>
    <th scope="row">${state.rows ? html`<a href="${state.rows}">${state.name}</a>` : state.name}</th>
    ${state.status ? known(state.status) : html`<td colspan="4" class="problem">${state.problem}</td>`}
    <td>
      <form method="post" action="/refresh/${state.name}">
        <button aria-label="Refresh ${state.name}">Refresh</button>
      </form>
    </td>
  </tr>`;
}

function known(status: StreamTableStatus): Html {
  const { stalenessMs, lastRefreshAt, schedule } = status;
  const verdict = verdictOn(status);
  return html`<td data-label="Status">
      <span class="badge ${status.status === 'ACTIVE' ? 'good' : 'bad'}">${status.status.toLowerCase()}</span>
    </td>
    <td data-label="Staleness">
      ${stalenessMs === null ? 'never filled' : ago(stalenessMs)}
      <span class="badge ${CLASSES[verdict]}">${verdict}</span>
    </td>
    <td data-label="Last refresh">
      ${lastRefreshAt ? html`<time datetime="${lastRefreshAt.toISOString()}">${inWords(lastRefreshAt)}</time>` : 'never'}
    </td>
    <td data-label="Schedule">${schedule.text}</td>`;
}

const CLASSES = { fresh: 'good', stale: 'bad', 'no bound': 'plain' };

function inWords(instant: Date): string {
  return `${instant.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ')} UTC`;
}
