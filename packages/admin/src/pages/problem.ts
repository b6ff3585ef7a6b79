import type { QualifiedName } from '@pgstream/core';
import type { Action } from '../address/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import type { Problem } from '../words/index.ts';
import { type Frame, layout } from './layout.ts';
import { button, nameText, plainName } from './parts.ts';

/** For an address at which there is nothing, and what is refused. */
export function refusalPage(frame: Frame, title: string, sentence: Content): Html {
  return layout(frame, { title, content: html`<p>${sentence}</p>` });
}

/** For an error: what it means, its code, and what was said of it. */
export function problemPage(frame: Frame, problem: Problem): Html {
  return layout(frame, { title: 'This did not work', content: problemText(problem) });
}

const NOT_DONE: Readonly<Record<Action, string>> = {
  refresh: 'was not refreshed',
  suspend: 'was not suspended',
  resume: 'was not resumed',
};

/** For a button that did not do what it says. To load this page again would press it once more, and browsers ask before. */
export function failurePage(frame: Frame, name: QualifiedName, action: Action, problem: Problem): Html {
  const { addresses } = frame;
  return layout(frame, {
    title: `${plainName(name)} ${NOT_DONE[action]}`,
    heading: html`${nameText(name)} ${NOT_DONE[action]}`,
    section: 'tables',
    content: html`${problemText(problem)}
      <div class="actions wide">${problem.status !== 404 && button(addresses, name, action)}</div>
      <p>
        <a href="${addresses.table(name)}">Look at ${nameText(name)}</a> ·
        <a href="${addresses.list()}">All stream tables</a>
      </p>`,
  });
}

/** The same inside of a page, for a part of it. */
export function problemText({ code, sentence, detail }: Problem): Html {
  return html`<div class="message bad" role="alert">
    <p>${sentence}${code !== null && html` <code>${code}</code>`}</p>
    ${
      detail !== null &&
      html`<details>
        <summary>What was said</summary>
        <p>${detail}</p>
      </details>`
    }
  </div>`;
}
