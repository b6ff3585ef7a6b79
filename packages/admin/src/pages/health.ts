import type { Health } from '@pgstream/core';
import { type Html, html } from '../html/index.ts';
import { count } from '../words/index.ts';
import { type Frame, layout } from './layout.ts';
import { badge, findingList } from './parts.ts';

const VERDICTS = {
  ok: { word: 'in order', look: 'good' },
  warn: { word: 'to be looked at', look: 'warn' },
  error: { word: 'not in order', look: 'bad' },
} as const;

/** How many findings one page has; the worst come first. */
const LISTED = 200;

/** The verdict on the database as a whole, and what was found. */
export function healthPage(frame: Frame, { status, findings, extension, scheduler, streamTables }: Health): Html {
  const rest = findings.length - LISTED;
  return layout(frame, {
    title: 'Health',
    section: 'health',
    content: html`<dl class="facts">
        <div>
          <dt>Verdict</dt>
          <dd>${badge(VERDICTS[status])}</dd>
        </div>
        <div>
          <dt>Extension</dt>
          <dd>${extension ? `${extension.name} ${extension.version}` : 'not known'}</dd>
        </div>
        <div>
          <dt>Scheduler</dt>
          <dd>${scheduler}</dd>
        </div>
        <div>
          <dt>Stream tables</dt>
          <dd>${count(streamTables)}</dd>
        </div>
      </dl>
      ${findings.length === 0 ? html`<p class="empty">Nothing was found.</p>` : findingList(findings.slice(0, LISTED), frame.addresses)}
      ${rest > 0 && html`<p class="quiet">And ${count(rest)} more.</p>`}`,
  });
}
