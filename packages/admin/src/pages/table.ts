import type {
  DependencyGraph,
  DependencyNode,
  HealthFinding,
  QualifiedName,
  RefreshRecord,
  StreamTableColumn,
  StreamTableExplanation,
  StreamTableStatus,
} from '@pgstream/core';
import type { Action, Addresses } from '../address/index.ts';
import { type Bar, barChart, graphDrawing } from '../drawing/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import { count, duration, instant, type Problem, scheduleOf, stateOf } from '../words/index.ts';
import { boxesOf, neighbourhoodOf, nodeText } from './graph.ts';
import { type Frame, layout } from './layout.ts';
import { badge, buttons, findingList, freshness, nameText, outcome, plainName, reasonOf } from './parts.ts';
import { problemText } from './problem.ts';

/** What was asked for, or why there is none of it: a part of the page that fails leaves the others. */
export type Asked<T> = { readonly value: T } | { readonly problem: Problem };

/** What the page of a stream table is made of. */
export interface Table {
  readonly status: StreamTableStatus;
  /** What is wrong with it, and with the database as a whole where that may be why. */
  readonly findings: readonly HealthFinding[];
  /** The newest first. */
  readonly history: Asked<readonly RefreshRecord[]>;
  readonly graph: Asked<DependencyGraph>;
  readonly columns: Asked<readonly StreamTableColumn[]>;
  readonly explanation: Asked<StreamTableExplanation>;
  /** What a button did that has led here. */
  readonly done: Action | undefined;
}

/** How many refreshes the table of the history shows; the charts show all that there are. */
const LISTED = 10;

/** Everything about one stream table. */
export function tablePage(frame: Frame, table: Table): Html {
  const { addresses, mayAct } = frame;
  const { status, findings, history, graph, columns, explanation, done } = table;
  const title = plainName(status);
  return layout(frame, {
    title,
    heading: html`${nameText(status)} ${badge(stateOf(status.status))}`,
    above: html`<p class="crumbs"><a href="${addresses.list()}">Tables</a> <span aria-hidden="true">/</span></p>`,
    section: 'tables',
    content: html`${done && outcome(nameText(status), done)}
      ${
        findings.length > 0 &&
        findingList(
          findings.map((finding) => ({ ...finding, streamTable: null })),
          addresses,
        )
      }
      ${mayAct && html`<div class="actions wide">${buttons(addresses, status, { suspend: true })}</div>`}
      ${facts(status)} ${section('history', 'Refreshes', history, (records) => historyOf(records))}
      ${section('dependencies', 'Dependencies', graph, (found) => dependencies(found, status, addresses))}
      <section aria-labelledby="definition">
        <h2 id="definition">Definition</h2>
        ${sql(status.originalQuery ?? status.definingQuery)}
        ${
          status.originalQuery !== null &&
          html`<details>
            <summary>As the extension runs it</summary>
            ${sql(status.definingQuery)}
          </details>`
        }
        ${shown(columns, columnTable)}
      </section>
      ${section('delta', 'Delta plan', explanation, plan)}`,
  });
}

function section<T>(id: string, title: string, asked: Asked<T>, show: (value: T) => Content): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${shown(asked, show)}
  </section>`;
}

function shown<T>(asked: Asked<T>, show: (value: T) => Content): Content {
  return 'value' in asked ? show(asked.value) : problemText(asked.problem);
}

function fact(term: string, description: Content): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${description}</dd>
  </div>`;
}

function facts(status: StreamTableStatus): Html {
  const { effectiveRefreshMode, requestedRefreshMode, refreshMode, lastFullMs, orchestration } = status;
  const why = reasonOf(status);
  const modes = [
    refreshMode.toLowerCase(),
    requestedRefreshMode !== null &&
      requestedRefreshMode !== refreshMode &&
      `asked for ${requestedRefreshMode.toLowerCase()}`,
    effectiveRefreshMode !== null &&
      effectiveRefreshMode !== refreshMode &&
      `last one ${effectiveRefreshMode.toLowerCase().replaceAll('_', ' ')}`,
  ].filter(Boolean);
  return html`<dl class="facts">
    ${fact('Age', freshness(status))} ${fact('Schedule', scheduleOf(status))} ${fact('Refresh mode', modes.join(', '))}
    ${fact('Last refresh', status.lastRefreshAt ? instant(status.lastRefreshAt) : 'never')}
    ${fact('Data as of', status.dataTimestamp ? instant(status.dataTimestamp) : 'never filled')}
    ${lastFullMs !== null && fact('Last full computation', duration(lastFullMs))}
    ${orchestration === 'EXTERNAL' && fact('Refreshed by', 'another program, which keeps the whole graph')}
    ${why !== undefined && fact('Errors', html`<span class="bad-text">${why}</span>`)}
    ${fact('Created', instant(status.createdAt))}
  </dl>`;
}

/** How long a refresh took, in milliseconds; null where the extension did not measure it: it takes both ends from one transaction. */
function tookMs({ startedAt, endedAt }: RefreshRecord): number | null {
  const ms = endedAt ? endedAt.getTime() - startedAt.getTime() : 0;
  return ms > 0 ? ms : null;
}

/** How many rows it changed; null where nothing was counted. */
function changedRows({ rowsInserted, rowsUpdated, rowsDeleted }: RefreshRecord): number | null {
  if (rowsInserted === null && rowsUpdated === null && rowsDeleted === null) return null;
  return (rowsInserted ?? 0) + (rowsUpdated ?? 0) + (rowsDeleted ?? 0);
}

function historyOf(records: readonly RefreshRecord[]): Html {
  if (records.length === 0) {
    return html`<p class="empty">No refresh is recorded. pg_stream records those of its scheduler alone.</p>`;
  }
  return html`<div class="charts">${charts(records.toReversed())}</div>
    <div class="sheet">
      <table class="narrowing">
        <caption class="unseen">
          The last refreshes, the newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col">Status</th>
            <th scope="col">Action</th>
            <th scope="col">By</th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Rows</th>
          </tr>
        </thead>
        <tbody>
          ${records.slice(0, LISTED).map((record) => recordRow(record))}
        </tbody>
      </table>
    </div>`;
}

/** The oldest first. */
function charts(records: readonly RefreshRecord[]): Html {
  const times = records.map((record) => tookMs(record));
  const rows = records.map((record) => changedRows(record));
  const failed = records.filter(({ status }) => status === 'FAILED').length;
  const failures = failed === 0 ? 'None failed.' : `${failed} failed, with a cross above.`;
  const bars = (values: readonly (number | null)[], words: (value: number) => string): Bar[] =>
    records.map(({ startedAt, status }, index) => {
      const value = values[index] ?? null;
      const began = startedAt.toISOString().slice(0, 'yyyy-mm-ddThh:mm'.length).replace('T', ' ');
      const isFailed = status === 'FAILED';
      return {
        value,
        failed: isFailed,
        label: `${began}: ${isFailed ? 'failed' : value === null ? 'not known' : words(value)}`,
      };
    });
  const number = `The last ${records.length} ${records.length === 1 ? 'refresh' : 'refreshes'}, the newest on the right.`;
  const longest = Math.max(0, ...times.map((ms) => ms ?? 0));
  const most = Math.max(0, ...rows.map((value) => value ?? 0));
  return html`${
    longest > 0
      ? chart(
          'took',
          `How long each took, at most ${duration(longest)}`,
          `${number} ${failures}`,
          bars(times, duration),
        )
      : html`<p class="quiet">How long they took was not recorded.</p>`
  }${
    (most > 0 || failed > 0) &&
    chart(
      'rows',
      `Rows that each changed, at most ${count(most)}`,
      `${number} ${failures}`,
      bars(rows, (value) => `${count(value)} rows`),
    )
  }`;
}

function chart(id: string, title: string, text: string, bars: readonly Bar[]): Html {
  return html`<figure>
    ${barChart(id, bars, { title, text })}
    <figcaption>${title}</figcaption>
  </figure>`;
}

function recordRow(record: RefreshRecord): Html {
  const { startedAt, status, action, initiatedBy, reason, errorMessage } = record;
  const [ms, rows] = [tookMs(record), changedRows(record)];
  const look = status === 'COMPLETED' ? 'good' : status === 'FAILED' ? 'bad' : 'plain';
  return html`<tr>
    <th scope="row">${instant(startedAt)}</th>
    <td>
      ${badge({ word: status.toLowerCase(), look })}${
        errorMessage !== null && html`<p class="reason">${errorMessage}</p>`
      }
    </td>
    <td data-label="Action">
      ${action.toLowerCase().replaceAll('_', ' ')}${reason !== null && html` <span class="quiet">${reason}</span>`}
    </td>
    <td data-label="By">${initiatedBy?.toLowerCase() ?? ''}</td>
    <td data-label="Took" class="number">${ms === null ? '' : duration(ms)}</td>
    <td data-label="Rows" class="number">${rows === null ? '' : count(rows)}</td>
  </tr> `;
}

function dependencies(graph: DependencyGraph, name: QualifiedName, addresses: Addresses): Html {
  const { itself, reads, readBy, around, number } = neighbourhoodOf(graph, name);
  return html`${graphDrawing(boxesOf(around, addresses, itself), `What is around ${plainName(name)}, also listed below`)}
    ${number > around.length && html`<p class="quiet">The nearest ${around.length} of ${count(number)} relations are drawn.</p>`}
    <div class="columns">${relations('Reads', reads, addresses)}${relations('Is read by', readBy, addresses)}</div>`;
}

function relations(title: string, nodes: readonly DependencyNode[], addresses: Addresses): Html {
  return html`<div>
    <h3>${title}</h3>
    ${
      nodes.length === 0
        ? html`<p class="quiet">${title === 'Reads' ? 'Nothing that is known.' : 'No other stream table.'}</p>`
        : html`<ul>
            ${nodes.map((node) => {
              const { title: words, text } = nodeText(node);
              const called = node.name ? nameText(node.name) : words;
              return html`<li>
                ${node.kind === 'STREAM_TABLE' ? html`<a href="${addresses.table(node.name)}">${called}</a>` : called}
                <span class="quiet">${text}</span>
              </li>`;
            })}
          </ul>`
    }
  </div>`;
}

function columnTable(columns: readonly StreamTableColumn[]): Html {
  return html`<div class="sheet small">
    <table>
      <caption class="unseen">
        Columns
      </caption>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Type</th>
        </tr>
      </thead>
      <tbody>
        ${columns.map(
          ({ name, type }) =>
            html`<tr>
              <th scope="row"><bdi>${name}</bdi></th>
              <td><code>${type}</code></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function plan({ isDifferentiable, reason, operatorTree, deltaQuery }: StreamTableExplanation): Html {
  return html`<p>
      ${
        isDifferentiable
          ? 'The extension can maintain it incrementally: a refresh computes what has changed.'
          : html`The extension cannot maintain it incrementally: a refresh computes
            everything.${reason !== null && html` It says: ${reason}`}`
      }
    </p>
    ${
      operatorTree !== null &&
      html`<details open>
        <summary>Operators</summary>
        ${sql(operatorTree)}
      </details>`
    }
    ${
      deltaQuery !== null &&
      html`<details>
        <summary>Query of the changes</summary>
        ${sql(deltaQuery)}
      </details>`
    }`;
}

function sql(text: string): Html {
  return html`<pre><code>${text}</code></pre>`;
}
